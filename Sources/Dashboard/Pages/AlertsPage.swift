public import UTCTime

/// A notice that something passed a threshold or went wrong.
public struct AlertRow: Sendable, Equatable {
    /// Its id.
    public var id: String
    /// When it was raised.
    public var time: Instant
    /// How bad it is.
    public var level: Level
    /// What happened, in a few words.
    public var title: String
    /// A sentence with the figures: who, how much, which threshold.
    public var text: String
    /// When somebody acknowledged it; nil: nobody has.
    public var acknowledgedAt: Instant?
    /// Who did.
    public var acknowledgedBy: String

    /// An alert of these parts.
    public init(
        id: String, time: Instant, level: Level, title: String, text: String, acknowledgedAt: Instant? = nil,
        acknowledgedBy: String = ""
    ) {
        self.id = id
        self.time = time
        self.level = level
        self.title = title
        self.text = text
        self.acknowledgedAt = acknowledgedAt
        self.acknowledgedBy = acknowledgedBy
    }
}

/// The alerts: those that nobody has seen to, then the others.
public struct AlertsPage: Sendable {
    /// Those that nobody has acknowledged, the latest first.
    public var unread: Excerpt<AlertRow>
    /// The others, the latest first.
    public var read: Excerpt<AlertRow>

    /// A page of `alerts`, the latest first.
    public init(_ alerts: [AlertRow]) {
        unread = Excerpt(alerts.filter { $0.acknowledgedAt == nil }, max: Self.rowsMax)
        read = Excerpt(alerts.filter { $0.acknowledgedAt != nil }, max: Self.rowsMax)
    }

    /// Alerts that are shown at most, of each kind.
    public static let rowsMax = 100

    /// The page in `frame`.
    public func html(in frame: Frame) -> HTML {
        frame.document(
            "Alerts", current: .alerts,
            """
            <div class="title-row"><h1>Alerts</h1>
            \(unread.totalCount > 1 ? form(frame, ids: "all", "Acknowledge all \(grouped(unread.totalCount))") : nil)</div>
            \(HTML.section("unread", "Unread", unread.isEmpty ? HTML.nothing("Nothing to see to.") : list(unread, frame)))
            \(read.isEmpty ? nil : HTML.section("read", "Acknowledged", list(read, frame)))
            """)
    }

    private func list(_ alerts: Excerpt<AlertRow>, _ frame: Frame) -> HTML {
        """
        <ul class="alerts">\(alerts.rows.html { row in
            """
            <li class="alert-\(row.level.rawValue)"><p><strong>\(row.title)</strong> \
            <span class="badge level-\(row.level.rawValue)"><span aria-hidden="true">\(row.level.sign)</span> \(word(row.level))</span></p>
            <p>\(HTML.prose(row.text))</p><p class="quiet">\(HTML.moment(row.time))\(row.acknowledgedAt.map {
                " · acknowledged \(HTML.moment($0))\(" by \(HTML.name(row.acknowledgedBy))" as HTML, if: !row.acknowledgedBy.isEmpty)" as HTML
            })</p>\(row.acknowledgedAt == nil ? form(frame, ids: row.id, "Acknowledge") : nil)</li>

            """
        })</ul>\(alerts.more("; GET /alerts has all"))
        """
    }

    private func word(_ level: Level) -> String {
        switch level {
        case .ok: "for information"
        case .warning: "warning"
        case .critical, .exhausted: "critical"
        }
    }

    private func form(_ frame: Frame, ids: String, _ title: String) -> HTML {
        """
        <form method="post" action="/dashboard/alerts/acknowledge">\(frame.formField)\
        <input type="hidden" name="id" value="\(ids)"><button class="second">\(title)</button></form>
        """
    }
}
