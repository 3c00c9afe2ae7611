public import UTCTime

/// One merge request from its first call to its last.
public struct SessionRow: Sendable, Equatable {
    /// `group/app!12`.
    public var id: String
    /// Its first call.
    public var start: Instant
    /// Its last call so far.
    public var end: Instant
    /// Its rows.
    public var sums: Sums
    /// The reviewers that took part.
    public var agents: [String]

    /// A session of these parts.
    public init(id: String, start: Instant, end: Instant, sums: Sums, agents: [String]) {
        self.id = id
        self.start = start
        self.end = end
        self.sums = sums
        self.agents = agents
    }

    /// The page of the session `id`.
    public static func page(_ id: String) -> Link { Link("/dashboard/session").with("id", id) }

    /// A way to the session, or the project where there is none.
    static func link(_ id: String, project: String) -> HTML {
        id.isEmpty ? HTML.name(project) : "<a href=\"\(page(id))\">\(HTML.name(id))</a>"
    }
}

/// The last sessions, and a search among all.
public struct SessionsPage: Sendable {
    /// The one with the latest call first.
    public var rows: [SessionRow]
    /// What is searched for; empty: all.
    public var search: String
    /// How many sessions there are in all.
    public var totalCount: Int
    /// Where the next ones are; nil: these are the last.
    public var next: String?

    /// A page of these parts.
    public init(rows: [SessionRow], search: String = "", totalCount: Int, next: String? = nil) {
        self.rows = rows
        self.search = search
        self.totalCount = totalCount
        self.next = next
    }

    /// Sessions on one page.
    public static let rowsMax = 30
    /// Agents that are named for one session.
    static let agentsMax = 6

    /// The page in `frame`.
    public func html(in frame: Frame) -> HTML {
        let today = frame.now.day
        return frame.document(
            "Sessions", current: .sessions,
            """
            <h1>Sessions <small>\(HTML.count(totalCount)) in all</small></h1>
            <form method="get" action="/dashboard/sessions" class="inline search" role="search">
            \(HTML.field("search", "q", "Search by project, merge request or user", value: search, type: "search"))
            <button>Search</button></form>
            \(HTML.section("sessions", search.isEmpty ? "Latest" : "Found", rows.isEmpty ? HTML.nothing(search.isEmpty ? "No merge request was reviewed yet." : "No session matches.") : table(today)))
            \(next.map { "<p class=\"more\"><a href=\"\(Page.sessions.link.with("q", search).with("before", $0))\" rel=\"next\">Earlier sessions →</a></p>" as HTML })
            """)
    }

    private func table(_ today: Day) -> HTML {
        HTML.table(
            "Sessions", head: HTML.heads("Session ID", "Start", "End", "#Calls", "#Tokens", "#Cost", "Agents"),
            rows: rows.html { row in
                """
                <tr><th scope="row"><a href="\(SessionRow.page(row.id))">\(HTML.name(row.id))</a></th>\
                <td>\(HTML.moment(row.start))</td><td>\(HTML.moment(row.end))</td>\
                \(HTML.number(.count(row.sums.requests)))\(HTML.number(.count(row.sums.totalTokens)))\
                \(HTML.number(HTML.cost(row.sums)))<td class="prose">\(Excerpt(row.agents, max: Self.agentsMax).words { HTML.name($0) })</td></tr>

                """
            })
    }
}

/// One session opened: its calls, what had been estimated, and its story.
public struct SessionPage: Sendable {
    /// Its figures.
    public var session: SessionRow
    /// Its calls, the earliest first; of many the latest.
    public var calls: [CallRow]
    /// By reviewer, the most first.
    public var agents: [NamedSums]
    /// Tokens that those calls were expected to use that were estimated, and what they used; nil when none was.
    public var estimate: (expected: Int, actual: Int)?
    /// What happened to it, the earliest first.
    public var events: [StoryEvent]
    /// The merge request in GitLab; nil where there is none.
    public var address: WebAddress?

    /// A page of these parts.
    public init(
        session: SessionRow, calls: [CallRow], agents: [NamedSums], estimate: (expected: Int, actual: Int)? = nil,
        events: [StoryEvent] = [], address: WebAddress? = nil
    ) {
        self.session = session
        self.calls = Array(calls.suffix(Self.callsMax))
        self.agents = agents
        self.estimate = estimate
        self.events = events
        self.address = address
    }

    /// Calls that are shown one by one.
    public static let callsMax = 200
    /// Agents that are told apart.
    static let agentsMax = 30

    /// The page in `frame`.
    public func html(in frame: Frame) -> HTML {
        let sums = session.sums
        let hiddenCount = sums.requests - calls.count
        let named = Excerpt(agents, max: Self.agentsMax)
        return frame.document(
            session.id, current: .sessions,
            """
            <p class="crumb"><a href="\(Page.sessions.link)">← Sessions</a></p>
            <h1>\(HTML.name(session.id)) \(address.map { "<small><a href=\"\($0.text)\" rel=\"noreferrer\">open in GitLab ↗</a></small>" as HTML })</h1>
            \(HTML.section("sums", "In sum", HTML.figures("""
                \(HTML.figure("Tokens", .count(sums.totalTokens)))
                \(HTML.figure("Cost", HTML.cost(sums)))
                \(HTML.figure("Calls", .count(sums.requests)))
                \(HTML.figure("First call", HTML.moment(session.start)))
                \(HTML.figure("Last call", HTML.moment(session.end)))
                \(estimate.map { HTML.figure("Of the estimates", "\(percent($0.actual, of: $0.expected))%", note: "\(grouped($0.actual)) of \(grouped($0.expected)) tokens") })
                """)))
            \(HTML.section("agents", "By agent", HTML.table("By agent", class: "narrow", head: HTML.heads("Agent", "#Calls", "#Tokens", "#Cost"), rows: named.rows.html {
                """
                <tr><th scope="row">\(HTML.name($0.name))</th>\(HTML.number(.count($0.sums.requests)))\
                \(HTML.number(.count($0.sums.totalTokens)))\(HTML.number(HTML.cost($0.sums)))</tr>

                """
            })))\(named.more())
            \(HTML.section("calls", "Reviews and their estimates", """
                \("<p class=\"lead\">The latest \(HTML.count(calls.count)) of \(HTML.count(sums.requests)) calls; <code>bursar export</code> has all.</p>" as HTML, if: hiddenCount > 0)\
                \(CallRow.estimates(calls, today: frame.now.day))
                """))
            \(HTML.section("story", "What happened", StoryEvent.list(events)))
            """)
    }
}

/// An address outside of the dashboard: `https` or `http`, and nothing else.
public struct WebAddress: Sendable, Equatable {
    let text: String

    /// The address `text`; nil when it is no web address.
    public init?(_ text: String) {
        guard text.hasPrefix("https://") || text.hasPrefix("http://"),
            text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F })
        else { return nil }
        self.text = text
    }
}
