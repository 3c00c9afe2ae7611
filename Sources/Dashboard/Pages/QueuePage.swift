import UTCTime

/// The reviews that wait and run, and the tokens that are held.
public struct QueuePage: Sendable {
    /// In their order.
    public var reviews: [QueueRow]
    /// Every hold.
    public var holds: [HoldRow]
    /// Why nothing can be written down; nil while all is well.
    public var failure: String?

    /// A page of these rows.
    public init(reviews: [QueueRow], holds: [HoldRow], failure: String? = nil) {
        self.reviews = reviews
        self.holds = holds
        self.failure = failure
    }

    /// The page in `frame`.
    public func html(in frame: Frame) -> HTML {
        let today = frame.now.day
        let counts = ["running", "waiting", "blocked", "retrying"].map { state in
            (state, reviews.count { $0.state == state })
        }
        return frame.document(
            "Queue", current: .queue,
            """
            <h1>Queue</h1>
            \(failure.map { "<p class=\"notice refused\" role=\"alert\">■ The queue cannot be written: \($0)</p>" as HTML })
            \(HTML.section("counts", "Now", HTML.figures(counts.html { HTML.figure($0.0.capitalizedFirst, .count($0.1)) })))
            \(HTML.section("reviews", "Reviews", reviews.isEmpty ? HTML.nothing("No review waits or runs.") : table(today)))
            \(HTML.section("holds", "Open holds", holds.isEmpty ? HTML.nothing("No tokens are held.") : HoldRow.table(holds, today: today)))
            """)
    }

    private func table(_ today: Day) -> HTML {
        HTML.table(
            "Reviews", head: HTML.heads("Merge request", "State", "Asked", "By", "Command", "Next try", "Reason"),
            rows: reviews.html { row in
                """
                <tr><td><a href="\(WhyPage.link(row.mergeRequest))">\(HTML.name(row.mergeRequest))</a></td>\
                <td><span class="badge state-\(row.state)">\(row.state)</span></td>\
                <td>\(HTML.moment(row.acceptedAt, today: today)) <span class="quiet">\(row.cause)</span></td>\
                <td>\(HTML.name(row.user))</td><td>\(HTML.name(row.command))</td>\
                <td>\(row.nextTryAt.map { HTML.moment($0, today: today) } ?? "in its turn")</td><td>\(row.reason)</td></tr>

                """
            })
    }
}

extension String {
    var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
