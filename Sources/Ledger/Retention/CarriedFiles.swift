import Budget
import Glibc
import Platform
import UTCTime

/// The files of what merge requests used in months whose rows are gone, `state/carried/2024-01.jsonl`.
///
/// A file is written and certain to last before the rows go, so at any crash a month has its rows, its file, or both.
/// Where it has both, of each sum the larger counts: the rows may be a part of what there was, brought back or mended, and
/// a file is never lowered.
struct CarriedFiles {
    let layout: LedgerLayout
    let calls: FileCalls

    /// The name from the data directory on.
    static func name(_ month: Month) -> String { "state/carried/\(month).jsonl" }

    /// The months that have a file, the earliest first.
    func months() throws(POSIXFailure) -> [Month] {
        switch calls.names(layout.carried) {
        case .success(let names):
            return names.compactMap { $0.hasSuffix(".jsonl") ? Month($0.dropLast(6)) : nil }.sorted()
        case .failure(let failure):
            if failure.code == ENOENT { return [] }
            throw failure
        }
    }

    /// What the file of `month` says; nil when there is none.
    func use(of month: Month) throws(LineProblem) -> CarriedUse? {
        let bytes: [UInt8]
        do throws(POSIXFailure) {
            bytes = try calls.contents(of: layout.carried(month))
        } catch {
            if error.code == ENOENT { return nil }
            throw problem(month, 0, "the file cannot be read: \(error)")
        }
        do throws(CarriedUse.Damage) { return try CarriedUse(parsing: bytes, of: month) } catch {
            throw problem(month, error.line, error.reason)
        }
    }

    /// What the rows of `month` add up to; nil when their file is gone, which says nothing of them: another cleaning may
    /// just have taken it away. Throws the first line that is none: what cannot be read is not nothing.
    func useInRows(of month: Month) throws -> CarriedUse? {
        let bytes: [UInt8]
        do throws(POSIXFailure) {
            bytes = try calls.contents(of: layout.log(month))
        } catch {
            if error.code == ENOENT { return nil }
            throw error
        }
        var use = CarriedUse(month: month)
        var problem: LineProblem?
        _ = UsageReader.scan(bytes, file: "token-logs/\(month).csv", month: month) { row in
            switch row.content {
            case .record(let record, _): use.add(record)
            case .problem(let found): problem = problem ?? found
            }
        }
        if let problem { throw problem }
        return use
    }

    /// Whether the rows of `month` were taken away by a cleaning.
    func isCleaned(_ month: Month) -> Bool {
        guard case .failure(let failure) = calls.status(layout.log(month)), failure.code == ENOENT,
            case .success = calls.status(layout.carried(month))
        else { return false }
        return true
    }

    /// Puts `use` in place of what the file of its month says. One of nothing is written too: it tells rows that were
    /// taken away from rows that were lost.
    func write(_ use: CarriedUse) throws(POSIXFailure) {
        try calls.makingDirectories(layout.carried)
        try calls.removingTemporaries(in: layout.carried)
        try calls.replacing(layout.carried(use.month), with: use.bytes)
    }

    /// Counts what the files say beyond `rows`, which were counted already, where budgets over a whole life ask for it.
    /// Answers what cannot be read.
    func count(in counters: inout Counters, beyond rows: [Month: CarriedUse]) -> [LineProblem] {
        guard counters.countsLives else { return [] }
        let months: [Month]
        do throws(POSIXFailure) { months = try self.months() } catch {
            return [
                LineProblem(
                    file: "state/carried", line: 0, excerpt: "", reason: "the directory cannot be read: \(error)")
            ]
        }
        var problems: [LineProblem] = []
        for month in months {
            do throws(LineProblem) {
                try use(of: month)?.count(in: &counters, beyond: rows[month])
            } catch {
                problems.append(error)
            }
        }
        return problems
    }

    private func problem(_ month: Month, _ line: Int, _ reason: String) -> LineProblem {
        LineProblem(
            file: Self.name(month), line: line, excerpt: "",
            reason: "\(reason); put it back from a backup, or remove it, which forgets what its merge requests used")
    }
}
