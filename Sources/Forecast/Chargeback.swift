public import Budget

/// Who pays for a month: its use by cost centre, team and project, in whole tokens and micro-USD that add up exactly.
///
/// The use of a person in several teams is shared by them in equal parts. What an equal part leaves over (one token of
/// three shared by two teams) goes to the teams by the largest remainder, the first by name where they are equal, so that
/// the rows add up to the month. A person in no team is in the row with an empty team and cost centre.
public struct Chargeback: Sendable, Equatable {
    /// What one person used in one project.
    public struct Use: Sendable, Equatable {
        /// The user name; empty when unknown.
        public var user: String
        /// The project's full path.
        public var project: String
        /// What was used.
        public var amounts: Amounts

        /// The use of `user` in `project`.
        public init(user: String, project: String, amounts: Amounts) {
            self.user = user
            self.project = project
            self.amounts = amounts
        }
    }

    /// Figures that are added up and shared.
    public struct Amounts: Sendable, Equatable {
        /// Model calls.
        public var requests = 0
        /// Input tokens.
        public var inputTokens = 0
        /// Output tokens.
        public var outputTokens = 0
        /// Known costs, in micro-USD.
        public var costMicroUSD = 0
        /// Calls whose cost is unknown: it is in no sum.
        public var unpriced = 0

        /// Nothing.
        public init() {}

        /// Input and output tokens.
        public var totalTokens: Int { Self.sum(inputTokens, outputTokens) }

        static var fields: [WritableKeyPath<Amounts, Int>] {
            [
                \.requests, \.inputTokens, \.outputTokens, \.costMicroUSD, \.unpriced,
            ]
        }

        mutating func add(_ other: Amounts) {
            for field in Self.fields { self[keyPath: field] = Self.sum(self[keyPath: field], other[keyPath: field]) }
        }

        /// A sum that does not fit stays at the largest number.
        private static func sum(_ left: Int, _ right: Int) -> Int {
            let (sum, overflow) = left.addingReportingOverflow(right)
            return overflow ? .max : sum
        }
    }

    /// One line of the bill.
    public struct Row: Sendable, Equatable {
        /// Who pays; empty when the team has no cost centre.
        public var costCentre: String
        /// The team; empty for people in none.
        public var team: String
        /// The project's full path.
        public var project: String
        /// What is charged.
        public var amounts: Amounts
        /// Whether a call with a price is among those that it shares in. The figures do not tell: of two calls shared by
        /// two teams, each has one, and the one without a price is all in the part of the first.
        var isCostKnown: Bool

        /// What is charged in USD; nil when no call that it shares in has a price.
        public var cost: MicroUSD? { isCostKnown ? MicroUSD(Int64(amounts.costMicroUSD)) : nil }
    }

    /// By cost centre, team and project.
    public let rows: [Row]
    /// The whole month: the sum of the rows, and of the uses.
    public let total: Amounts
    /// What the month cost; nil when there are calls and none has a price.
    public var cost: MicroUSD? {
        total.requests > 0 && total.unpriced == total.requests ? nil : MicroUSD(Int64(total.costMicroUSD))
    }

    /// The bill for `uses`.
    public init(_ uses: [Use], teams directory: TeamDirectory) {
        struct Key: Hashable {
            var team: String
            var project: String
        }
        // Shared once for each set of teams and project, so that little is left over.
        var together: [[String]: [String: Amounts]] = [:]
        var total = Amounts()
        for use in uses {
            let teams = directory.teams(of: use.user)
            together[teams.isEmpty ? [""] : teams, default: [:]][use.project, default: Amounts()].add(use.amounts)
            total.add(use.amounts)
        }
        var sums: [Key: Amounts] = [:]
        var known: Set<Key> = []
        for (teams, projects) in together {
            for (project, amounts) in projects {
                for (index, team) in teams.enumerated() {
                    let key = Key(team: team, project: project)
                    sums[key, default: Amounts()].add(Self.part(index, of: teams.count, from: amounts))
                    if amounts.unpriced < amounts.requests { known.insert(key) }
                }
            }
        }
        self.total = total
        rows = sums.map { key, amounts in
            Row(
                costCentre: directory.costCentres[key.team] ?? "", team: key.team, project: key.project,
                amounts: amounts, isCostKnown: known.contains(key))
        }.sorted { ($0.costCentre, $0.team, $0.project) < ($1.costCentre, $1.team, $1.project) }
    }

    /// The part of the team at `index` of `count`: parts are equal but for what is left over, one each from the first.
    private static func part(_ index: Int, of count: Int, from amounts: Amounts) -> Amounts {
        var part = Amounts()
        for field in Amounts.fields {
            let (quotient, remainder) = amounts[keyPath: field].quotientAndRemainder(dividingBy: count)
            part[keyPath: field] = quotient + (index < remainder ? 1 : 0)
        }
        return part
    }
}
