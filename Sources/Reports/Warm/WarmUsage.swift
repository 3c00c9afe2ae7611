public import Budget
import Ledger
public import Platform
import Synchronization
public import UTCTime

/// The usage of the books in memory: reports, sessions and agents in a few milliseconds instead of a reading of the files.
///
/// What it answers is what the rows on the disk say at that moment. It follows the files themselves: before each answer
/// it looks which have grown, were replaced or are gone, and reads no more than that. So nobody has to tell it of records,
/// none can be counted twice or be forgotten, and a month that retention deletes is gone from every figure.
///
/// Memory is bounded by `rowsMax`: of books with more rows the earliest days are left in the files, and what is asked about
/// them is read there.
public final class WarmUsage: Sendable {
    private let directory: String
    private let calls: FileCalls
    private let rowsMax: Int
    /// Nil until it is warm.
    private let state = Mutex<WarmState?>(nil)
    private let warming = Mutex(())

    /// Rows in memory at most: 112 bytes each, five years of 100 reviews a day in 22 MiB.
    public static let rowsMax = 200_000
    /// Records of one session that are told one by one, the latest.
    public static let sessionRecordsMax = 1000
    /// Records that `recentRecords` tells at most.
    public static let recentRecordsMax = 200

    /// The usage in `directory`, nothing of which is read yet.
    public init(directory: String, calls: FileCalls = .system, rowsMax: Int = WarmUsage.rowsMax) {
        self.directory = directory
        self.calls = calls
        self.rowsMax = max(1, rowsMax)
    }

    /// Whether the rows are in memory.
    public var isWarm: Bool { state.withLock { $0 != nil } }

    /// Reads all rows, or waits for whoever does so. Does nothing the second time.
    public func warm() throws(POSIXFailure) {
        guard !isWarm else { return }
        try warming.withLock { (_: inout Void) throws(POSIXFailure) -> Void in
            guard !isWarm else { return }
            var read = WarmState(directory: directory, calls: calls, rowsMax: rowsMax)
            try read.refresh()
            state.withLock { $0 = read }
        }
    }

    /// What the records that `query` asks for add up to: from memory, or from the files while it is not warm and for days
    /// that are not in memory.
    public func report(_ query: UsageQuery) throws(POSIXFailure) -> UsageReport {
        let report = state.withLock { (state) -> UsageReport? in
            // What cannot be followed is left to the reader, who says why.
            guard (try? state?.refresh()) != nil, let state, state.covers(query.days) else { return nil }
            return state.report(query)
        }
        if let report { return report }
        return try ReportReader(directory: directory, calls: calls).report(query)
    }

    /// A page of sessions, the one with the latest call first.
    public func sessions(_ query: SessionQuery = SessionQuery()) throws(POSIXFailure) -> SessionPage {
        try look { state throws(POSIXFailure) in
            let limit = min(max(1, query.limit), SessionQuery.limitMax)
            let found = state.sessions.page(
                limit: limit + 1, after: query.before, matching: query.text, state.names)
            let page = Array(found.prefix(limit))
            return SessionPage(
                sessions: page, next: found.count > limit ? page.last.map(SessionCursor.init) : nil,
                totalCount: state.sessions.count, firstDay: state.firstDay)
        }
    }

    /// The session `id` with its latest records, up to `recordsMax`, the earliest first; nil when no row is of it.
    public func session(
        _ id: String, recordsMax: Int = WarmUsage.sessionRecordsMax
    ) throws(POSIXFailure) -> SessionDetail? {
        // Calls without a merge request are of no session, in whatever file they stand.
        guard !id.isEmpty else { return nil }
        let recordsMax = min(max(0, recordsMax), Self.sessionRecordsMax)
        let detail = try look { state throws(POSIXFailure) -> SessionDetail? in
            guard state.firstDay == nil, let summary = state.sessions.summary(of: id, state.names),
                let number = state.names.sessions.number(of: id)
            else { return nil }
            let rows = state.lastRows(recordsMax) { $0.session == number }
            return SessionDetail(summary: summary, records: try state.records(of: rows.reversed()))
        }
        if let detail { return detail }
        guard try look({ state throws(POSIXFailure) in state.firstDay }) != nil else { return nil }
        return try sessionFromFiles(id, recordsMax)
    }

    /// Every agent, the one with the latest call first; `today` is the day whose use is told apart.
    public func agents(today: Day) throws(POSIXFailure) -> [AgentCard] {
        try look { state throws(POSIXFailure) in state.agents.cards(today: today, state.names) }
    }

    /// The latest records, the latest first; of one agent alone where one is named.
    public func recentRecords(_ count: Int, agent: String? = nil) throws(POSIXFailure) -> [UsageRecord] {
        let count = min(max(0, count), Self.recentRecordsMax)
        return try look { state throws(POSIXFailure) in
            let number = agent.map { state.names.agents.number(of: $0) ?? .max }
            return try state.records(of: state.lastRows(count) { number ?? $0.agent == $0.agent })
        }
    }

    /// A number that is another after every change of what would be answered.
    public func revision() throws(POSIXFailure) -> UInt64 {
        try look { state throws(POSIXFailure) in state.revision }
    }

    private func look<Value: Sendable>(
        _ body: (inout WarmState) throws(POSIXFailure) -> Value
    ) throws(POSIXFailure) -> Value {
        try warm()
        return try state.withLock { state throws(POSIXFailure) in
            var current = state ?? WarmState(directory: directory, calls: calls, rowsMax: rowsMax)
            // One owner, so that nothing is copied.
            state = nil
            defer { state = current }
            try current.refresh()
            return try body(&current)
        }
    }

    /// For books that are not all in memory.
    private func sessionFromFiles(_ id: String, _ recordsMax: Int) throws(POSIXFailure) -> SessionDetail? {
        let days =
            Instant(milliseconds: Instant.range.lowerBound)
            .day...Instant(
                milliseconds: Instant.range.upperBound
            ).day
        var names = RowNames()
        var book = SessionBook()
        var latest = LatestRecords(max: recordsMax)
        _ = try RecordExport(directory: directory, calls: calls).forEach(
            UsageQuery(by: [], days: days, session: id)
        ) { record in
            book.add(WarmRow(record, offset: 0, names: &names), names)
            latest.add(record)
        }
        return book.summary(of: id, names).map {
            SessionDetail(summary: $0, records: latest.records)
        }
    }
}

/// Which sessions are asked for.
public struct SessionQuery: Sendable, Equatable {
    /// How many at most, 1 to `limitMax`.
    public var limit: Int
    /// Only those behind this place.
    public var before: SessionCursor?
    /// Only those whose id or one of whose people has this in it, in capitals or not; empty: all.
    public var text: String

    /// Sessions that one page has at most.
    public static let limitMax = 200

    /// A query of these parts.
    public init(limit: Int = 30, before: SessionCursor? = nil, text: String = "") {
        self.limit = limit
        self.before = before
        self.text = text
    }
}

/// Some sessions, the one with the latest call first.
public struct SessionPage: Sendable, Equatable {
    /// The sessions.
    public var sessions: [SessionSummary]
    /// Where the next page begins; nil: this is the last.
    public var next: SessionCursor?
    /// How many sessions there are on all pages of a query without text.
    public var totalCount: Int
    /// Rows of earlier days are not counted; nil: all are.
    public var firstDay: Day?
}

/// One session with its calls.
public struct SessionDetail: Sendable, Equatable {
    /// Its figures.
    public var summary: SessionSummary
    /// Its records, the earliest first; of many the latest.
    public var records: [UsageRecord]
}
