import UTCTime

/// The price table in force.
public struct PricesPage: Sendable {
    /// One price, in millionths of a dollar for a million tokens where it is an amount.
    public struct Row: Sendable, Equatable {
        /// The price's id.
        public var id: String
        /// The model.
        public var model: String
        /// From when it holds.
        public var effectiveFrom: String
        /// Dollars for a million input tokens, as decimal text.
        public var input: String
        /// Dollars for a million output tokens.
        public var output: String
        /// Dollars for a million tokens written to a cache.
        public var cacheWrite: String
        /// Dollars for a million tokens read from a cache.
        public var cacheRead: String
        /// Where it comes from.
        public var source: String

        /// A price of these parts.
        public init(
            id: String, model: String, effectiveFrom: String, input: String, output: String, cacheWrite: String,
            cacheRead: String, source: String
        ) {
            self.id = id
            self.model = model
            self.effectiveFrom = effectiveFrom
            self.input = input
            self.output = output
            self.cacheWrite = cacheWrite
            self.cacheRead = cacheRead
            self.source = source
        }
    }

    /// The prices.
    public var rows: [Row]
    /// When they were collected.
    public var retrieved: String
    /// How many days ago.
    public var ageDays: Int
    /// Whether that is too long.
    public var isStale: Bool
    /// Models that were used and have no price, the most used first.
    public var unknown: [NamedSums]

    /// Models without a price that are named.
    static let unknownMax = 30

    /// A page of these parts.
    public init(rows: [Row], retrieved: String, ageDays: Int, isStale: Bool, unknown: [NamedSums] = []) {
        self.rows = rows
        self.retrieved = retrieved
        self.ageDays = ageDays
        self.isStale = isStale
        self.unknown = unknown
    }

    /// The page in `frame`.
    public func html(in frame: Frame) -> HTML {
        let named = Excerpt(unknown, max: Self.unknownMax)
        return frame.document(
            "Prices", current: .prices,
            """
            <h1>Prices <small>US dollars for a million tokens</small></h1>
            <p class="lead">Collected on \(retrieved), \(ageDays) \(ageDays == 1 ? "day" : "days") ago. \
            \("<span class=\"badge level-warning\">▲ old: check them</span>", if: isStale) The price of a call is kept with its \
            row; a later one changes nothing that was written.</p>
            \(unknown.isEmpty ? nil : HTML.section("unknown", "Models without a price this month", HTML.table("Models without a price", class: "narrow", head: HTML.heads("Model", "#Calls", "#Tokens"), rows: named.rows.html {
                "<tr><th scope=\"row\">\(HTML.name($0.name))</th>\(HTML.number(.count($0.sums.requests)))\(HTML.number(.count($0.sums.totalTokens)))</tr>\n"
            })))\(named.more())
            \(HTML.section("prices", "In force", HTML.table("Prices", head: HTML.heads("Model", "From", "#Input", "#Output", "#Cache write", "#Cache read", "Id"), rows: rows.html {
                """
                <tr><th scope="row">\(HTML.name($0.model))</th><td>\($0.effectiveFrom)</td>\(HTML.number("\($0.input)"))\
                \(HTML.number("\($0.output)"))\(HTML.number("\($0.cacheWrite)"))\(HTML.number("\($0.cacheRead)"))\
                <td class="quiet">\($0.id)</td></tr>

                """
            })))
            """)
    }
}
