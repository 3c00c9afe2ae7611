public import Budget
import UTCTime

/// A limit that is tried out on the past.
public struct ReplayedLimit: Sendable, Equatable {
    /// For whom it holds.
    public enum Scope: Sendable, Equatable {
        /// Every call.
        case all
        /// The project with this path; nil is each project by itself, here and below.
        case project(String?)
        /// A GitLab group and everything below it.
        case group(String)
        /// A person.
        case user(String?)
        /// The people of a team.
        case team(String?)
        /// A merge request: `group/app!123`.
        case mergeRequest(String?)
        /// A named reviewer.
        case agent(String?)
        /// What was asked for.
        case command(String?)
        /// A model.
        case model(String?)

        /// Reads `all`, `project:group/app`, `user:*` and their like; nil for anything else.
        public init?(_ text: String) {
            if text == "all" {
                self = .all
                return
            }
            let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[1].isEmpty else { return nil }
            let name = parts[1] == "*" ? nil : String(parts[1])
            switch (parts[0], name) {
            case ("project", _): self = .project(name)
            case ("group", let name?): self = .group(name)
            case ("user", _): self = .user(name)
            case ("team", _): self = .team(name)
            case ("merge_request", _): self = .mergeRequest(name)
            case ("agent", _): self = .agent(name)
            case ("command", _): self = .command(name)
            case ("model", _): self = .model(name)
            default: return nil
            }
        }
    }

    /// How long a window of it is, by the calendar in UTC.
    public enum Period: String, Sendable, CaseIterable {
        case hour, day, week, month, total

        /// The number of the window that `time` lies in.
        func window(of time: Instant) -> Int {
            switch self {
            case .hour: time.day.number * 24 + time.timeOfDay.hour
            case .day: time.day.number
            case .week: time.day.adding(days: 1 - time.day.weekday).number
            case .month: time.day.month.year * 12 + time.day.month.month
            case .total: 0
            }
        }
    }

    /// How much.
    public enum Amount: Sendable, Equatable {
        /// Input and output tokens.
        case tokens(Int)
        /// Micro-USD.
        case money(MicroUSD)
    }

    /// For whom it holds.
    public var scope: Scope
    /// How long a window of it is.
    public var period: Period
    /// How much each window allows.
    public var amount: Amount

    /// A limit of these parts.
    public init(scope: Scope, period: Period, amount: Amount) {
        self.scope = scope
        self.period = period
        self.amount = amount
    }

    /// The counters that `context` counts on; none when the limit does not hold for it.
    func counters(of context: CallContext, teams: TeamDirectory) -> [String] {
        func named(_ wanted: String?, _ name: String) -> [String] {
            if let wanted { return wanted == name ? [name] : [] }
            return name.isEmpty ? [] : [name]
        }
        switch scope {
        case .all: return ["all"]
        case .project(let wanted):
            if let wanted, !wanted.contains("/") { return wanted == context.projectName ? [wanted] : [] }
            return named(wanted, context.project)
        case .group(let group): return context.project.hasPrefix(group + "/") ? [group] : []
        case .user(let wanted): return named(wanted, context.user)
        case .team(let wanted): return teams.teams(of: context.user).flatMap { named(wanted, $0) }
        case .mergeRequest(let wanted): return named(wanted, context.sessionID)
        case .agent(let wanted): return named(wanted, context.agent)
        case .command(let wanted): return named(wanted, context.command)
        case .model(let wanted): return named(wanted, context.model)
        }
    }
}
