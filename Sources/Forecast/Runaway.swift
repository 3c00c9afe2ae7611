/// Somebody or something that burns far above its usual: a user, or a merge request.
public struct Runaway: Sendable, Equatable {
    /// Who or what.
    public var name: String
    /// What it used today, in tokens.
    public var used: Int
    /// What it uses on a day with use, in the middle; for one without a past, what all the others use.
    public var usual: Int
    /// Its share of a usual day of everybody, in percent.
    public var percentOfDay: Int
}

/// Use by name, day by day, to find runaways in.
public struct NamedUse: Sendable, Equatable {
    /// Who or what.
    public var name: String
    /// Tokens used today.
    public var today: Int
    /// Tokens of each past day with use.
    public var past: [Int]

    /// The use of `name`.
    public init(name: String, today: Int, past: [Int]) {
        self.name = name
        self.today = today
        self.past = past
    }

    /// Days of its own from which on a name is compared with itself.
    static let ownDaysMin = 5
}

extension Runaway {
    /// Times its usual that make a runaway.
    static let multiple = 4
    /// The least share of a usual day, in percent, below which nothing is said.
    static let percentMin = 15

    /// Those of `uses` that used at least `multiple` times their usual today, more than on any day before, and
    /// `percentMin` of what everybody together uses on a day (`usualDay` tokens). The largest first.
    public static func among(_ uses: [NamedUse], usualDay: Int) -> [Runaway] {
        let everyDay = uses.flatMap(\.past).map(Double.init)
        let othersUsual = median(everyDay)
        let othersHigh = quantile(everyDay, weights: everyDay.map { _ in 1 }, share: 0.99)
        return uses.compactMap { use -> Runaway? in
            let percent = usualDay > 0 ? whole(Double(use.today) * 100 / Double(usualDay)) : 0
            guard percent >= percentMin else { return nil }
            let hasOwn = use.past.count >= NamedUse.ownDaysMin
            let own = use.past.map(Double.init)
            guard let usual = hasOwn ? median(own) : othersUsual, let highest = hasOwn ? own.max() : othersHigh,
                Double(use.today) >= usual * Double(multiple), Double(use.today) > highest
            else { return nil }
            return Runaway(name: use.name, used: use.today, usual: whole(usual), percentOfDay: percent)
        }.sorted { ($0.used, $1.name) > ($1.used, $0.name) }
    }
}
