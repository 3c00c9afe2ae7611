import Budget
import Ledger
import Platform
import UTCTime

/// The rows of one month in memory, and the file they follow.
struct WarmMonth: Sendable {
    /// In the order of the file.
    private(set) var rows: [WarmRow] = []
    /// The first lines that are no records.
    private(set) var problems: [LineProblem] = []
    /// How many lines are no records.
    private(set) var problemCount = 0
    private var follower: RowFollower

    init(_ month: Month, layout: LedgerLayout, calls: FileCalls) {
        follower = RowFollower(month, layout: layout, calls: calls)
    }

    /// Takes what is new in the file, leaving out days before `first`. Answers how the rows changed; the new ones are the
    /// last.
    ///
    /// Rows beyond `countMax` are taken at the cost of the earliest days; `first` is moved up to say so.
    mutating func follow(_ first: inout Day?, countMax: Int, _ names: inout RowNames) throws(POSIXFailure)
        -> RowFollower.Change
    {
        var rows: [WarmRow] = []
        swap(&rows, &self.rows)
        var (problems, problemCount) = (self.problems, self.problemCount)
        defer {
            self.rows = rows
            self.problems = problems
            self.problemCount = problemCount
        }
        let before = first
        var change = try follower.follow { change in
            guard change == .replaced else { return }
            rows.removeAll()
            problems.removeAll()
            problemCount = 0
        } _: { line in
            switch line.content {
            case .record(let record):
                let day = record.time.day
                if let first, day < first { return }
                rows.append(WarmRow(record, offset: line.offset, names: &names))
                if rows.count > countMax { Self.trim(&rows, to: countMax / 4 * 3, &first) }
            case .problem(let problem):
                problemCount += 1
                if problems.count < UsageReport.problemsMax { problems.append(problem) }
            }
        }
        if first != before { change = .replaced }
        return change
    }

    /// Forgets whole days, the earliest first, until at most `count` rows are left.
    private static func trim(_ rows: inout [WarmRow], to count: Int, _ first: inout Day?) {
        let days = rows.map(\.day).sorted()
        guard count < days.count else { return }
        let kept = Day.number(Int(days[days.count - count - 1]) + 1)
        rows.removeAll { $0.day < Int32(clamping: kept.number) }
        first = kept
    }

    /// The record of `row`, read from the file.
    mutating func record(of row: WarmRow) throws(POSIXFailure) -> UsageRecord? { try follower.record(at: row.offset) }

    /// Numbers the names anew.
    mutating func renumber(from old: RowNames, to names: inout RowNames) {
        rows = rows.map { WarmRow($0, from: old, to: &names) }
    }
}

extension Day {
    /// The day `number` days after 1970-01-01.
    static func number(_ number: Int) -> Day { Instant(seconds: Int64(number) * 86_400).day }
}
