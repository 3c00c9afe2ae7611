import Foundation
import Ledger
public import Platform
import UTCTime

/// Adds up the rows of the monthly files: without a lock, beside a running daemon, in memory that does not grow with the
/// files.
public struct ReportReader: Sendable {
    private let layout: LedgerLayout
    private let calls: FileCalls
    private let effort: ScanEffort

    /// A reader of the books in `directory`, on as many threads as there are processors.
    public init(directory: String, calls: FileCalls = .system) {
        self.init(
            directory: directory, calls: calls,
            effort: ScanEffort(threadCountMax: ProcessInfo.processInfo.activeProcessorCount))
    }

    /// A reader that takes `effort`.
    package init(directory: String, calls: FileCalls = .system, effort: ScanEffort) {
        layout = LedgerLayout(directory: directory)
        self.calls = calls
        self.effort = effort
    }

    /// What the records that `query` asks for add up to.
    public func report(_ query: UsageQuery) throws(POSIXFailure) -> UsageReport {
        var report = UsageReport(query: query, groups: [], totals: UsageTotals(), problems: [], problemCount: 0)
        var table = GroupTable()
        let wanted = query.days.lowerBound.month...query.days.upperBound.month
        for month in try UsageReader(directory: layout.directory, calls: calls).months() where wanted.contains(month) {
            try MonthScan(
                query: query, month: month, path: layout.log(month), name: "token-logs/\(month).csv", calls: calls,
                effort: effort
            ).run(into: &table, &report)
        }
        table.forEach { key, totals in
            report.groups.append(.init(key: RowSums.texts(of: key, query.dimensions), totals: totals))
            report.totals.add(totals)
        }
        report.sortGroups()
        return report
    }
}
