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
        count(grown.reversed().map(\.rows))
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
        let sorted = months.keys.sorted()
        for month in sorted { months[month]?.renumber(from: old, to: &names) }
        count(sorted.compactMap { months[$0]?.rows[...] })
    }

    private mutating func count(_ batches: [ArraySlice<WarmRow>]) {
        sessions.add(batches, names)
        for rows in batches { for row in rows { agents.add(row) } }
    }

    // MARK: Looking

    /// Whether the rows of `days` are all here.
    func covers(_ days: ClosedRange<Day>) -> Bool { firstDay.map { days.lowerBound >= $0 } ?? true }

    /// The last `count` rows of those that `isWanted` says yes to, the latest first.
    func lastRows(_ count: Int, where isWanted: (WarmRow) -> Bool = { _ in true }) -> [(month: Month, row: WarmRow)] {
        var found: [(month: Month, row: WarmRow)] = []
        for month in months.keys.sorted(by: >) {
            guard found.count < count else { break }
            let rows = months[month]?.rows ?? []
            found += Self.last(count - found.count, of: rows, where: isWanted).map { (month, rows[$0]) }
        }
        return found
    }

    /// The indices of the last `count` rows in time, the latest first.
    ///
    /// Rows that were decided before midnight may stand behind some that were decided after, so all are looked at; as they
    /// mostly stand in order, the place of one is found at the end.
    private static func last(_ count: Int, of rows: [WarmRow], where isWanted: (WarmRow) -> Bool) -> [Int] {
        var best: [(seconds: Int64, index: Int)] = []
        for index in rows.indices.reversed() {
            let row = rows[index]
            if best.count == count, let last = best.last, row.seconds <= last.seconds { continue }
            guard isWanted(row) else { continue }
            if best.count == count { best.removeLast() }
            var place = best.count
            while place > 0, best[place - 1].seconds < row.seconds { place -= 1 }
            best.insert((row.seconds, index), at: place)
        }
        return best.map(\.index)
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
