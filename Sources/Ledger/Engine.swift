import Budget
import Dispatch
import Glibc
import Platform
import Synchronization
import UTCTime

/// Brings decisions to the disk in groups.
///
/// Callers decide under the lock of `core` and leave bytes in its pending batch. One of them at a time *leads*: it takes
/// the batch, writes it with one fdatasync(2) for each file while others fill the next, and gives everybody their
/// answers. A lone blocking caller leads itself, without a change of thread; callers that must not block are served by
/// the writer thread.
final class Engine: Sendable {
    let core: Mutex<Core>
    private let files: Mutex<BookFiles>
    private let time: TimeSource
    let log: Log
    private let events: @Sendable (LedgerEvent) -> Void
    private let announcer = RecordAnnouncer()
    let layout: LedgerLayout
    let calls: FileCalls
    private let freeSpaceFloorBytes: Int
    let revision = Atomic<UInt64>(0)

    private let writerBell = DispatchSemaphore(value: 0)
    private let keeperBell = DispatchSemaphore(value: 0)
    private let isClosing = Atomic<Bool>(false)
    private let isStopping = Atomic<Bool>(false)
    private let isKeeperAsked = Atomic<Bool>(false)
    private let hasToldSummaryFailure = Atomic<Bool>(false)
    private let threads = Mutex<[WorkerThread]>([])
    /// What `budgets.json` said when it was last looked at.
    let watch = Mutex(BudgetsWatch())
    /// Told when operators made room: on the thread that wrote, after the fact.
    let roomListener = Mutex<(@Sendable () -> Void)?>(nil)

    /// Milliseconds after a record at which the summary is written: many records in that time cost one file.
    static let summaryDelayMilliseconds = 75
    /// Milliseconds between two attempts to write after a failure.
    static let attemptMilliseconds = 1000
    /// The longest sleep of the keeper, in milliseconds: how late a jump of the clock, or a `budgets.json` that somebody
    /// else wrote, is noticed.
    static let sleepMillisecondsMax = 1000

    init(
        core: consuming sending Core, files: consuming sending BookFiles, configuration: LedgerConfiguration,
        calls: FileCalls,
        time: TimeSource, log: Log, events: @escaping @Sendable (LedgerEvent) -> Void
    ) {
        self.core = Mutex(core)
        self.files = Mutex(files)
        layout = LedgerLayout(directory: configuration.directory)
        freeSpaceFloorBytes = configuration.freeSpaceFloorBytes
        self.calls = calls
        self.time = time
        self.log = log
        self.events = events
    }

    /// Starts the writer and the keeper. Throws when the system has no threads to give.
    func startThreads() throws(POSIXFailure) {
        let started = threads.withLock { threads in
            threads = [WorkerThread { self.write() }, WorkerThread { self.keep() }].filter(\.isRunning)
            return threads.count
        }
        if started < 2 {
            close()
            throw POSIXFailure("pthread_create", code: EAGAIN)
        }
    }

    /// Tells what was found at the start.
    func announce() { tell(core.withLock { noteChanges(&$0) }) }

    /// Has `body` told of every record whose row is on the disk from now on.
    func observe(_ body: @escaping @Sendable (RecordNews) -> Void) -> RecordObservation {
        let observation = announcer.observe(body)
        core.withLock { $0.isObserved = true }
        return observation
    }

    // MARK: Asking

    /// Answers through the reply of `operation`, now or when a batch is written. Never blocks.
    func submit(_ operation: Operation) {
        if perform(operation) { writerBell.signal() }
    }

    /// Asks and waits.
    func wait<Value>(_ operation: (Reply<Value>) -> Operation) throws(LedgerError) -> Value {
        let rendezvous = Rendezvous<Value>()
        if perform(operation(.waiting(rendezvous))) { lead() }
        while true {
            switch rendezvous.wait() {
            case .answered(let result): return try result.get()
            case .leading: lead()
            }
        }
    }

    func audit(_ entry: AuditEntry) {
        let events = core.withLock { core in
            core.note(.entry(entry))
            return noteChanges(&core)
        }
        // A reader that came before may have left some.
        if !events.isEmpty { tell(events) }
    }

    /// True: the caller must see to it that the batch is written.
    private func perform(_ operation: Operation) -> Bool {
        let now = time.now()
        let (answer, mustLead, events) = core.withLock { core -> (Answer?, Bool, [LedgerEvent]) in
            let answer = core.perform(operation, at: now)
            let mustLead = core.pending.isWanted && !core.isLed
            if mustLead { core.isLed = true }
            return (answer, mustLead, noteChanges(&core))
        }
        answer?.deliver()
        if !events.isEmpty { tell(events) }
        return mustLead
    }

