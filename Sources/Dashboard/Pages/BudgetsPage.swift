public import Budget
import UTCTime

/// Every budget with its counters, ways to change them, and what another limit would have blocked.
public struct BudgetsPage: Sendable {
    /// One budget as it is defined.
    public struct Row: Sendable, Equatable {
        /// Its name.
        public var name: String
        /// `all`, `project:group/app`, `user:*`.
        public var scope: String
        /// After what it begins anew.
        public var period: Period
        /// What is allowed.
        public var limit: BudgetLimit
        /// At what is remarked.
        public var thresholds: [BudgetThreshold]
        /// What is done when it is full.
        public var enforcement: Enforcement
        /// Whether it can be changed here; the one of the settings cannot.
        public var isEditable: Bool
        /// Its counters, the fullest first.
        public var counters: Excerpt<BudgetCounter>

        /// A budget of these parts.
        public init(
            name: String, scope: String, period: Period, limit: BudgetLimit, thresholds: [BudgetThreshold] = [],
            enforcement: Enforcement, isEditable: Bool, counters: Excerpt<BudgetCounter>
        ) {
            self.name = name
            self.scope = scope
            self.period = period
            self.limit = limit
            self.thresholds = thresholds
            self.enforcement = enforcement
            self.isEditable = isEditable
            self.counters = counters
        }

        /// `200,000 tokens` or `$50.00`.
        var limitText: String {
            amountText(limit.amount, limit.unit) + (limit.unit == .tokens ? " tokens" : "")
        }

        /// `80%, 90%` or `160,000`.
        var thresholdText: String {
            thresholds.map { threshold in
                switch threshold {
                case .percent: threshold.text(limit.unit)
                case .amount(let amount): amountText(amount, limit.unit)
                }
            }.joined(separator: ", ")
        }
    }

    /// The budgets by name.
    public var rows: [Row]
    /// What the form for setting holds.
    public var draft: BudgetDraft
    /// What is tried out on the past.
    public var replay: ReplayDraft
    /// What came of that; nil: nothing was asked.
    public var outcome: ReplayDraft.Outcome?

    /// A page of these parts.
    public init(
        rows: [Row], draft: BudgetDraft = BudgetDraft(), replay: ReplayDraft = ReplayDraft(),
        outcome: ReplayDraft.Outcome? = nil
    ) {
        self.rows = rows
        self.draft = draft
        self.replay = replay
        self.outcome = outcome
    }

    /// Counters of one budget that are shown.
    public static let countersMax = 20
    /// Budgets that are shown; the forms change the others too.
    static let budgetsMax = 100

    /// The page in `frame`.
    public func html(in frame: Frame) -> HTML {
        let shown = Excerpt(rows, max: Self.budgetsMax)
        return frame.document(
            "Budgets", current: .budgets,
            """
            <h1>Budgets</h1>
            \(HTML.section("budgets", "In force", "<ul class=\"budgets\">\(shown.rows.html { lines($0, frame) })</ul>\(shown.more("; <code>bursar budgets list</code> has all"))"))
            <div class="grid halves">
            \(HTML.section("set", "\(draft.isOfExisting ? "Change a budget" : "Set a budget")", live: false, draft.form(frame)))
            \(HTML.section("replay", "Try a limit on the past", live: false, replay.form(outcome)))
            \(HTML.section("grant", "Grant more for the current period", live: false, grantForm(frame)))
            \(HTML.section("remove", "Remove a budget", live: false, removeForm(frame)), if: rows.contains(where: \.isEditable))
            </div>
            """)
    }

    private func lines(_ row: Row, _ frame: Frame) -> HTML {
        let edit: HTML? =
            row.isEditable
            ? """
            <a href="\(Page.budgets.link.with("edit", row.name))#set">Edit<span class="hidden"> \(row.name)</span></a>
            """ : nil
        let words: HTML = """
            <p class="budget-words quiet">\(row.enforcement == .block ? "blocks" : "warns") at \(row.limitText)\
            \(", remarks at \(row.thresholdText)" as HTML, if: !row.thresholds.isEmpty) \(edit)</p>
            """
        if row.counters.totalCount == 1, let counter = row.counters.rows.first {
            return "\(counter.line(today: frame.now.day))<li>\(words)</li>\n"
        }
        return """
            <li class="budget"><p class="budget-head"><strong>\(HTML.name(row.name))</strong> <span class="quiet">\
            \(HTML.name(row.scope)) · \(row.period.asInterval)\(" · nothing used yet", if: row.counters.isEmpty)</span></p></li>\
            <li>\(words)</li>\(row.counters.isEmpty ? nil : list(row.counters))

            """
    }

    private func list(_ counters: Excerpt<BudgetCounter>) -> HTML {
        """
        <li><ul class="budgets counters">\(counters.rows.html(\.lineOfMany))</ul>\
        \("<p class=\"more\">\(HTML.count(counters.hiddenCount)) more counters are less full.</p>" as HTML, if: counters.hiddenCount > 0)</li>
        """
    }

    private func grantForm(_ frame: Frame) -> HTML {
        """
        <form method="post" action="/dashboard/budgets/grant">\(frame.formField)
        \(HTML.choice("grant-budget", "budget", "Budget", rows.map { ($0.name, $0.name) }, selected: BudgetDefinition.dailyName))
        \(HTML.field("grant-amount", "amount", "Amount", hint: "100000 tokens, or 5usd for a budget in money", isNeeded: true))
        \(HTML.field("grant-scope", "scope", "Scope", hint: "user:ann, where a budget counts each apart; empty otherwise"))
        \(HTML.field("grant-reason", "reason", "Reason", hint: "It stands in the audit log", isNeeded: true))
        <button>Grant</button></form>
        """
    }

    private func removeForm(_ frame: Frame) -> HTML {
        """
        <form method="post" action="/dashboard/budgets/remove">\(frame.formField)
        \(HTML.choice("remove-budget", "name", "Budget", rows.filter(\.isEditable).map { ($0.name, $0.name) }, selected: ""))
        <p class="field check"><input type="checkbox" id="remove-sure" name="sure" value="yes" required>\
        <label for="remove-sure">Yes, nothing shall limit this any more</label></p>
        <button class="danger">Remove</button></form>
        """
    }
}
