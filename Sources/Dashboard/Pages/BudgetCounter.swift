public import Budget
public import UTCTime

/// One counter of a budget.
public struct BudgetCounter: Sendable, Equatable {
    /// The budget's name.
    public var name: String
    /// What the counter is for: `all`, `project:group/app`.
    public var scope: String
    /// After what it begins anew.
    public var period: Period
    /// What the figures count.
    public var unit: BudgetUnit
    /// Settled.
    public var used: Int
    /// Held by calls under way.
    public var held: Int
    /// Held by calls whose outcome is unknown.
    public var unresolved: Int
    /// What is allowed, grants included.
    public var limit: Int
    /// What was granted for this period.
    public var granted: Int
    /// Settled calls.
    public var calls: Int
    /// What is done when it is full.
    public var enforcement: Enforcement
    /// When it begins anew; nil: never.
    public var resetsAt: Instant?

    /// A counter of these figures.
    public init(
        name: String, scope: String, period: Period, unit: BudgetUnit = .tokens, used: Int, held: Int = 0,
        unresolved: Int = 0, limit: Int, granted: Int = 0, calls: Int = 0, enforcement: Enforcement = .block,
        resetsAt: Instant? = nil
    ) {
        self.name = name
        self.scope = scope
        self.period = period
        self.unit = unit
        self.used = used
        self.held = held
        self.unresolved = unresolved
        self.limit = limit
        self.granted = granted
        self.calls = calls
        self.enforcement = enforcement
        self.resetsAt = resetsAt
    }

    /// Held in either way.
    var onHold: Int { Int(clamping: Int128(held) + Int128(unresolved)) }

    /// Used or held.
    var committed: Int { Int(clamping: Int128(used) + Int128(onHold)) }

    /// What nobody has used or holds.
    var left: Int { max(0, limit - committed) }

    /// How near the limit it is.
    var level: Level { Level(committed, of: limit) }

    /// The bar.
    var bar: HTML { Bar(used: used, held: onHold, limit: limit, level: level).html }

    /// Name, badge, bar and figures in a few lines.
    func line(today: Day) -> HTML {
        lines(
            "<strong>\(HTML.name(name))</strong> <span class=\"quiet\">\(HTML.name(scope)) · \(period.asInterval)</span>"
        )
    }

    /// The same under the name of the budget that has many counters.
    var lineOfMany: HTML { lines(HTML.name(scope)) }

    private func lines(_ head: HTML) -> HTML {
        """
        <li class="budget"><p class="budget-head">\(head) \(level.badge)</p>\(bar)<p class="budget-figures">\
        \(HTML.amount(used, unit)) used\(" + \(HTML.amount(onHold, unit)) held" as HTML, if: onHold > 0) of \
        \(HTML.amount(limit, unit)) · \(grouped(percent(committed, of: limit)))%\
        \(" · \(HTML.amount(granted, unit)) granted" as HTML, if: granted > 0)\
        \(" · only warns", if: enforcement == .warn)\
        \(resetsAt.map { " · resets \(HTML.moment($0))" as HTML })</p></li>

        """
    }
}

extension Period {
    /// When a counter begins anew: `each day`.
    var asInterval: String {
        switch self {
        case .hour: "each hour"
        case .day: "each day"
        case .week: "each week"
        case .month: "each month"
        case .total: "for ever"
        }
    }
}
