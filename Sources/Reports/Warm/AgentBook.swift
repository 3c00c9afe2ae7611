public import UTCTime

/// What one reviewer has used, and whether its calls grow.
public struct AgentCard: Sendable, Equatable {
    /// The agent's name.
    public var name: String
    /// All its calls that are in memory.
    public var totals: UsageTotals
    /// Its calls of the day that was asked for.
    public var today: UsageTotals
    /// When its last call was booked.
    public var lastRequest: Instant
    /// The model of its last call.
    public var lastModel: String
    /// The session of its last call; empty for a call without one.
    public var lastSession: String
    /// Its last call alone.
    public var lastCall: UsageTotals
    /// What its last calls cost in micro-USD, up to ten, the latest last; nil for one without a price.
    public var lastCosts: [Int?]
    /// How its last ten calls compare with the ten before.
    public var trend: AgentTrend
}

/// The last ten calls of an agent beside the ten before, by tokens for a call.
public struct AgentTrend: Sendable, Equatable {
    /// Where it goes.
    public enum Direction: String, Sendable, CaseIterable {
        /// More than 5 % more tokens for a call.
        case up
        /// More than 5 % fewer tokens for a call.
        case down
        /// Neither.
        case steady
        /// There are not twenty calls yet.
        case unknown
    }

    /// Where it goes.
    public var direction: Direction
    /// Tokens of the last calls, up to ten, together.
    public var lastTokens: Int
    /// How many those are.
    public var lastCount: Int
    /// Tokens of the calls before those, up to ten, together.
    public var earlierTokens: Int
    /// How many those are.
    public var earlierCount: Int
    /// Thousandths that the last ten use more than the ten before, rounded towards zero; nil without twenty calls, or when
    /// those before used nothing.
    public var changePermille: Int?

    /// Calls that are compared with as many before.
    public static let callsCount = 10
    /// A change of more thousandths than this is one.
    public static let steadyPermilleMax = 50

    /// The trend of calls of so many tokens, the latest last; all but the last twenty are left out.
    init(_ tokens: [Int]) {
        let last = tokens.suffix(Self.callsCount)
        let earlier = tokens.dropLast(Self.callsCount).suffix(Self.callsCount)
        lastTokens = last.reduce(0, +)
        lastCount = last.count
        earlierTokens = earlier.reduce(0, +)
        earlierCount = earlier.count
        guard earlierCount == Self.callsCount else {
            direction = .unknown
            return
        }
        guard earlierTokens > 0 else {
            direction = lastTokens > 0 ? .up : .steady
            return
        }
        let (product, overflow) = (lastTokens - earlierTokens).multipliedReportingOverflow(by: 1000)
        let change = overflow ? (lastTokens > earlierTokens ? Int.max : .min) : product / earlierTokens
        changePermille = change
        direction =
            change > Self.steadyPermilleMax ? .up : change < -Self.steadyPermilleMax ? .down : .steady
    }
}

/// The agents of the rows, with the last calls of each.
struct AgentBook: Sendable {
    private struct Call: Sendable {
        let seconds: Int64
        let model: UInt32
        let session: UInt32
        let figures: UsageTotals.Record
    }

    private struct Entry: Sendable {
        var totals = UsageTotals()
        var days: (day: Int32, totals: UsageTotals)
        /// By time; the last twenty.
        var calls: [Call] = []

        mutating func add(_ row: WarmRow) {
            totals.add(row.figures)
            if row.day > days.day { days = (row.day, UsageTotals()) }
            if row.day == days.day { days.totals.add(row.figures) }
            let index = (calls.lastIndex { $0.seconds <= row.seconds } ?? -1) + 1
            calls.insert(
                Call(seconds: row.seconds, model: row.model, session: row.session, figures: row.figures), at: index)
            if calls.count > 2 * AgentTrend.callsCount { calls.removeFirst() }
        }
    }

    private var entries: [UInt32: Entry] = [:]

    /// Counts `row`.
    mutating func add(_ row: WarmRow) {
        entries[row.agent, default: Entry(days: (row.day, UsageTotals()))].add(row)
    }

    /// The cards on `today`, the agent with the latest call first.
    func cards(today: Day, _ names: RowNames) -> [AgentCard] {
        let number = Int32(clamping: today.number)
        return entries.compactMap { agent, entry in
            entry.calls.last.map { last -> AgentCard in
                var lastCall = UsageTotals()
                lastCall.add(last.figures)
                return AgentCard(
                    name: names.agents[agent], totals: entry.totals,
                    today: entry.days.day == number ? entry.days.totals : UsageTotals(),
                    lastRequest: Instant(seconds: last.seconds), lastModel: names.models[last.model],
                    lastSession: names.sessions[last.session], lastCall: lastCall,
                    lastCosts: entry.calls.suffix(AgentTrend.callsCount).map(\.figures.costMicroUSD),
                    trend: AgentTrend(entry.calls.map(\.figures.totalTokens)))
            }
        }.sorted { ($1.lastRequest, $0.name) < ($0.lastRequest, $1.name) }
    }
}
