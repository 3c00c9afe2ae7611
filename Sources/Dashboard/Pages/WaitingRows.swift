public import UTCTime

/// Tokens that are held.
public struct HoldRow: Sendable, Equatable {
    /// The reservation's id.
    public var id: String
    /// `open`, `dispatched` or `unresolved`.
    public var state: String
    /// Tokens.
    public var tokens: Int
    /// `group/app!12`, or the project; may be empty.
    public var purpose: String
    /// For whom.
    public var user: String
    /// Since when.
    public var since: Instant

    /// A hold of these parts.
    public init(id: String, state: String, tokens: Int, purpose: String, user: String, since: Instant) {
        self.id = id
        self.state = state
        self.tokens = tokens
        self.purpose = purpose
        self.user = user
        self.since = since
    }

    func line(today: Day) -> HTML {
        """
        <li><span class="row-main">\(HTML.name(purpose, ifEmpty: "without a merge request"))</span> <span class="badge">\(state)</span>\
        <span class="row-side">\(HTML.count(tokens)) tokens</span><small>for \(HTML.name(user, ifEmpty: "nobody named")) since \
        \(HTML.moment(since, today: today))</small></li>

        """
    }

    /// Holds with their ids, which `bursar resolve` takes.
    static func table(_ rows: [HoldRow], today: Day) -> HTML {
        HTML.table(
            "Open holds", head: HTML.heads("Since", "For", "User", "State", "#Tokens", "Reservation"),
            rows: rows.html { row in
                """
                <tr><td>\(HTML.moment(row.since, today: today))</td><td>\(HTML.name(row.purpose))</td>\
                <td>\(HTML.name(row.user))</td><td>\(row.state)</td>\(HTML.number(.count(row.tokens)))\
                <td><code>\(row.id)</code></td></tr>

                """
            })
    }
}

/// A review that has not ended.
public struct QueueRow: Sendable, Equatable {
    /// `group/app!12`.
    public var mergeRequest: String
    /// `running`, `waiting`, `blocked` or `retrying`.
    public var state: String
    /// What asked for it, in words.
    public var cause: String
    /// Who asked.
    public var user: String
    /// What is asked.
    public var command: String
    /// When it was taken.
    public var acceptedAt: Instant
    /// When it is tried again; nil when it waits for its turn.
    public var nextTryAt: Instant?
    /// Why it waits.
    public var reason: String

    /// A review of these parts.
    public init(
        mergeRequest: String, state: String, cause: String, user: String, command: String, acceptedAt: Instant,
        nextTryAt: Instant? = nil, reason: String = ""
    ) {
        self.mergeRequest = mergeRequest
        self.state = state
        self.cause = cause
        self.user = user
        self.command = command
        self.acceptedAt = acceptedAt
        self.nextTryAt = nextTryAt
        self.reason = reason
    }

    func line(today: Day) -> HTML {
        """
        <li><span class="row-main"><a href="\(WhyPage.link(mergeRequest))">\(HTML.name(mergeRequest))</a></span> \
        <span class="badge state-\(state)">\(state)</span>\(nextTryAt.map { "<span class=\"row-side\">\(HTML.moment($0, today: today))</span>" as HTML })\
        <small>\(HTML.name(command)) for \(HTML.name(user, ifEmpty: "nobody named")) since \(HTML.moment(acceptedAt, today: today))</small></li>

        """
    }
}
