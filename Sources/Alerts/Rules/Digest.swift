public import Budget
public import Forecast
import JSON
public import UTCTime

/// Yesterday in figures, once a day.
public struct Digest: Sendable, Equatable {
    /// One project's use of the day.
    public struct Project: Sendable, Equatable {
        /// Its path.
        public var name: String
        /// Input and output tokens.
        public var tokens: Int
        /// The known costs, in micro-USD.
        public var costMicroUSD: Int

        /// A project's use.
        public init(name: String, tokens: Int, costMicroUSD: Int) {
            self.name = name
            self.tokens = tokens
            self.costMicroUSD = costMicroUSD
        }
    }

    /// The day it is about.
    public var day: Day
    /// Input and output tokens.
    public var tokens: Int
    /// The known costs, in micro-USD.
    public var costMicroUSD: Int
    /// Model calls.
    public var calls: Int
    /// Those of them whose cost is not known.
    public var unpricedCalls: Int
    /// Merge requests that were reviewed.
    public var mergeRequests: Int
    /// Every project of the day; the largest are named.
    public var projects: [Project]
    /// Counters of budgets as they stand now; those near their limit are named.
    public var standings: [BudgetStanding]
    /// What the month will have used, in tokens.
    public var monthTokens: Outlook
    /// What it will have cost, in micro-USD.
    public var monthCost: Outlook

    /// A digest of these figures.
    public init(
        day: Day, tokens: Int, costMicroUSD: Int, calls: Int, unpricedCalls: Int, mergeRequests: Int,
        projects: [Project], standings: [BudgetStanding], monthTokens: Outlook, monthCost: Outlook
    ) {
        self.day = day
        self.tokens = tokens
        self.costMicroUSD = costMicroUSD
        self.calls = calls
        self.unpricedCalls = unpricedCalls
        self.mergeRequests = mergeRequests
        self.projects = projects
        self.standings = standings
        self.monthTokens = monthTokens
        self.monthCost = monthCost
    }

    /// Projects and budgets that are named at most.
    static let namedMax = 5
    /// Percent of its limit from which on a budget is named.
    static let closePercent = 70

    /// What is claimed for the digest that is told on `day`.
    public static func claim(on day: Day) -> AlertClaim {
        AlertClaim(key: "digest|\(day)", until: day.adding(days: 1).start)
    }

    /// The digest as an alert that is told on `today`.
    public func candidate(on today: Day) -> AlertCandidate {
        let isCostUnknown = calls > 0 && unpricedCalls == calls
        let cost =
            isCostUnknown
            ? "cost unknown"
            : Figures.dollars(costMicroUSD)
                + (unpricedCalls > 0 ? " and \(Self.counted(unpricedCalls, "call")) of unknown price" : "")
        var lines = [
            calls == 0
                ? "Nothing was used."
                : "\(Figures.grouped(tokens)) tokens, \(cost), \(Self.counted(calls, "call")), "
                    + "\(Self.counted(mergeRequests, "merge request"))."
        ]
        let top = projects.sorted { ($0.tokens, $1.name) > ($1.tokens, $0.name) }.prefix(Self.namedMax)
        if !top.isEmpty {
            let rest = projects.count - top.count
            lines.append(
                "Most by: "
                    + top.map { "\($0.name.isEmpty ? "(no project)" : $0.name.oneLine) \(Figures.grouped($0.tokens))" }
                    .joined(separator: ", ") + (rest > 0 ? ", and \(rest) more." : "."))
        }
        let close = standings.filter { $0.budget.label == nil && $0.percent >= Self.closePercent && $0.committed > 0 }
            .sorted { ($0.percent, $1.budget.name) > ($1.percent, $0.budget.name) }
        for standing in close.prefix(Self.namedMax) {
            let unit = standing.budget.limit.unit
            lines.append(
                "Budget \(standing.budget.name) (\(standing.scope)): \(standing.percent)% of "
                    + "\(Figures.text(standing.limit, unit)).")
        }
        if close.count > Self.namedMax {
            lines.append("\(close.count - Self.namedMax) more budgets are near their limit.")
        }
        switch (monthTokens, monthCost) {
        case (.estimate(let tokens), let cost):
            lines.append(
                "This month is expected to end at \(Figures.grouped(tokens.expected)) tokens "
                    + "(\(Figures.grouped(tokens.low)) to \(Figures.grouped(tokens.high)))"
                    + (cost.estimate.map { ", \(Figures.dollars($0.expected))" } ?? "") + ".")
        case (.abstained(let reason), _): lines.append("For the month: \(reason).")
        }
        return AlertCandidate(
            kind: .digest, claim: Self.claim(on: today), title: "Token use on \(day)",
            text: lines.joined(separator: "\n"),
            facts: JSONObject([
                ("day", .string(day.description)), ("tokens", .integer(tokens)),
                ("cost_micro_usd", isCostUnknown ? .null : .integer(costMicroUSD)), ("calls", .integer(calls)),
                ("unpriced_calls", .integer(unpricedCalls)), ("merge_requests", .integer(mergeRequests)),
                (
                    "projects",
                    .array(
                        top.map { ["project": .string($0.name), "tokens": .integer($0.tokens)] })
                ),
                ("month_expected_tokens", JSONValue(monthTokens.estimate?.expected)),
                ("month_expected_micro_usd", JSONValue(monthCost.estimate?.expected)),
            ]))
    }

    private static func counted(_ count: Int, _ what: String) -> String {
        "\(Figures.grouped(count)) \(what)\(count == 1 ? "" : "s")"
    }
}

/// When the digest is told: at one time of each UTC day.
public struct DigestTime: Sendable, Equatable {
    /// 0 to 23.
    public let hour: Int
    /// 0 to 59.
    public let minute: Int

    /// A time of the day.
    public init(hour: Int, minute: Int) {
        self.hour = hour
        self.minute = minute
    }

    /// The day whose digest is due at `now`, told or not; nil before its time. One that was missed is due for the rest of
    /// the day, and no longer.
    public func dueDay(at now: Instant) -> Day? {
        let time = now.timeOfDay
        return (time.hour, time.minute) >= (hour, minute) ? now.day : nil
    }
}
