import Budget
import Glibc
import JSON
public import Platform
public import UTCTime

/// Checks the books: reads everything, changes nothing, and may run beside a daemon.
public struct Verifier: Sendable {
    let configuration: LedgerConfiguration
    let calls: FileCalls

    /// A verifier of the books of `configuration`.
    public init(_ configuration: LedgerConfiguration, calls: FileCalls = .system) {
        self.configuration = configuration
        self.calls = calls
    }

    var layout: LedgerLayout { LedgerLayout(directory: configuration.directory) }

    /// Everything that is wrong with the books at `now`; empty when all is well.
    public func check(at now: Instant) throws(POSIXFailure) -> [Finding] {
        // What a daemon is writing at this moment is no finding.
        let isBusy = layout.isHeld(calls: calls)
        let loaded = try Loading(configuration: configuration, calls: calls).loadBesideWriter(at: now)
        var findings: [Finding] = []
        var days: [Day: DayFigures] = [:]
        try checkRows(loaded, &findings, &days, isBusy: isBusy)
        for problem in loaded.problems where problem.file == JournalContents.file {
            findings.append(Finding(check: .journal, place: problem.place, message: problem.text))
        }
        if !isBusy, loaded.journal.tailSize > 0 { findings.append(tail(JournalContents.file, loaded.journal.tailSize)) }
        try checkSummaries(days, &findings, isBusy: isBusy, today: loaded.books.today.day)
        try checkAudits(&findings, isBusy: isBusy)
        try checkCarried(&findings)
        return findings
    }

    private func tail(_ file: String, _ size: Int) -> Finding {
        Finding(
            check: .tails, place: file,
            message: "the last \(size) bytes have no line break: a write was cut off; the next start sets them aside")
    }

    private func checkRows(
        _ loaded: borrowing Loading.Loaded, _ findings: inout [Finding], _ days: inout [Day: DayFigures], isBusy: Bool
    ) throws(POSIXFailure) {
        let reader = UsageReader(directory: configuration.directory, calls: calls)
        var seen: [String: String] = [:]
        for month in try reader.months() {
            let file = "token-logs/\(month).csv"
            var latest: Instant?
            var number = 1
            do throws(POSIXFailure) {
                try reader.scan(month) { row in
                    number += 1
                    switch row.content {
                    case .problem(let problem):
                        findings.append(Finding(check: .rows, place: problem.place, message: problem.text))
                    case .record(let record, _):
                        let place = "\(file):\(number)"
                        days[record.time.day, default: DayFigures(day: record.time.day)].add(record)
                        if let latest, record.time < latest {
                            findings.append(
                                Finding(
                                    check: .order, place: place,
                                    message: "\(record.time) stands behind \(latest)"))
                        }
                        latest = max(latest ?? record.time, record.time)
                        guard !record.usageID.isEmpty else { return }
                        if let other = seen.updateValue(place, forKey: record.usageID) {
                            findings.append(
                                Finding(
                                    check: .ids, place: place,
                                    message: "usage_id \(record.usageID) is at \(other) too"))
                        }
                    }
                } end: { _, tailSize in
                    if tailSize > 0, !isBusy { findings.append(tail(file, tailSize)) }
                }
            } catch {
                findings.append(Finding(check: .rows, place: file, message: "the file cannot be read: \(error)"))
            }
        }
        // Rows that are gone are known from the journal or a summary, not from a line.
        for problem in loaded.problems where problem.line == 0 && problem.file != JournalContents.file {
            let finding = Finding(check: .rows, place: problem.place, message: problem.text)
            if !findings.contains(finding) { findings.append(finding) }
        }
    }

    private func checkSummaries(
        _ days: [Day: DayFigures], _ findings: inout [Finding], isBusy: Bool, today: Day
    ) throws(POSIXFailure) {
        let reader = SummaryReader(directory: configuration.directory, calls: calls)
        let oldest = today.adding(days: -configuration.retention.summaryDays)
        let existing = Set(try reader.days())
        let carried = CarriedFiles(layout: layout, calls: calls)
        // A summary may be kept for longer than the rows.
        let cleaned = Set(Set(existing.map(\.month)).filter(carried.isCleaned))
        for day in existing.union(days.keys.filter { $0 >= oldest }).sorted()
        where !(isBusy && day == today) && !cleaned.contains(day.month) {
            let figures = days[day] ?? DayFigures(day: day)
            let place = "daily-summaries/\(day).json"
            do {
                guard let summary = try reader.summary(of: day) else {
                    findings.append(
                        Finding(
                            check: .summaries, place: place,
                            message: "it is missing; the rows have \(figures.totalTokens) tokens"))
                    continue
                }
                guard
                    (summary.inputTokens, summary.outputTokens, summary.requestCount)
                        != (figures.inputTokens, figures.outputTokens, figures.requestCount)
                        || summary.totalTokens != figures.totalTokens
                else { continue }
                findings.append(
                    Finding(
                        check: .summaries, place: place,
                        message: "it has \(summary.totalTokens) tokens in \(summary.requestCount) calls, the rows have "
                            + "\(figures.totalTokens) in \(figures.requestCount)"))
            } catch {
                let reason = (error as? SummaryError)?.reason ?? "\(error)"
                findings.append(Finding(check: .summaries, place: place, message: reason))
            }
        }
    }

    private func checkCarried(_ findings: inout [Finding]) throws(POSIXFailure) {
        let files = CarriedFiles(layout: layout, calls: calls)
        for month in try files.months() {
            let place = CarriedFiles.name(month)
            let use: CarriedUse?
            do throws(LineProblem) { use = try files.use(of: month) } catch {
                findings.append(Finding(check: .carried, place: error.place, message: error.text))
                continue
            }
            // Lines of the rows that cannot be read are findings of their own.
            guard let use, let rows = try? files.useInRows(of: month) else { continue }
            var larger = use
            larger.raise(to: rows)
            // A file that says more is right: the rows may be a part of what there was.
            let low = larger.sums.count { use.sums[$0.key] != $0.value }
            guard low > 0 else { continue }
            findings.append(
                Finding(
                    check: .carried, place: place,
                    message: "the rows of the month are there and say more of \(low) merge "
                        + "\(low == 1 ? "request" : "requests"); the larger counts"))
        }
    }

    private func checkAudits(_ findings: inout [Finding], isBusy: Bool) throws(POSIXFailure) {
        guard case .success(let names) = calls.names(layout.audits) else { return }
        for name in names.sorted() where name.hasSuffix(".jsonl") && Month(name.dropLast(6)) != nil {
            let file = "audit-logs/\(name)"
            let bytes: [UInt8]
            do throws(POSIXFailure) {
                bytes = try calls.contents(of: layout.audits + "/" + name)
            } catch {
                findings.append(Finding(check: .audit, place: file, message: "the file cannot be read: \(error)"))
                continue
            }
            let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
            for (index, line) in lines.dropLast().enumerated() {
                do throws(JSONError) {
                    _ = try JSONValue(parsing: Array(line))
                } catch {
                    findings.append(Finding(check: .audit, place: "\(file):\(index + 1)", message: error.description))
                }
            }
            if let last = lines.last, !last.isEmpty, !isBusy { findings.append(tail(file, last.count)) }
        }
    }
}

extension LineProblem {
    /// `token-logs/2025-12.csv:17`, or the file alone.
    var place: String { line > 0 ? "\(file):\(line)" : file }

    /// What is wrong, and the line.
    var text: String { excerpt.isEmpty ? reason : "\(reason): \(excerpt)" }
}
