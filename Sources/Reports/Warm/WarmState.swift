import Budget
import Ledger
import Platform
import UTCTime

/// The rows of the books in memory and what is made of them: the one piece of mutable state behind `WarmUsage`.
struct WarmState: Sendable {
    private let layout: LedgerLayout
    private let calls: FileCalls
    private let rowsMax: Int
    private(set) var months: [Month: WarmMonth] = [:]
    private(set) var names = RowNames()
    private(set) var sessions = SessionBook()
    private(set) var agents = AgentBook()
    /// Rows of earlier days are in the files alone; nil: all rows are here.
    private(set) var firstDay: Day?
    /// Whether a failure left what is made of the rows behind them.
    private var isBehind = false
    /// Counts the changes.
    private(set) var revision: UInt64 = 0

    init(directory: String, calls: FileCalls, rowsMax: Int) {
        layout = LedgerLayout(directory: directory)
        self.calls = calls
        self.rowsMax = rowsMax
    }

    /// Takes what has changed in the files since it was last looked.
    mutating func refresh() throws(POSIXFailure) {
        let existing = try UsageReader(directory: layout.directory, calls: calls).months()
        var isVoid = isBehind
        isBehind = true
        var grown: [(month: Month, rows: ArraySlice<WarmRow>)] = []
        for month in months.keys where !existing.contains(month) {
            months[month] = nil
            isVoid = true
        }
        for month in existing.reversed() {
            if let firstDay, month < firstDay.month { break }
            var followed = months[month] ?? WarmMonth(month, layout: layout, calls: calls)
            months[month] = nil
            let before = followed.rows.count
            // A month whose file cannot be read is read from its beginning the next time.
            switch try followed.follow(&firstDay, countMax: rowsMax, &names) {
            case .none: break
            case .grown: grown.append((month, followed.rows[before...]))
            case .replaced: isVoid = true
            }
            months[month] = followed
            if forgetOldest() { isVoid = true }
        }
        isBehind = false
        guard isVoid || !grown.isEmpty else { return }
        revision += 1
        if isVoid { return rebuild() }
        for (_, rows) in grown.reversed() { rows.forEach { count($0) } }
    }

    /// Forgets whole months, the earliest first, until the rows are few enough. True when it did.
    private mutating func forgetOldest() -> Bool {
        var count = months.values.reduce(0) { $0 + $1.rows.count }
        var forgot = false
        while count > rowsMax, months.count > 1, let oldest = months.keys.min() {
            count -= months[oldest]?.rows.count ?? 0
            months[oldest] = nil
            firstDay = max(firstDay ?? oldest.firstDay, oldest.adding(months: 1).firstDay)
            forgot = true
        }
        if let firstDay {
            for month in months.keys where month < firstDay.month { months[month] = nil }
        }
        return forgot
    }

    /// Makes everything anew from the rows; names that no row has any more are gone.
    private mutating func rebuild() {
        let old = names
        names = RowNames()
        sessions = SessionBook()
        agents = AgentBook()
        for month in months.keys.sorted() {
            months[month]?.renumber(from: old, to: &names)
            months[month]?.rows.forEach { count($0) }
        }
    }

    private mutating func count(_ row: WarmRow) {
        sessions.add(row, names)
        agents.add(row)
    }

    // MARK: Looking

    /// Whether the rows of `days` are all here.
    func covers(_ days: ClosedRange<Day>) -> Bool { firstDay.map { days.lowerBound >= $0 } ?? true }

    /// The last `count` rows of those that `isWanted` says yes to, the latest first.
    func lastRows(_ count: Int, where isWanted: (WarmRow) -> Bool = { _ in true }) -> [(month: Month, row: WarmRow)] {
        var found: [(month: Month, row: WarmRow)] = []
        for month in months.keys.sorted(by: >) {
            // Rows that were decided before midnight may stand behind some that were decided after.
            let rows = (months[month]?.rows ?? []).filter(isWanted)
            let order = rows.indices.sorted { (rows[$0].seconds, $0) > (rows[$1].seconds, $1) }
            found += order.prefix(count - found.count).map { (month, rows[$0]) }
            if found.count == count { break }
        }
        return found
    }

    /// The records of `rows`, read from their files.
    mutating func records(of rows: [(month: Month, row: WarmRow)]) throws(POSIXFailure) -> [UsageRecord] {
        var records: [UsageRecord] = []
        for (month, row) in rows {
            if let record = try months[month]?.record(of: row) { records.append(record) }
        }
        return records
    }
}