    /// What happened in the books, for `tell`.
    private func noteChanges(_ core: inout Core) -> [LedgerEvent] {
        revision.store(core.books.revision, ordering: .releasing)
        for event in core.books.events {
            if let entry = AuditEntry.alert(event, at: core.books.latest) { core.note(.entry(entry)) }
        }
        if core.books.hasFreshToday || core.books.hasFreshBefore || !core.audits.isEmpty,
            !isKeeperAsked.exchange(true, ordering: .acquiringAndReleasing)
        {
            keeperBell.signal()
        }
        guard !core.books.events.isEmpty else { return [] }
        let events = core.books.events
        core.books.events.removeAll()
        return events
    }

    // MARK: Writing

    /// Writes the pending batch, then hands the next one on.
    private func lead() { _ = writeBatch(mayContinue: false) }

    /// The writer thread: writes batches for callers that do not wait.
    private func write() {
        while true {
            writerBell.wait()
            while writeBatch(mayContinue: true) {}
            if isStopping.load(ordering: .acquiring) { return }
        }
    }

    /// Writes one batch. True: there is another one, and the caller is to write it.
    private func writeBatch(mayContinue: Bool) -> Bool {
        let taken = core.withLock { core in core.isLed && core.pending.isWanted ? core.takePending() : nil }
        guard let batch = taken else { return false }
        let outcome = files.withLock { $0.write(batch) }
        let (next, goesOn, hasNewRoom, events) = core.withLock { core -> ((any Waiter)?, Bool, Bool, [LedgerEvent]) in
            core.finish(batch, outcome, now: time.now)
            // Under the lock, so that what is told has the order of the rows.
            if core.isObserved { announcer.put(core.takeDurable()) }
            let goesOn = core.pending.isWanted
            if !goesOn { core.isLed = false }
            defer { core.hasNewRoom = false }
            return (goesOn ? core.pending.waiters.first : nil, goesOn, core.hasNewRoom, noteChanges(&core))
        }
        noteBudgets(of: batch, outcome)
        // The next batch is begun before anyone is woken with an answer of this one.
        if goesOn, !mayContinue {
            if let next { next.lead() } else { writerBell.signal() }
        }
        if hasNewRoom { tellOfRoom() }
        for answer in batch.answers { answer.deliver() }
        if !events.isEmpty { tell(events) }
        batch.removeAll()
        core.withLock { $0.giveBack(batch) }
        return goesOn && mayContinue
    }

    // MARK: Keeping

    /// The keeper thread: summaries, holds that expire, days that end, attempts after a failure.
    private func keep() {
        var areSummariesWritten = true
        while !isStopping.load(ordering: .acquiring) {
            let sleep = core.withLock { core -> Int in
                guard core.failure == nil, core.waiting.isEmpty, areSummariesWritten else {
                    return Self.attemptMilliseconds
                }
                let left = core.books.nextDeadline.milliseconds - time.now().milliseconds
                return min(max(Int(left), 1), Self.sleepMillisecondsMax)
            }
            _ = keeperBell.wait(timeout: .now() + .milliseconds(sleep))
            if isKeeperAsked.load(ordering: .acquiring), !isStopping.load(ordering: .acquiring) {
                _ = keeperBell.wait(timeout: .now() + .milliseconds(Self.summaryDelayMilliseconds))
                // Until they are written nobody else asks, so a disk that is full is not tried again and again.
                isKeeperAsked.store(false, ordering: .releasing)
                areSummariesWritten = writeSummaries()
                if !areSummariesWritten { isKeeperAsked.store(true, ordering: .releasing) }
            }
            tick()
        }
    }

    /// One round of the keeper's work but for the summaries.
    func tick() {
        adoptBudgets()
        let space = try? calls.space(layout.directory).get()
        let now = time.now()
        let (mustLead, events) = core.withLock { core -> (Bool, [LedgerEvent]) in
            core.books.advance(to: now)
            if let space { note(space, &core) }
            core.keep(at: time.monotonicNanoseconds())
            let mustLead = core.pending.isWanted && !core.isLed
            if mustLead { core.isLed = true }
            return (mustLead, noteChanges(&core))
        }
        if mustLead { lead() }
        if !events.isEmpty { tell(events) }
    }

