import Budget
import Glibc
public import Platform
public import UTCTime

/// What a cleaning did.
public struct CleanupResult: Sendable, Equatable {
    /// Daily summaries that were deleted or moved.
    public var summariesDeleted = 0
    /// Files of rows and audit logs that were deleted or moved.
    public var logsDeleted = 0
    /// What could not be, and why.
    public var failures: [String] = []

    /// A result of nothing done.
    public init() {}
}

/// Removes expired files, or moves them to the archive. Works beside a running daemon, which never writes a file that can
/// expire, and beside another cleaning.
///
/// There is no plan on the disk, because none is needed: the plan follows from the names, each step can be repeated, and
/// a cleaning that was cut off is finished by the next. Before the rows of a month go, what its merge requests used is
/// carried over, and a month with a line that cannot be read stays. A move to another file system copies, makes the copy
/// last, and only then removes; a copy that is already there with the same bytes counts as made.
public struct Retention: Sendable {
    private let layout: LedgerLayout
    private let windows: RetentionWindows
    private let calls: FileCalls

    /// The retention of the books in `directory`.
    public init(directory: String, windows: RetentionWindows, calls: FileCalls = .system) {
        layout = LedgerLayout(directory: directory)
        self.windows = windows
        self.calls = calls
    }

    /// What a cleaning on `today` would do.
    ///
    /// While a budget counts for ever, every row counts for it: then no rows are removed, whatever their age. Budgets of
    /// merge requests, and limits that requests bring for theirs, count what `execute` carries over.
    public func plan(today: Day) throws(POSIXFailure) -> RetentionPlan {
        var plan = RetentionPlan(
            today: today, windows: windows, summaries: try names(layout.summaries), logs: try names(layout.logs),
            audits: try names(layout.audits))
        if try needsRows() { plan.steps.removeAll { $0.kind == .log } }
        return plan
    }

    /// Whether a budget of more than merge requests counts for ever, or the file of budgets cannot be read and may have one.
    private func needsRows() throws(POSIXFailure) -> Bool {
        do throws(POSIXFailure) {
            let bytes = try calls.contents(of: layout.budgets)
            guard let set = try? BudgetsFile.read(bytes) else { return true }
            return set.budgets.contains { $0.period == .total && $0.scope.kind != .mergeRequest }
        } catch {
            if error.code == ENOENT { return false }
            throw error
        }
    }

    /// Does what `plan` says as far as it can be done.
    public func execute(_ plan: RetentionPlan) -> CleanupResult {
        var result = CleanupResult()
        for kind in RetentionPlan.Kind.allCases {
            let steps = plan.steps.filter { $0.kind == kind }
            guard !steps.isEmpty else { continue }
            for step in steps {
                do {
                    if kind == .log { try carry(step) }
                    guard try remove(step) else { continue }
                    if kind == .summary { result.summariesDeleted += 1 } else { result.logsDeleted += 1 }
                } catch let problem as LineProblem {
                    let isOfRows = problem.file.hasSuffix("/" + step.name)
                    result.failures.append(
                        isOfRows
                            ? "\(problem); the file stays until 'bursar verify --repair' has mended it"
                            : "\(problem); token-logs/\(step.name) stays until then")
                } catch {
                    result.failures.append("\(error)")
                }
            }
            do throws(POSIXFailure) {
                try calls.synchronizingDirectory(directory(of: kind))
            } catch {
                result.failures.append(error.description)
            }
        }
        return result
    }

    /// Writes down what the merge requests of the month used, before its rows go. Nothing else could say it later.
    /// What an earlier cleaning wrote stays where it says more: rows that came back may be a part of them.
    private func carry(_ step: RetentionPlan.Step) throws {
        guard let month = UsageReader.month(ofName: step.name),
            case .success(let found) = calls.status(layout.log(month)),
            found.kind == .file
        else { return }
        let carried = CarriedFiles(layout: layout, calls: calls)
        guard var use = try carried.useInRows(of: month) else { return }
        if let before = try carried.use(of: month) { use.raise(to: before) }
        try carried.write(use)
    }

    private func names(_ directory: String) throws(POSIXFailure) -> [String] {
        switch calls.names(directory) {
        case .success(let names): return names
        case .failure(let failure):
            if failure.code == ENOENT { return [] }
            throw failure
        }
    }

    private func directory(of kind: RetentionPlan.Kind) -> String {
        switch kind {
        case .summary: layout.summaries
        case .log: layout.logs
        case .audit: layout.audits
        }
    }

    /// False: it was gone already, or is no regular file.
    private func remove(_ step: RetentionPlan.Step) throws(POSIXFailure) -> Bool {
        let directory = directory(of: step.kind)
        let path = directory + "/" + step.name
        guard case .success(let found) = calls.status(path), found.kind == .file else { return false }
        if let archive = windows.archiveDirectory {
            let folder = archive + "/" + (directory.split(separator: "/").last.map(String.init) ?? "")
            try move(path, to: folder + "/" + step.name)
        } else {
            let result = calls.unlink(path)
            if result == -Int(ENOENT) { return false }
            try calls.checking(result, "unlink", path)
        }
        return true
    }

    private func synchronizing(_ path: String) throws(POSIXFailure) {
        let descriptor = try calls.opening(path, for: .append)
        defer { _ = calls.close(descriptor) }
        try calls.checking(calls.synchronize(descriptor), "fsync", path)
    }

    private func move(_ path: String, to target: String) throws(POSIXFailure) {
        let folder = FileCalls.parent(of: target)
        try calls.makingDirectories(folder)
        if case .success = calls.status(target) {
            guard try calls.contents(of: target) == calls.contents(of: path) else {
                throw POSIXFailure("archive \(path): another file is at", target, code: EEXIST)
            }
            // The copy may be that of a cleaning that was cut off before it was certain to last.
            try synchronizing(target)
            try calls.synchronizingDirectory(folder)
        } else {
            let result = calls.rename(path, target)
            if result >= 0 { return try calls.synchronizingDirectory(folder) }
            guard result == -Int(EXDEV) else { return try calls.checking(result, "rename", path) }
            try calls.removingTemporaries(in: folder)
            try calls.replacing(target, with: calls.contents(of: path))
        }
        let result = calls.unlink(path)
        if result != -Int(ENOENT) { try calls.checking(result, "unlink", path) }
    }
}
