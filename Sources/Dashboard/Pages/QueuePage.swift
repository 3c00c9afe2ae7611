import UTCTime

/// The reviews that wait and run, and the tokens that are held.
public struct QueuePage: Sendable {
    /// How many reviews are in each state, shown or not.
    public struct Counts: Sendable, Equatable {
        /// Under way.
        public var running: Int
        /// In their turn.
        public var waiting: Int
        /// Until a budget begins anew.
        public var blocked: Int
        /// Until another try.
        public var retrying: Int

        /// Counts of these figures.
        public init(running: Int = 0, waiting: Int = 0, blocked: Int = 0, retrying: Int = 0) {
            self.running = running
            self.waiting = waiting
            self.blocked = blocked
            self.retrying = retrying
        }
    }

    /// Their numbers.
    public var counts: Counts
    /// The first in their order.
    public var reviews: Excerpt<QueueRow>
    /// Those whose outcome is unknown first, then the oldest.
    public var holds: Excerpt<HoldRow>
    /// Tokens of all holds together.
    public var heldTokens: Int
    /// Why nothing can be written down; nil while all is well.
    public var failure: String?

    /// A page of these parts.
    public init(
        counts: Counts, reviews: Excerpt<QueueRow>, holds: Excerpt<HoldRow>, heldTokens: Int, failure: String? = nil
    ) {
        self.counts = counts
        self.reviews = reviews
        self.holds = holds
        self.heldTokens = heldTokens
        self.failure = failure
    }

    /// Reviews, and holds, that the page shows at most.
    public static let rowsMax = 100

    /// The page in `frame`.
    public func html(in frame: Frame) -> HTML {
        let today = frame.now.day
        return frame.document(
            "Queue", current: .queue,
            """
            <h1>Queue</h1>
            \(failure.map { "<p class=\"notice refused\" role=\"alert\">■ The queue cannot be written: \($0)</p>" as HTML })
            \(HTML.section("counts", "Now", figures))
            \(HTML.section("reviews", "Reviews", reviews.isEmpty ? HTML.nothing("No review waits or runs.") : "\(table(today))\(reviews.more())"))
            \(HTML.section("holds", "Open holds", holds.isEmpty ? HTML.nothing("No tokens are held.") : "\(HoldRow.table(holds.rows, today: today))\(holds.more("; <code>bursar status --format json</code> has all"))"))
            """)
    }

    private var figures: HTML {
        HTML.figures(
            """
            \(HTML.figure("Running", .count(counts.running)))
            \(HTML.figure("Waiting", .count(counts.waiting)))
            \(HTML.figure("Blocked", .count(counts.blocked)))
            \(HTML.figure("Retrying", .count(counts.retrying)))
            \(HTML.figure("Tokens held", .count(heldTokens), note: holds.isEmpty ? nil : "\(grouped(holds.totalCount)) \(holds.totalCount == 1 ? "hold" : "holds")"))
            """)
    }

    private func table(_ today: Day) -> HTML {
        HTML.table(
            "Reviews", head: HTML.heads("Merge request", "State", "Asked", "By", "Command", "Next try", "Reason"),
            rows: reviews.rows.html { row in
                """
                <tr><td><a href="\(WhyPage.link(row.mergeRequest))">\(HTML.name(row.mergeRequest))</a></td>\
                <td><span class="badge state-\(row.state)">\(row.state)</span></td>\
                <td>\(HTML.moment(row.acceptedAt, today: today)) <span class="quiet">\(row.cause)</span></td>\
                <td>\(HTML.name(row.user))</td><td>\(HTML.name(row.command))</td>\
                <td>\(row.nextTryAt.map { HTML.moment($0, today: today) } ?? "in its turn")</td>\
                <td class="prose">\(HTML.prose(row.reason))</td></tr>

                """
            })
    }
}
