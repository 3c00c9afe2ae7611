import Dispatch
public import Platform
import Synchronization
import UTCTime

/// The alerts of one data directory: what is told once is claimed on the disk, then told to everybody it concerns.
///
/// Rules say what they find (`raise`); what has not been told is written to the journal and then shown here, logged by the
/// environment and sent by one courier for each target. Nothing here blocks. All writing happens on one queue of
/// its own, so a decision is made, written and put in force before the next.
public final class AlertDesk: Sendable {
    struct State: Sendable {
        var books: AlertBooks
        /// Whether memory says more than the disk: the next write begins the journal anew.
        var isAhead = false
        /// Why the last attempt to write failed; nil while all is well.
        var failure: POSIXFailure?
        /// Candidates that wait for the writer.
        var waitingCount = 0
        var hasToldOverflow = false
        /// What couriers have in their hands, by alert.
        var inHand: [String: Set<String>] = [:]
        var couriers: [String: (bell: Bell, task: Task<Void, Never>, target: AlertTarget)] = [:]
        var raisedCounts: [AlertKind: Int] = [:]
        var failureCounts: [String: Int] = [:]
        /// Alerts that a target was not sent, from the first that it was owed too many for until half of those are gone.
        var unsentCounts: [String: Int] = [:]
        var observers: [Int: @Sendable (AlertDeskChange) -> Void] = [:]
        var nextObserver = 0
        var isClosed = false
    }

    let state: Mutex<State>
    private let file: Mutex<AlertFile>
    let writing = DispatchQueue(label: "alerts.write")
    let environment: AlertEnvironment
    let limits: AlertLimits
    let log: Log

    private init(
        _ file: consuming sending AlertFile, _ books: AlertBooks, _ limits: AlertLimits,
        _ environment: AlertEnvironment, _ log: Log
    ) {
        self.file = Mutex(file)
        state = Mutex(State(books: books))
        self.limits = limits
        self.environment = environment
        self.log = log
    }

    /// Opens the alerts of the data directory `directory`, which the caller has locked. Nothing is sent before there are
    /// targets.
    public static func open(
        directory: String, limits: AlertLimits = AlertLimits(), files calls: FileCalls = .system,
        environment: AlertEnvironment, log: Log
    ) throws(POSIXFailure) -> AlertDesk {
        let now = environment.time.now()
        var books = AlertBooks()
        let file = try AlertFile.open(directory, into: &books, calls: calls, now: now, log: log)
        books.forgetClaims(limits, at: now)
        return AlertDesk(file, books, limits, environment, log)
    }

    // MARK: Raising

    /// Whether `claim` says something that has not been told: a cheap look before figures for an alert are gathered.
    public func isNew(_ claim: AlertClaim) -> Bool { state.withLock { $0.books.isNew(claim) } }

    /// Raises those of `candidates` that have not been told, soon: the claim is on the disk before anybody hears of it.
    /// Those that cannot be written are not raised; whoever looks again finds them again.
    public func raise(_ candidates: [AlertCandidate]) { raise(candidates, except: nil) }

    func raise(_ candidates: [AlertCandidate], except target: String?) {
        guard !candidates.isEmpty else { return }
        let (accepted, mustTell) = state.withLock { state -> (Int, Bool) in
            guard !state.isClosed else { return (0, false) }
            let accepted = min(candidates.count, max(0, limits.waitingMax - state.waitingCount))
            state.waitingCount += accepted
            let mustTell = accepted < candidates.count && !state.hasToldOverflow
            state.hasToldOverflow = state.hasToldOverflow || mustTell
            return (accepted, mustTell)
        }
        if mustTell { log(.error, "more alerts come up than can be written down; some wait for the next look") }
        guard accepted > 0 else { return }
        writing.async { [self] in
            for candidate in candidates.prefix(accepted) { write(candidate, except: target) }
            state.withLock { state in
                state.waitingCount -= accepted
                if state.waitingCount == 0 { state.hasToldOverflow = false }
            }
        }
    }

    /// Forgets that the thing called `key` was told: it has ended, and when it comes again it is told again.
    public func clear(_ key: String) {
        guard state.withLock({ $0.books.claims[key] != nil }) else { return }
        writing.async { [self] in _ = commit([.cleared(key: key)], isForced: true) }
    }