    private func note(_ space: FileSystemSpace, _ core: inout Core) {
        core.journalLimit = min(max(space.availableBytes / 8, Core.journalLimitMin), Core.journalLimitMax)
        let floor = min(freeSpaceFloorBytes, space.totalBytes / 20)
        guard space.availableBytes < floor else {
            core.lowSpace = nil
            return core.noteRecovery()
        }
        core.lowSpace = (space.availableBytes, floor)
        core.noteTrouble(.lowSpace(availableBytes: space.availableBytes, floorBytes: floor))
    }

    /// Writes the summaries that are behind. One that cannot be written is tried again with the next.
    ///
    /// While the daemon runs it matters only that a summary is whole: the next start compares it with the rows.
    ///
    /// Answers whether none is behind. It is said once that one is, until none is.
    @discardableResult
    func writeSummaries(lasting: Bool = false) -> Bool {
        let statuses = core.withLock { $0.books.takeFreshStatuses() }
        var areWritten = true
        for status in statuses {
            do throws(POSIXFailure) {
                try calls.replacing(layout.summary(status.day), with: DailySummary(status).bytes, lasts: lasting)
            } catch {
                areWritten = false
                if !hasToldSummaryFailure.exchange(true, ordering: .relaxed) {
                    log(
                        .warning, "a daily summary cannot be written; it is tried again",
                        ["failure": error.description])
                }
                core.withLock { $0.books.markFresh(status.day) }
            }
        }
        if areWritten, !statuses.isEmpty { hasToldSummaryFailure.store(false, ordering: .relaxed) }
        return areWritten
    }

    /// Ends the books: what was asked for is answered, the summaries are exact, the lock is given back.
    func close() {
        guard !isClosing.exchange(true, ordering: .acquiringAndReleasing) else { return }
        let rendezvous = Rendezvous<Void>()
        let mustLead = core.withLock { core -> Bool in
            core.isClosed = true
            core.finishKeeping()
            core.pending.steps.append(.barrier(.waiting(rendezvous)))
            core.pending.waiters.append(rendezvous)
            defer { core.isLed = true }
            return !core.isLed
        }
        if mustLead { lead() }
        while case .leading = rendezvous.wait() { lead() }
        // Until here the threads may have been asked to write.
        isStopping.store(true, ordering: .releasing)
        writerBell.signal()
        keeperBell.signal()
        for thread in threads.withLock({ $0 }) { thread.join() }
        let events = core.withLock { noteChanges(&$0) }
        tell(events)
        announcer.drain()
        writeSummaries(lasting: true)
        let (lost, failure) = core.withLock { ($0.waiting.count, $0.failure) }
        files.withLock { $0.close(inOrder: lost == 0 && failure == nil) }
        if lost > 0 {
            log(.error, "records that were only in memory are lost", ["records": String(lost)])
        }
    }

    /// Leaves the address at which this process can be asked, for commands that find the books taken.
    func leaveAddress(_ address: String) { files.withLock { $0.leaveNote(address: address) } }

    // MARK: Telling

    /// Tells whoever wants to try again what budgets refused.
    func tellOfRoom() { roomListener.withLock { $0 }?() }

    private func tell(_ events: [LedgerEvent]) {
        for event in events {
            note(event)
            self.events(event)
        }
    }

    private func note(_ event: LedgerEvent) {
        switch event {
        case .warningThresholdPassed(let status):
            log(
                .warning, "the day's tokens have reached the warning threshold",
                ["day": "\(status.day)", "tokens": "\(status.totalTokens)", "limit": "\(status.limitTokens)"])
        case .largeReview(let record, let percent):
            log(
                .warning, "one call took a large share of the day's tokens",
                [
                    "session": record.context.sessionID, "tokens": "\(record.usage.totalTokens)",
                    "percent": "\(percent)",
                ])
        case .dayChanged(let status):
            log(
                .info, "the day has ended",
                ["day": "\(status.day)", "tokens": "\(status.totalTokens)", "calls": "\(status.requestCount)"])
        case .writeFailed(let reason): log(.error, "the books cannot be written", ["reason": reason])
        case .recovered(let records):
            log(.info, "the books can be written again", ["records_from_memory": "\(records)"])
        case .lowSpace(let available, let floor):
            log(
                .error, "space is low: no new reservations",
                ["available_bytes": "\(available)", "floor_bytes": "\(floor)"])
        case .unresolved(let reservation):
            log(
                .warning, "the outcome of a call is unknown; its tokens stay held",
                ["reservation": reservation.id, "tokens": "\(reservation.tokens)"])
        case .clockBehind(let milliseconds):
            log(
                .warning, "the clock is behind the books; they go on from their latest time",
                ["behind_ms": "\(milliseconds)"])
        }
    }
}
