public import UTCTime

/// One merge request from its first call to its last so far.
public struct SessionSummary: Sendable, Equatable {
    /// `group/app!123`.
    public var id: String
    /// The project's full path.
    public var project: String
    /// When its first call was booked.
    public var start: Instant
    /// When its last call was booked.
    public var end: Instant
    /// What its calls add up to; each call is one review or command.
    public var totals: UsageTotals
    /// The reviewers that took part, by name.
    public var agents: [String]
    /// The models that answered, by name.
    public var models: [String]
    /// The people the calls were for, by name.
    public var users: [String]
}

/// The sessions of the rows, the one with the latest call first.
struct SessionBook: Sendable {
    private struct Entry: Sendable {
        var start: Int64
        var end: Int64
        let project: UInt32
        var totals = UsageTotals()
        var agents = NumberSet()
        var models = NumberSet()
        var users = NumberSet()

        mutating func add(_ row: WarmRow) {
            start = min(start, row.seconds)
            end = max(end, row.seconds)
            totals.add(row.figures)
            agents.insert(row.agent)
            models.insert(row.model)
            users.insert(row.user)
        }
    }

    private struct Place: Sendable {
        let end: Int64
        let session: UInt32
    }

    private var entries: [UInt32: Entry] = [:]
    /// By the time of the last call, then by name.
    private var order: [Place] = []

    /// Rows up to which each finds the place of its session alone; of more all places are found at once.
    static let oneByOneMax = 64

    /// Counts the rows of `batches`. Those without a merge request are of no session.
    mutating func add(_ batches: [ArraySlice<WarmRow>], _ names: RowNames) {
        guard batches.reduce(0, { $0 + $1.count }) > Self.oneByOneMax else {
            for rows in batches { for row in rows { add(row, names) } }
            return
        }
        for rows in batches { for row in rows where !names.sessions[row.session].isEmpty { count(row) } }
        order = entries.map { Place(end: $0.value.end, session: $0.key) }
        order.sort { left, right in
            left.end == right.end ? names.sessions[left.session] < names.sessions[right.session] : left.end < right.end
        }
    }

    /// Counts `row`. One without a merge request is of no session.
    mutating func add(_ row: WarmRow, _ names: RowNames) {
        let name = names.sessions[row.session]
        guard !name.isEmpty else { return }
        let old = entries[row.session]?.end
        let end = count(row)
        if let old {
            guard old != end else { return }
            let index = index(of: (old, name), names)
            if order.indices.contains(index), order[index].session == row.session { order.remove(at: index) }
        }
        order.insert(Place(end: end, session: row.session), at: index(of: (end, name), names))
    }

    /// Adds `row` to its session in place, and answers when that ends now.
    @discardableResult
    private mutating func count(_ row: WarmRow) -> Int64 {
        func add(_ entry: inout Entry) -> Int64 {
            entry.add(row)
            return entry.end
        }
        return add(
            &entries[
                row.session, default: Entry(start: row.seconds, end: row.seconds, project: row.project)])
    }

    /// The place of a session of that end and name: where it stands, or would.
    private func index(of wanted: (end: Int64, name: String), _ names: RowNames) -> Int {
        var (low, high) = (0, order.count)
        while low < high {
            let middle = (low + high) / 2
            let place = order[middle]
            if place.end < wanted.end || place.end == wanted.end && names.sessions[place.session] < wanted.name {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low
    }

    /// How many sessions there are.
    var count: Int { order.count }

    /// The session `id`.
    func summary(of id: String, _ names: RowNames) -> SessionSummary? {
        names.sessions.number(of: id).flatMap { summary($0, names) }
    }

    /// Up to `limit` sessions behind `cursor` whose id or one of whose people has `text` in it, in capitals or not.
    func page(limit: Int, after cursor: SessionCursor?, matching text: String, _ names: RowNames) -> [SessionSummary] {
        var index = cursor.map { self.index(of: ($0.end.seconds, $0.id), names) } ?? order.count
        let wanted = text.lowercased()
        var page: [SessionSummary] = []
        while index > 0, page.count < limit {
            index -= 1
            let session = order[index].session
            guard wanted.isEmpty || matches(session, wanted, names), let summary = summary(session, names) else {
                continue
            }
            page.append(summary)
        }
        return page
    }

    private func matches(_ session: UInt32, _ wanted: String, _ names: RowNames) -> Bool {
        names.sessions[session].lowercased().contains(wanted)
            || (entries[session]?.users.numbers ?? []).contains { names.users[$0].lowercased().contains(wanted) }
    }

    private func summary(_ session: UInt32, _ names: RowNames) -> SessionSummary? {
        entries[session].map { entry in
            SessionSummary(
                id: names.sessions[session], project: names.projects[entry.project],
                start: Instant(seconds: entry.start), end: Instant(seconds: entry.end), totals: entry.totals,
                agents: entry.agents.numbers.map { names.agents[$0] }.sorted(),
                models: entry.models.numbers.map { names.models[$0] }.sorted(),
                users: entry.users.numbers.map { names.users[$0] }.filter { !$0.isEmpty }.sorted())
        }
    }
}

/// Where a page of sessions ended: the next begins behind it. `2025-12-13T14:32:15Z,group/app!123`.
public struct SessionCursor: Sendable, Equatable, CustomStringConvertible {
    /// When the last session of the page ended.
    public var end: Instant
    /// Its id.
    public var id: String

    /// A cursor behind `session`.
    public init(_ session: SessionSummary) {
        end = session.end
        id = session.id
    }

    /// Reads a cursor; nil when `text` is none.
    public init?(_ text: String) {
        let parts = text.split(separator: ",", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let end = Instant(String(parts[0])) else { return nil }
        self.end = end
        id = String(parts[1])
    }

    /// The cursor as text.
    public var description: String { "\(end),\(id)" }
}
