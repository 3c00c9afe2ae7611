/// Which reviews hold what a refused call would need.
public struct Holders: Sendable, Hashable {
    /// The calls of one merge request, or those that are for none.
    public struct Review: Sendable, Hashable {
        /// `group/app!123`; empty for calls that are for no merge request.
        public let session: String
        /// What its calls hold, in the unit of the budget that refuses.
        public let amount: Int
        /// How many calls.
        public let callCount: Int
        /// Whether it is of the project that asked: notes on a merge request name no other project.
        public let isOfSameProject: Bool
    }

    /// Those that hold the most, the largest first: at most `reviewsMax`.
    public let largest: [Review]
    /// How many more there are.
    public let otherCount: Int
    /// What these hold together.
    public let otherAmount: Int

    /// The most reviews that are named.
    public static let reviewsMax = 5
    /// Nobody holds anything.
    public static let none = Holders([], project: "")

    /// Adds up `holds`, each with what it holds in one unit; `project` is the one that asked.
    public init(_ holds: some Sequence<(context: CallContext, amount: Int)>, project: String) {
        var sums: [String: (amount: Int, callCount: Int, isOfSameProject: Bool)] = [:]
        let own = project.withSmallLetters
        for hold in holds {
            let isOwn = !own.isEmpty && hold.context.project.withSmallLetters == own
            var sum = sums[hold.context.sessionID] ?? (0, 0, isOwn)
            sum.amount = sum.amount.capped(adding: hold.amount)
            sum.callCount += 1
            sums[hold.context.sessionID] = sum
        }
        let all = sums.map { session, sum in
            Review(
                session: session, amount: sum.amount, callCount: sum.callCount, isOfSameProject: sum.isOfSameProject)
        }.sorted { (-$0.amount, $0.session) < (-$1.amount, $1.session) }
        largest = Array(all.prefix(Self.reviewsMax))
        otherCount = all.count - largest.count
        otherAmount = all.dropFirst(Self.reviewsMax).reduce(0) { $0.capped(adding: $1.amount) }
    }
}

extension Counters {
    /// Those of `holds` that count for the counter which `refusal` names, with what they hold in its unit.
    public func holders(
        of refusal: BudgetRefusal, among holds: some Sequence<Reservation>, project: String
    ) -> Holders {
        guard refusal.held > 0, let budget = set.budget(refusal.budget),
            let wanted = index.tallies.firstIndex(of: .init(scope: budget.scope, period: budget.period))
        else { return .none }
        let window = window(of: budget.period)
        var found: [(context: CallContext, amount: Int)] = []
        for hold in holds {
            if hold.state == .unresolved, !window.contains(hold.dispatchedAt ?? hold.createdAt) { continue }
            var counts = false
            index.forEachCounter(of: hold.context) { tally, scope in
                if tally == wanted, scope == refusal.scope { counts = true }
            }
            if counts { found.append((hold.context, hold.amount.amount(refusal.unit))) }
        }
        return Holders(found, project: project)
    }
}
