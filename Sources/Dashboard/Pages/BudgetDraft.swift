import Budget

/// What stands in the form for setting a budget.
public struct BudgetDraft: Sendable, Equatable {
    /// Its name.
    public var name: String
    /// `all`, `project:group/app`, `user:*`.
    public var scope: String
    /// `hour` to `total`.
    public var period: String
    /// `200000` or `50usd`.
    public var limit: String
    /// `80%, 90%`.
    public var warn: String
    /// `block` or `warn`.
    public var enforcement: String
    /// Whether the budget exists.
    public var isOfExisting: Bool

    /// A draft of these texts.
    public init(
        name: String = "", scope: String = "", period: String = "day", limit: String = "", warn: String = "80%",
        enforcement: String = "block", isOfExisting: Bool = false
    ) {
        self.name = name
        self.scope = scope
        self.period = period
        self.limit = limit
        self.warn = warn
        self.enforcement = enforcement
        self.isOfExisting = isOfExisting
    }

    func form(_ frame: Frame) -> HTML {
        """
        <form method="post" action="/dashboard/budgets/set">\(frame.formField)
        \(HTML.field("set-name", "name", "Name", value: name, hint: "A name that exists is changed", isNeeded: true))
        \(HTML.field("set-scope", "scope", "Scope", value: scope, hint: "all, project:group/app, group:g, user:ann, team:t, agent:a, model:m, or user:* for one counter each", isNeeded: true))
        \(HTML.choice("set-period", "period", "Period", Period.allCases.map { ($0.rawValue, $0.rawValue) }, selected: period))
        \(HTML.field("set-limit", "limit", "Limit", value: limit, hint: "200000 tokens, or 50usd", isNeeded: true))
        \(HTML.field("set-warn", "warn", "Remark at", value: warn, hint: "80%, or several with commas"))
        \(HTML.choice("set-enforcement", "enforcement", "When it is full", [("block", "block"), ("warn", "only warn")], selected: enforcement))
        <button>Set</button></form>
        """
    }
}

/// What stands in the form that tries a limit on the past.
public struct ReplayDraft: Sendable, Equatable {
    /// For whom.
    public var scope: String
    /// `hour` to `total`.
    public var period: String
    /// `200000` or `50usd`.
    public var limit: String
    /// The first day.
    public var from: String
    /// The last day.
    public var to: String

    /// A draft of these texts.
    public init(scope: String = "", period: String = "day", limit: String = "", from: String = "", to: String = "") {
        self.scope = scope
        self.period = period
        self.limit = limit
        self.from = from
        self.to = to
    }

    /// What the limit would have done.
    public enum Outcome: Sendable, Equatable {
        /// It was tried on so many calls; those that it would have blocked, also by name, and what they used.
        case result(reviews: Int, blocked: Int, blockedSums: Sums, by: [(name: String, reviews: Int, blocked: Int)])
        /// It cannot be tried, and why.
        case refused(String)

        /// Whether both say the same.
        public static func == (left: Outcome, right: Outcome) -> Bool {
            switch (left, right) {
            case (.refused(let one), .refused(let other)): one == other
            case (
                .result(let one, let some, let sums, let by), .result(let other, let others, let otherSums, let otherBy)
            ):
                one == other && some == others && sums == otherSums && by.elementsEqual(otherBy, by: ==)
            default: false
            }
        }
    }

    /// Names that are told.
    static let namesMax = 10

    func form(_ outcome: Outcome?) -> HTML {
        """
        <form method="get" action="/dashboard/budgets#replay">
        \(HTML.field("replay-scope", "replay_scope", "Scope", value: scope, hint: "As above: user:* tries it on each user", isNeeded: true))
        \(HTML.choice("replay-period", "replay_period", "Period", Period.allCases.map { ($0.rawValue, $0.rawValue) }, selected: period))
        \(HTML.field("replay-limit", "replay_limit", "Limit", value: limit, hint: "200000 tokens, or 50usd", isNeeded: true))
        \(HTML.field("replay-from", "replay_from", "From", value: from, type: "date", isNeeded: true))
        \(HTML.field("replay-to", "replay_to", "To", value: to, type: "date", isNeeded: true))
        <button class="second">Try it</button></form>
        \(outcome.map(words))
        """
    }

    private func words(_ outcome: Outcome) -> HTML {
        switch outcome {
        case .refused(let reason): return "<p class=\"notice refused\" role=\"alert\">■ \(reason)</p>"
        case .result(let reviews, let blocked, let sums, let by):
            let rows = by.prefix(Self.namesMax).html { row in
                """
                <tr><th scope="row">\(HTML.name(row.name))</th>\(HTML.number(.count(row.reviews)))\
                \(HTML.number(.count(row.blocked)))</tr>

                """
            }
            return """
                <p role="status" class="outcome"><strong>\(HTML.count(blocked))</strong> of \(HTML.count(reviews)) calls would have \
                been blocked\(": \(HTML.count(sums.totalTokens)) tokens, \(HTML.cost(sums))" as HTML, if: blocked > 0).</p>
                \(by.isEmpty ? nil : HTML.table("Blocked by name", class: "narrow", head: HTML.heads("Name", "#Calls", "#Blocked"), rows: rows))
                """
        }
    }
}
