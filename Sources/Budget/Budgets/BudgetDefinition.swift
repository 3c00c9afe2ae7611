/// What a budget in money does with a call whose price is unknown.
public enum UnknownPrice: String, Sendable, CaseIterable {
    /// It refuses it (a budget that only warns warns): what a call costs cannot be kept within a limit unknown.
    case block
    /// It lets it pass and counts nothing for it.
    case allow
}

/// The last share of a budget, kept back for urgent work.
public struct UrgentShare: Sendable, Hashable {
    /// Percent of the limit, 1 to 99.
    public let percent: Int
    /// A merge request that carries one of these labels may use it.
    public let labels: [String]

    /// A share of `percent` for `labels`. Throws when that is none or all, or when no label is named.
    public init(percent: Int, labels: [String]) throws(BudgetTextError) {
        guard 1...99 ~= percent else {
            throw BudgetTextError("urgent.percent", String(percent), "accepted is 1 to 99")
        }
        guard 1...BudgetDefinition.labelsMax ~= labels.count else {
            throw BudgetTextError("urgent.labels", nil, "accepted are 1 to \(BudgetDefinition.labelsMax) labels")
        }
        for label in labels { try BudgetDefinition.check(label: label, "urgent.labels") }
        self.percent = percent
        self.labels = labels.sortedWithoutDoubles
    }
}

/// A budget: a limit for a scope over a period, and what happens when it is reached.
public struct BudgetDefinition: Sendable, Hashable {
    /// Its name, unique.
    public let name: String
    /// What it is for.
    public let scope: ScopePattern
    /// After what it begins anew.
    public let period: Period
    /// How much it allows.
    public let limit: BudgetLimit
    /// Where it is remarked, the lowest first.
    public let thresholds: [BudgetThreshold]
    /// What is done with a call that does not fit.
    public let enforcement: Enforcement
    /// What is done with a call whose price is unknown, when the limit is in money; `block` where it is in tokens, so that
    /// a budget is the same when it has been written and read.
    public let unknownPrice: UnknownPrice
    /// The last share, for urgent work; nil: none is kept back.
    public let urgent: UrgentShare?
    /// Only merge requests that carry this label have it; nil: all have. Such a budget is a template, and its scope is
    /// `merge_request:*`. What a merge request used counts from its first call on, whenever the label came.
    public let label: String?

    /// The most thresholds of a budget.
    public static let thresholdsMax = 20
    /// The most labels for urgent work.
    public static let labelsMax = 20
    /// The most bytes of a label, as GitLab has it.
    public static let labelBytesMax = 255
    /// The name of the budget that `TOKEN_DAILY_LIMIT` sets.
    public static let dailyName = "daily"
    /// The name under which a request's own limit for its merge request refuses: the member of `.bursar.json`.
    public static let mergeRequestName = "merge_request_budget"

    /// A budget of these parts. Throws the first rule they break.
    public init(
        name: String, scope: ScopePattern, period: Period, limit: BudgetLimit, thresholds: [BudgetThreshold] = [],
        enforcement: Enforcement = .block, unknownPrice: UnknownPrice = .block, urgent: UrgentShare? = nil,
        label: String? = nil
    ) throws(BudgetTextError) {
        try BudgetTextError.checkName(name, "name")
        guard thresholds.count <= Self.thresholdsMax else {
            throw BudgetTextError("warn", nil, "\(thresholds.count) thresholds; accepted are \(Self.thresholdsMax)")
        }
        if let label {
            try Self.check(label: label, "label")
            guard scope == .each(.mergeRequest) else {
                throw BudgetTextError(
                    "label", label, "a label chooses the budget of a merge request: the scope must be merge_request:*")
            }
        }
        self.name = name
        self.scope = scope
        self.period = period
        self.limit = limit
        self.thresholds = Set(thresholds).sorted {
            ($0.amount(ofLimit: limit.amount), $0.text(limit.unit))
                < ($1.amount(ofLimit: limit.amount), $1.text(limit.unit))
        }
        self.enforcement = enforcement
        self.unknownPrice = limit.unit == .usd ? unknownPrice : .block
        self.urgent = urgent
        self.label = label
    }

    static func check(label: String, _ field: String) throws(BudgetTextError) {
        guard 1...labelBytesMax ~= label.utf8.count, label.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }),
            !label.contains(",")
        else {
            throw BudgetTextError(
                field, label, "a label has 1 to \(labelBytesMax) bytes, no comma and no control character")
        }
    }
}

/// A named list of people.
public struct Team: Sendable, Hashable {
    /// Its name, unique.
    public let name: String
    /// Their user names in small letters, sorted, each once.
    public let users: [String]
    /// Who pays for what they use, as the accountants call it; nil: nobody was named.
    public let costCentre: String?

    /// The most people in a team.
    public static let usersMax = 5000
    /// The most bytes of a cost centre.
    public static let costCentreBytesMax = 200

    /// A team of `users`; an empty cost centre is none. Throws the first rule they break.
    public init(name: String, users: [String], costCentre: String? = nil) throws(BudgetTextError) {
        try BudgetTextError.checkName(name, "name")
        guard 1...Self.usersMax ~= users.count else {
            throw BudgetTextError("users", nil, "\(users.count) people; accepted are 1 to \(Self.usersMax)")
        }
        self.name = name
        var names: [String] = []
        for user in users {
            do { names.append(try Scope(.user, parsing: user).name) } catch {
                throw BudgetTextError("users", user, error.reason)
            }
        }
        self.users = names.sortedWithoutDoubles
        guard let costCentre, !costCentre.isEmpty else {
            self.costCentre = nil
            return
        }
        guard costCentre.utf8.count <= Self.costCentreBytesMax,
            costCentre.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
        else {
            throw BudgetTextError(
                "cost_centre", costCentre,
                "a cost centre has up to \(Self.costCentreBytesMax) bytes and no control character")
        }
        self.costCentre = costCentre
    }

    private init(_ team: Team, costCentre: String?) {
        name = team.name
        users = team.users
        self.costCentre = costCentre
    }

    /// The same people, paid for as `other` is.
    public func paid(as other: Team?) -> Team { Team(self, costCentre: other?.costCentre) }
}

extension [String] {
    var sortedWithoutDoubles: [String] { Set(self).sorted() }
}
