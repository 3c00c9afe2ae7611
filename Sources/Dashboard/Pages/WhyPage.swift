public import UTCTime

/// One thing that happened to a merge request.
public struct StoryEvent: Sendable, Equatable {
    /// When.
    public var time: Instant
    /// What, in a few words.
    public var what: String
    /// The reason and the particulars.
    public var details: String
    /// Where the note of it stands; nil where there is none.
    public var note: WebAddress?

    /// An event of these parts.
    public init(time: Instant, what: String, details: String, note: WebAddress? = nil) {
        self.time = time
        self.what = what
        self.details = details
        self.note = note
    }

    /// Events that a page shows at most, the last ones.
    static let eventsMax = 300

    /// The last events in their order.
    static func list(_ events: [StoryEvent]) -> HTML {
        let hiddenCount = events.count - eventsMax
        guard !events.isEmpty else { return HTML.nothing("Nothing is remembered of it: no delivery, no review.") }
        return """
            \("<p class=\"more\">\(HTML.count(hiddenCount)) earlier events are left out; <code>bursar why</code> has all.</p>" as HTML, if: hiddenCount > 0)\
            <ol class="story">\(events.suffix(eventsMax).html { event in
                """
                <li>\(HTML.moment(event.time)) <strong>\(event.what)</strong> <span>\(HTML.prose(event.details))\
                \(event.note.map { " <a href=\"\($0.text)\" rel=\"noreferrer\">the note ↗</a>" as HTML })</span></li>

                """
            })</ol>
            """
    }
}

/// The story of one merge request: every delivery, decision, review and skip, with reasons.
public struct WhyPage: Sendable {
    /// `group/app!12` as it was asked for; empty: nothing was.
    public var mergeRequest: String
    /// What happened, the earliest first.
    public var events: [StoryEvent]
    /// Merge requests that something was heard of lately.
    public var recent: [String]
    /// Why the question cannot be answered.
    public var problem: String?

    /// A page of these parts.
    public init(mergeRequest: String = "", events: [StoryEvent] = [], recent: [String] = [], problem: String? = nil) {
        self.mergeRequest = mergeRequest
        self.events = events
        self.recent = recent
        self.problem = problem
    }

    /// The story of `mergeRequest`.
    static func link(_ mergeRequest: String) -> Link { Page.why.link.with("mr", mergeRequest) }

    /// The page in `frame`.
    public func html(in frame: Frame) -> HTML {
        frame.document(
            "Why", current: .why,
            """
            <h1>Why <small>what became of a merge request, and for which reason</small></h1>
            <form method="get" action="/dashboard/why" class="inline search" role="search">
            \(HTML.field("mr", "mr", "Merge request", value: mergeRequest, hint: "The project’s path, !, and the number: group/app!12", isNeeded: true))
            <button>Tell me</button></form>
            \(problem.map { "<p class=\"notice refused\" role=\"alert\">■ \($0)</p>" as HTML })
            \(mergeRequest.isEmpty || problem != nil ? HTML() : HTML.section("story", HTML.name(mergeRequest), StoryEvent.list(events)))
            \(recent.isEmpty ? nil : HTML.section("recent", "Lately heard of", "<ul class=\"links\">\(recent.html { "<li><a href=\"\(Self.link($0))\">\(HTML.name($0))</a></li>" })</ul>"))
            """)
    }
}