    private func write(_ candidate: AlertCandidate, except target: String?) {
        let id = newID()
        let planned = state.withLock { state -> (targets: [String], full: [String], previous: AlertClaim?)? in
            guard state.books.isNew(candidate.claim) else { return nil }
            let targets = state.couriers.keys.filter { $0 != target }.sorted()
            let full = targets.filter { state.books.owedCount($0) >= limits.owedMax }
            return (targets, full, state.books.claims[candidate.claim.key])
        }
        guard let (targets, full, previous) = planned else { return }
        let entries =
            [AlertEntry.raised(id: id, candidate, previous: previous, targets: targets)]
            + full.map { .dropped(id: id, target: $0, reason: "too many others wait for it") }
        guard commit(entries, isForced: candidate.kind.mayPrecedeTheDisk) == nil else { return }
        for target in full { noteUnsent(target) }
        let alert = state.withLock { state -> Alert? in
            state.raisedCounts[candidate.kind, default: 0] += 1
            for target in targets { state.couriers[target]?.bell.ring() }
            return state.books.alerts[id]
        }
        guard let alert else { return }
        environment.raised(alert)
        tell(.raised(alert))
    }

    /// Unguessable, and unique as far as 128 random bits are.
    private func newID() -> String {
        let digits = [environment.randomness(), environment.randomness()].map { part in
            let text = String(part, radix: 16)
            return String(repeating: "0", count: 16 - text.utf8.count) + text
        }
        return "alert_" + digits.joined()
    }

    // MARK: Writing

    /// Writes `entries` and makes them true. What is forced becomes true although it cannot be written: it is written with
    /// the next that can. Only on the queue `writing`.
    func commit(_ entries: [AlertEntry], isForced: Bool) -> POSIXFailure? {
        let now = environment.time.now()
        let failure = file.withLock { file -> POSIXFailure? in
            let (books, isAhead) = state.withLock { ($0.books, $0.isAhead) }
            do throws(POSIXFailure) {
                if isAhead || file.mustReplace || file.isLong(limits) {
                    var next = books
                    next.forgetClaims(limits, at: now)
                    for entry in next.expiries(limits, at: now) + entries { next.apply(entry, at: now) }
                    try file.replace(with: next, at: now)
                    state.withLock { state in
                        state.books = next
                        state.isAhead = false
                    }
                } else {
                    try file.append(entries, at: now)
                    state.withLock { state in for entry in entries { state.books.apply(entry, at: now) } }
                }
                return nil
            } catch {
                return error
            }
        }
        let isChange = state.withLock { state in
            if failure != nil, isForced {
                for entry in entries { state.books.apply(entry, at: now) }
                state.isAhead = true
            }
            defer { state.failure = failure }
            return (state.failure == nil) != (failure == nil)
        }
        if isChange {
            if let failure {
                log(.error, "the alerts' journal cannot be written", ["error": "\(failure)"])
            } else {
                log(.warning, "the alerts' journal can be written again")
            }
        }
        return isForced ? nil : failure
    }

    func committing(_ entries: [AlertEntry], isForced: Bool) async -> POSIXFailure? {
        await withCheckedContinuation { continuation in
            writing.async { [self] in continuation.resume(returning: commit(entries, isForced: isForced)) }
        }
    }

    // MARK: What people do

    /// Notes that `author` has seen `id`; it is on the disk when this returns. A second time changes nothing.
    public func acknowledge(_ id: String, by author: String) async throws(AlertError) -> Alert {
        guard let alert = alert(id) else { throw .unknown(id) }
        guard !alert.isAcknowledged else { return alert }
        if let failure = await committing([.acknowledged(id: id, author: author)], isForced: false) {
            throw .writeFailed(failure)
        }
        guard let alert = self.alert(id) else { throw .unknown(id) }
        tell(.changed(alert))
        return alert
    }

    /// Removes what is older than the retention, and what is too much; for a timer.
    public func tidy() {
        let now = environment.time.now()
        let entries = state.withLock { $0.books.expiries(limits, at: now) }
        guard !entries.isEmpty else { return }
        writing.async { [self] in _ = commit(entries, isForced: false) }
    }

    /// Returns when everything that was raised before is on the disk.
    public func settled() async {
        await withCheckedContinuation { continuation in writing.async { continuation.resume() } }
    }

    /// Sends no more and writes no more. An attempt under way comes to its end, so that what was taken is known to be;
    /// what is owed is sent after the next start.
    public func close() async {
        let tasks = state.withLock { state in
            state.isClosed = true
            state.observers = [:]
            defer { state.couriers = [:] }
            return state.couriers.values.map(\.task)
        }
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
        await settled()
    }
}
