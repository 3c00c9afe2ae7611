public import UTCTime

/// One row of the books: a successful model call.
public struct CallRow: Sendable, Equatable {
    /// When it was booked.
    public var time: Instant
    /// `group/app!12`; empty for a call without a merge request.
    public var session: String
    /// The project's path, for calls without one.
    public var project: String
    /// For whom.
    public var user: String
    /// By which reviewer.
    public var agent: String
    /// What it was asked to do.
    public var command: String
    /// The model.
    public var model: String
    /// Input tokens.
    public var inputTokens: Int
    /// Output tokens.
    public var outputTokens: Int
    /// What was held for it; nil when nothing was.
    public var estimatedTokens: Int?
    /// Its cost in millionths of a dollar; nil when no price was known.
    public var costMicroUSD: Int?
    /// How long it took, in milliseconds.
    public var durationMilliseconds: Int

    /// A row of these parts.
    public init(
        time: Instant, session: String, project: String = "", user: String, agent: String, command: String,
        model: String, inputTokens: Int, outputTokens: Int, estimatedTokens: Int? = nil, costMicroUSD: Int?,
        durationMilliseconds: Int = 0
    ) {
        self.time = time
        self.session = session
        self.project = project
        self.user = user
        self.agent = agent
        self.command = command
        self.model = model
        self.inputTokens = inputTokens
        self.outputTokens = outputTokens
        self.estimatedTokens = estimatedTokens
        self.costMicroUSD = costMicroUSD
        self.durationMilliseconds = durationMilliseconds
    }

    /// Input and output.
    var totalTokens: Int { Int(clamping: Int128(inputTokens) + Int128(outputTokens)) }

    private var cost: HTML { costMicroUSD.map(HTML.money) ?? "<span class=\"quiet\">no price</span>" }

    private var seconds: HTML { "\(durationMilliseconds / 1000).\(durationMilliseconds % 1000 / 100) s" }

    /// Rows of many sessions.
    static func table(_ rows: [CallRow], _ caption: String, today: Day) -> HTML {
        guard !rows.isEmpty else { return HTML.nothing("No model was called yet.") }
        return HTML.table(
            caption,
            head: HTML.heads("Time", "Session", "User", "Agent", "Model", "#Tokens", "#Cost"),
            rows: rows.html { row in
                """
                <tr><td>\(HTML.moment(row.time, today: today))</td><td>\(SessionRow.link(row.session, project: row.project))</td>\
                <td>\(HTML.name(row.user))</td><td>\(HTML.name(row.agent))</td><td>\(HTML.name(row.model))</td>\
                \(HTML.number(.count(row.totalTokens)))\(HTML.number(row.cost))</tr>

                """
            })
    }

    /// The rows of one session, with what had been estimated.
    static func estimates(_ rows: [CallRow], today: Day) -> HTML {
        HTML.table(
            "Calls of this session",
            head: HTML.heads(
                "Time", "Agent", "Command", "Model", "User", "#Input", "#Output", "#Estimated", "#Actual",
                "#Of estimate",
                "#Cost", "#Took"),
            rows: rows.html { row in
                """
                <tr><td>\(HTML.moment(row.time, today: today))</td><td>\(HTML.name(row.agent))</td>\
                <td>\(HTML.name(row.command))</td><td>\(HTML.name(row.model))</td><td>\(HTML.name(row.user))</td>\
                \(HTML.number(.count(row.inputTokens)))\(HTML.number(.count(row.outputTokens)))\
                \(HTML.number(row.estimatedTokens.map(HTML.count) ?? "–"))\(HTML.number(.count(row.totalTokens)))\
                \(HTML.number(row.estimatedTokens.map { "\(percent(row.totalTokens, of: $0))%" } ?? "–"))\
                \(HTML.number(row.cost))\(HTML.number(row.seconds))</tr>

                """
            })
    }
}
