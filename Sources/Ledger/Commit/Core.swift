import Budget
import JSON
import Platform
import UTCTime

/// Everything decisions are made from, and what they leave to be written: the one piece of mutable state of the ledger,
/// owned by its lock. Nothing here touches a file.
struct Core: ~Copyable {
    var books: Books
    let policy: FailurePolicy
    var pending = Batch()
    /// Records that count and wait for the disk to be writable.
    private(set) var waiting: [Booked] = [] {
        didSet { books.waitingIsEmpty = waiting.isEmpty }
    }
    /// Lines for the audit log that nobody waits for.
    var audits: [AuditItem] = []
    private var lostAudits = 0
    /// Bytes of the journal, and how many it had when it was begun.
    var journalSize = 0
    private var journalStart = 0
    /// Bytes from which on the journal is begun anew.
    var journalLimit = Self.journalLimitMax
    /// Whether the journal may be begun anew: not while it is damaged, for that would hide it.
    var mayBeginJournal = true
    /// Somebody is writing, or has been asked to.
    var isLed = false
    var isClosed = false
    /// Why nothing is written now.
    var failure: POSIXFailure?
    /// What is wrong with the books.
    var damage: String?
    /// Free and kept bytes, while fewer are free than are kept.
    var lowSpace: (availableBytes: Int, floorBytes: Int)?
    /// Records that wait in memory, at most. A record takes some 500 bytes.
    static let waitingMax = 100_000
    /// Operations that wait for one batch, at most.
    static let pendingMax = 100_000
    /// The longest time to live of a reservation, in seconds: a day.
    static let timeToLiveMax = 86_400
    /// Nanoseconds between two notes in the journal of what the rows hold.
    static let markInterval: UInt64 = 10_000_000_000
    /// Bytes from which on a journal is begun anew, where there is room.
    static let journalLimitMax = 4 << 20
    /// The same, where there is little.
    static let journalLimitMin = 64 << 10
    /// Audit lines that wait, at most; what exceeds it is counted in one line.
    static let auditsMax = 20_000

    private var spare: Batch?
    private var lastMark: JournalMark?
    private var markSeen: UInt64 = 0

    /// The pending batch; an empty one takes its place.
    mutating func takePending() -> Batch {
        let batch = pending
        pending = spare ?? Batch()
        spare = nil
        batch.time = books.latest
        if failure != nil, !batch.isAttempt {
            dropTransitions()
            return batch
        }
        for transition in books.transitions where transition.isAudited { note(.changed(transition)) }
        let isTooLong = journalSize > max(journalLimit, 2 * journalStart)
        if mayBeginJournal, batch.isAttempt || isTooLong { batch.snapshot = books.snapshot() }
        swap(&batch.transitions, &books.transitions)
        if batch.isFlush || batch.isAttempt || batch.urgency == .everything || audits.count > 1000 {
            swap(&batch.audits, &audits)
        }
        return batch
    }

    /// Forgets lines for the journal while it cannot be written: it is begun anew when it can, and then says all that
    /// they would. One that may not be begun anew gets them later.
    private mutating func dropTransitions() {
        guard mayBeginJournal else { return }
        for transition in books.transitions where transition.isAudited { note(.changed(transition)) }
        books.transitions.removeAll(keepingCapacity: true)
    }

    /// Notes `item` for the audit log.
    mutating func note(_ item: AuditItem) {
        guard audits.count < Self.auditsMax else {
            lostAudits += 1
            return
        }
        if lostAudits > 0 {
            audits.append(
                .entry(
                    AuditEntry(time: books.latest, event: "lines_lost", fields: [("count", .integer(lostAudits))])))
            lostAudits = 0
        }
        audits.append(item)
    }

    /// Keeps the memory of an empty batch for the next one.
    mutating func giveBack(_ batch: Batch) { spare = batch }

    init(books: Books, policy: FailurePolicy) {
        self.books = books
        self.policy = policy
    }

    /// Does what `operation` asks, at the time `clock`. Nil: the answer comes with the next batch.
    mutating func perform(_ operation: Operation, at clock: Instant) -> Answer? {
        if isClosed { return refuse(operation, .closed) }
        guard pending.steps.count + pending.deferred.count < Self.pendingMax else {
            return refuse(operation, .tooMany(what: "operations waiting", limit: Self.pendingMax))
        }
        books.advance(to: clock)
        let answer: Answer?
        do throws(Postponed) {
            answer =
                switch operation {
                case .reserve(let request, let durability, let reply):
                    .admission(reply, try reserve(request, durability, reply))
                case .dispatch(let id, let reply): .reservation(reply, try dispatch(id, reply))
                case .release(let id, let isCertain, let reply):
                    .reservation(reply, try release(id, certainlyNothingSpent: isCertain, reply))
                case .markUnresolved(let id, let reply): .reservation(reply, try markUnresolved(id))
                case .settle(let id, let call, let reply): .booking(reply, try settle(id, call, reply))
                case .record(let call, let context, let key, let reply):
                    .booking(reply, try record(call, context, key, reply))
                case .grant(let tokens, let note, let reply): .status(reply, try grant(tokens, note, reply))
                case .resolveBySettling(let id, let call, let note, let reply):
                    .booking(reply, try resolve(id, call, note, reply))
                case .resolveByReleasing(let id, let note, let reply):
                    .reservation(reply, try resolve(id, note, reply))
                }
        } catch {
            switch error {
            case .untilWritten: break
            case .untilRepeated: pending.deferred.append(operation)
            }
            if let waiter = operation.waiter { pending.waiters.append(waiter) }
            return nil
        }
        if failure != nil { dropTransitions() }
        return answer
    }

    private mutating func want(_ urgency: Batch.Urgency) { pending.urgency = max(pending.urgency, urgency) }

    /// Why there is no answer yet.
    private enum Postponed: Error {
        /// A step was added to the batch.
        case untilWritten
        /// It repeats something that is being written.
        case untilRepeated
    }

    private func refuse(_ operation: Operation, _ error: LedgerError) -> Answer {
        switch operation {
        case .reserve(_, _, let reply): .admission(reply, .failure(error))
        case .dispatch(_, let reply), .release(_, _, let reply), .markUnresolved(_, let reply),
            .resolveByReleasing(_, _, let reply):
            .reservation(reply, .failure(error))
        case .settle(_, _, let reply), .record(_, _, _, let reply), .resolveBySettling(_, _, _, let reply):
            .booking(reply, .failure(error))
        case .grant(_, _, let reply): .status(reply, .failure(error))
        }
    }
}

// MARK: Reservations

extension Core {
    // Refusals in order of precedence: invalid fields, a conflict with an earlier request, damage, the budget, too many
    // reservations, low space, a disk that cannot be written.
    private mutating func reserve(
        _ request: ReservationRequest, _ durability: HoldDurability, _ reply: Reply<Admission>
    ) throws(Postponed) -> Result<Admission, LedgerError> {
        if let problem = Self.problem(in: request) { return .failure(problem) }
        if let (hold, state) = books.earlier(request) {
            if let field = hold.difference(from: request) {
                return .failure(.conflict(id: "idempotency_key", field: field))
            }
            if hold.unwrittenChanges > 0 || hold.isReleasing || isBeingWritten(hold.id) { throw .untilRepeated }
            var reservation = hold.reservation
            reservation.state = state
            return .success(.granted(reservation, hold.decision))
        }
        if let damage, books.budget.isEnabled, books.budget.enforcement == .block {
            return .failure(.damaged(reason: damage))
        }
        if let refusal = books.refusal(of: request.estimatedTokens) {
            note(.refused(request, refusal, books.latest))
            return .success(.refused(refusal))
        }
        guard books.live.count < Books.liveMax else {
            return .failure(.tooMany(what: "reservations that are not closed", limit: Books.liveMax))
        }
        let mayStayInMemory = durability == .preferred && policy == .continue
        if !mayStayInMemory {
            if let lowSpace {
                return .failure(.lowSpace(availableBytes: lowSpace.availableBytes, floorBytes: lowSpace.floorBytes))
            }
            if let failure { return .failure(.writeFailed(failure)) }
        }
        let decision = books.decision(for: request.estimatedTokens)
        let hold = books.hold(request, decision: decision)
        note(.reserved(hold, books.latest))
        if failure != nil { return .success(.granted(hold.reservation, decision)) }
        books.update(hold.id) { $0.unwrittenChanges += 1 }
        pending.steps.append(.reserved(hold.id, durability, reply))
        want(.lines)
        throw .untilWritten
    }

    private mutating func dispatch(_ text: String, _ reply: Reply<Reservation>) throws(Postponed)
        -> Result<Reservation, LedgerError>
    {
        guard let id = RecordID(text) else { return .failure(.notFound(id: text)) }
        guard let hold = books.live[id] else { return .failure(closedError(id, "dispatched")) }
        if hold.isReleasing { throw .untilRepeated }
        switch hold.reservation.state {
        case .open:
            books.dispatch(id)
            if failure != nil, let reservation = books.live[id]?.reservation {
                guard policy == .continue else {
                    books.undoDispatch(id)
                    return .failure(failure.map { .writeFailed($0) } ?? .closed)
                }
                return .success(reservation)
            }
            books.update(id) { $0.unwrittenChanges += 1 }
            pending.steps.append(.dispatched(id, reply))
            want(.lines)
            throw .untilWritten
        case .dispatched:
            if hold.unwrittenChanges > 0 { throw .untilRepeated }
            return .success(hold.reservation)
        case .settled, .released, .unresolved:
            return .failure(.wrongState(id: text, state: hold.reservation.state, operation: "dispatched"))
        }
    }

    private mutating func release(
        _ text: String, certainlyNothingSpent isCertain: Bool, _ reply: Reply<Reservation>
    ) throws(Postponed) -> Result<Reservation, LedgerError> {
        guard let id = RecordID(text) else { return .failure(.notFound(id: text)) }
        guard let hold = books.live[id] else {
            if isBeingWritten(id) { throw .untilRepeated }
            switch books.closed[id] {
            case .released(let hold), .expired(let hold):
                var reservation = hold.reservation
                reservation.state = .released
                return .success(reservation)
            default: return .failure(closedError(id, "released"))
            }
        }
        if hold.isReleasing { throw .untilRepeated }
        guard hold.reservation.state == .open || isCertain else {
            return .failure(.wrongState(id: text, state: hold.reservation.state, operation: "released"))
        }
        if let failure { return .failure(.writeFailed(failure)) }
        books.beginRelease(id)
        pending.steps.append(.released(id, reply))
        want(.lines)
        throw .untilWritten
    }

    private mutating func markUnresolved(_ text: String) throws(Postponed) -> Result<Reservation, LedgerError> {
        guard let id = RecordID(text) else { return .failure(.notFound(id: text)) }
        guard let hold = books.live[id] else {
            if isBeingWritten(id) { throw .untilRepeated }
            return .failure(closedError(id, "marked as unresolved"))
        }
        if hold.isReleasing { throw .untilRepeated }
        if hold.reservation.state == .unresolved { return .success(hold.reservation) }
        // What the disk has, open or dispatched, holds as much: the line need not be waited for.
        return books.markUnresolved(id).map { .success($0) } ?? .failure(.notFound(id: text))
    }

    private func closedError(_ id: RecordID, _ operation: String) -> LedgerError {
        if books.unwritten[id] != nil { return .wrongState(id: id.text, state: .settled, operation: operation) }
        return switch books.closed[id] {
        case .booked: .wrongState(id: id.text, state: .settled, operation: operation)
        case .released: .wrongState(id: id.text, state: .released, operation: operation)
        case .expired: .expired(id: id.text)
        case nil: .notFound(id: id.text)
        }
    }

    /// Whether the row of `id` is on its way to the disk, and not waiting for it to become writable.
    private func isBeingWritten(_ id: RecordID) -> Bool {
        books.unwritten[id] != nil && !waiting.contains { $0.id == id }
    }

    private static func problem(in request: ReservationRequest) -> LedgerError? {
        guard 1...2 * TokenUsage.tokensMax ~= request.estimatedTokens else {
            return .invalid(
                field: "estimated_tokens",
                reason: "is \(request.estimatedTokens), accepted is 1 to \(2 * TokenUsage.tokensMax)")
        }
        guard 1...timeToLiveMax ~= request.timeToLiveSeconds else {
            return .invalid(
                field: "ttl_seconds", reason: "is \(request.timeToLiveSeconds), accepted is 1 to \(timeToLiveMax)")
        }
        return problem(in: request.context) ?? problem("idempotency_key", request.idempotencyKey ?? "-")
    }
}

// MARK: Records

extension Core {
    private mutating func settle(_ text: String, _ call: CompletedCall, _ reply: Reply<Booking>) throws(Postponed)
        -> Result<Booked.Outcome, LedgerError>
    {
        if let problem = Self.problem(in: call) { return .failure(problem) }
        guard let id = RecordID(text) else { return .failure(.notFound(id: text)) }
        if let booked = books.unwritten[id] {
            if let conflict = Self.conflict(booked, call) { return .failure(conflict) }
            if isBeingWritten(id) { throw .untilRepeated }
            return .success(Booked.Outcome(booked: booked, isDurable: false, wasRepeated: true))
        }
        if let hold = books.live[id] {
            if hold.isReleasing { throw .untilRepeated }
            return try book(call, hold.reservation.context, hold, nil, reply)
        }
        switch books.closed[id] {
        case .booked(let booked):
            if let conflict = Self.conflict(booked, call) { return .failure(conflict) }
            return .success(Booked.Outcome(booked: booked, isDurable: true, wasRepeated: true))
        case .expired(let hold): return try book(call, hold.reservation.context, hold, nil, reply)
        case .released: return .failure(.wrongState(id: text, state: .released, operation: "settled"))
        case nil: return .failure(.notFound(id: text))
        }
    }

    private mutating func record(
        _ call: CompletedCall, _ context: CallContext, _ key: RecordKey?, _ reply: Reply<Booking>
    ) throws(Postponed) -> Result<Booked.Outcome, LedgerError> {
        if let problem = Self.problem(in: call) ?? Self.problem(in: context) { return .failure(problem) }
        if let key, let (booked, isWritten) = books.earlierUsage(key) {
            var asked = context
            asked.model = call.model ?? context.model
            if let field = booked.record.context.difference(from: asked)
                ?? booked.difference(from: call, model: asked.model)
            {
                return .failure(.conflict(id: "idempotency_key", field: field))
            }
            if isBeingWritten(booked.id) { throw .untilRepeated }
            return .success(Booked.Outcome(booked: booked, isDurable: isWritten, wasRepeated: true))
        }
        return try book(call, context, nil, key, reply)
    }

    private static func conflict(_ booked: Booked, _ call: CompletedCall) -> LedgerError? {
        let model = call.model ?? booked.hold?.reservation.context.model ?? booked.record.context.model
        return booked.difference(from: call, model: model).map { .conflict(id: booked.record.usageID, field: $0) }
    }

    private mutating func book(
        _ call: CompletedCall, _ context: CallContext, _ hold: Hold?, _ key: RecordKey?, _ reply: Reply<Booking>
    ) throws(Postponed) -> Result<Booked.Outcome, LedgerError> {
        if let failure {
            guard policy == .continue else { return .failure(.writeFailed(failure)) }
            return keepInMemory(books.book(call, context: context, settling: hold, key: key))
        }
        let booked = books.book(call, context: context, settling: hold, key: key)
        pending.steps.append(.booked(booked, reply))
        throw .untilWritten
    }

    private mutating func keepInMemory(_ booked: Booked) -> Result<Booked.Outcome, LedgerError> {
        guard waiting.count < Self.waitingMax else {
            books.withdraw(booked)
            return .failure(.tooMany(what: "records waiting for the disk", limit: Self.waitingMax))
        }
        books.keptInMemory(booked)
        waiting.append(booked)
        return .success(Booked.Outcome(booked: booked, isDurable: false, wasRepeated: false))
    }

    private static func problem(in call: CompletedCall) -> LedgerError? {
        guard 0...TokenUsage.tokensMax ~= call.durationMilliseconds else {
            return .invalid(
                field: "duration_ms",
                reason: "is \(call.durationMilliseconds), accepted is 0 to \(TokenUsage.tokensMax)")
        }
        guard 0...2 * TokenUsage.tokensMax ~= call.estimatedTokens ?? 0 else {
            return .invalid(field: "estimated_tokens", reason: "is \(call.estimatedTokens ?? 0), accepted is 0 or more")
        }
        return problem("model", call.model ?? "-") ?? problem("price_id", call.cost?.priceID ?? "-")
    }

    private static func problem(in context: CallContext) -> LedgerError? {
        problem("project_id", context.projectID) ?? problem("merge_request", context.mergeRequestIID)
            ?? problem("project", context.project, mayBeEmpty: true) ?? problem("user", context.user, mayBeEmpty: true)
            ?? problem("agent", context.agent) ?? problem("command", context.command) ?? problem("model", context.model)
    }

    private static func problem(_ field: String, _ number: Int?) -> LedgerError? {
        guard let number, !(0...999_999_999_999_999 ~= number) else { return nil }
        return .invalid(field: field, reason: "is \(number), accepted is 0 to 999999999999999")
    }

    private static func problem(_ field: String, _ text: String, mayBeEmpty: Bool = false) -> LedgerError? {
        if text.isEmpty, !mayBeEmpty { return .invalid(field: field, reason: "is empty") }
        guard text.utf8.count <= RowFormat.textBytesMax else {
            return .invalid(
                field: field,
                reason: "is \(text.utf8.count) bytes long, accepted are up to \(RowFormat.textBytesMax)")
        }
        return nil
    }
}

// MARK: What operators do

extension Core {
    /// Tokens one grant may give.
    static let grantMax = 1_000_000_000_000

    private mutating func grant(_ tokens: Int, _ note: OperatorNote, _ reply: Reply<BudgetStatus>) throws(Postponed)
        -> Result<BudgetStatus, LedgerError>
    {
        if let problem = Self.problem(in: note) { return .failure(problem) }
        guard 1...Self.grantMax ~= tokens else {
            return .failure(.invalid(field: "tokens", reason: "is \(tokens), accepted is 1 to \(Self.grantMax)"))
        }
        if let failure { return .failure(.writeFailed(failure)) }
        let grant = Grant(tokens: tokens, day: books.today.day, author: note.author, reason: note.reason)
        books.transitions.append(.granted(grant))
        self.note(.entry(.granted(grant, at: books.latest)))
        pending.steps.append(.granted(grant, reply))
        want(.everything)
        throw .untilWritten
    }

    private mutating func resolve(
        _ id: String, _ call: CompletedCall, _ note: OperatorNote, _ reply: Reply<Booking>
    ) throws(Postponed) -> Result<Booked.Outcome, LedgerError> {
        if let problem = Self.problem(in: note) ?? resolvable(id) { return .failure(problem) }
        let audit = AuditItem.entry(.resolved(id, call, note, at: books.latest))
        do throws(Postponed) {
            let result = try settle(id, call, reply)
            if case .success(let outcome) = result, !outcome.wasRepeated { self.note(audit) }
            return result
        } catch {
            if case .untilWritten = error {
                self.note(audit)
                want(.everything)
            }
            throw error
        }
    }

    private mutating func resolve(_ id: String, _ note: OperatorNote, _ reply: Reply<Reservation>) throws(Postponed)
        -> Result<Reservation, LedgerError>
    {
        if let problem = Self.problem(in: note) ?? resolvable(id) { return .failure(problem) }
        let audit = AuditItem.entry(.resolved(id, nil, note, at: books.latest))
        do throws(Postponed) {
            return try release(id, certainlyNothingSpent: true, reply)
        } catch {
            if case .untilWritten = error {
                self.note(audit)
                want(.everything)
            }
            throw error
        }
    }

    /// Only what is unresolved is for an operator to end: what is open or dispatched still has somebody who will.
    private func resolvable(_ text: String) -> LedgerError? {
        guard let id = RecordID(text), let hold = books.live[id] else { return nil }
        let state = hold.reservation.state
        return state == .unresolved ? nil : .wrongState(id: text, state: state, operation: "resolved")
    }

    private static func problem(in note: OperatorNote) -> LedgerError? {
        problem("author", note.author) ?? problem("reason", note.reason)
    }
}

// MARK: What became of a batch

extension Core {
    /// Does what the steps of `batch` left for when its bytes are on the disk, or are known not to be.
    mutating func finish(_ batch: Batch, _ outcome: BatchOutcome, now: () -> Instant) {
        if batch.snapshot != nil, outcome.anyFailure == nil { journalStart = outcome.journalSize }
        journalSize = outcome.journalSize
        if outcome.auditFailure != nil { for item in batch.audits { note(item) } }
        for step in batch.steps { finish(step, outcome, answers: &batch.answers) }
        for operation in batch.deferred {
            if let answer = perform(operation, at: now()) { batch.answers.append(answer) }
        }
        if let newFailure = outcome.anyFailure {
            if failure == nil { books.events.append(.writeFailed(newFailure.description)) }
            failure = newFailure
        } else if failure != nil, batch.isAttempt {
            failure = nil
            let count = batch.steps.count { if case .bookedAtLast = $0 { true } else { false } }
            books.events.append(.recovered(records: count))
            // What came while the attempt was made.
            if !waiting.isEmpty { requeueWaiting() }
        }
    }

    private mutating func finish(_ step: Batch.Step, _ outcome: BatchOutcome, answers: inout [Answer]) {
        switch step {
        case .reserved(let id, let durability, let reply):
            books.update(id) { $0.unwrittenChanges -= 1 }
            if let failure = outcome.lineFailure, durability == .required || policy == .stop {
                books.withdraw(id)
                answers.append(.admission(reply, .failure(.writeFailed(failure))))
            } else if let hold = books.reservation(id) {
                answers.append(.admission(reply, .success(.granted(hold.reservation, hold.decision))))
            } else {
                answers.append(.admission(reply, .failure(.notFound(id: id.text))))
            }
        case .dispatched(let id, let reply):
            books.update(id) { $0.unwrittenChanges -= 1 }
            if let failure = outcome.lineFailure, policy == .stop {
                books.undoDispatch(id)
                answers.append(.reservation(reply, .failure(.writeFailed(failure))))
            } else if let hold = books.reservation(id) {
                answers.append(.reservation(reply, .success(hold.reservation)))
            } else {
                answers.append(.reservation(reply, .failure(.notFound(id: id.text))))
            }
        case .released(let id, let reply):
            if let failure = outcome.lineFailure {
                books.update(id) { $0.isReleasing = false }
                answers.append(.reservation(reply, .failure(.writeFailed(failure))))
            } else {
                answers.append(
                    .reservation(reply, books.release(id).map { .success($0) } ?? .failure(.notFound(id: id.text))))
            }
        case .booked(let booked, let reply):
            guard let failure = outcome.failure(of: booked.record.time.day.month) else {
                books.written(booked)
                answers.append(
                    .booking(reply, .success(Booked.Outcome(booked: booked, isDurable: true, wasRepeated: false))))
                return
            }
            if policy == .continue {
                answers.append(.booking(reply, keepInMemory(booked)))
            } else {
                books.withdraw(booked)
                answers.append(.booking(reply, .failure(.writeFailed(failure))))
            }
        case .bookedAtLast(let booked):
            if outcome.failure(of: booked.record.time.day.month) == nil {
                books.writtenAtLast(booked)
            } else {
                waiting.append(booked)
            }
        case .granted(let grant, let reply):
            if let failure = outcome.lineFailure {
                answers.append(.status(reply, .failure(.writeFailed(failure))))
            } else {
                books.add(grant)
                answers.append(.status(reply, .success(books.status)))
            }
        case .barrier(let reply): answers.append(.barrier(reply))
        }
    }

    /// Puts what waits in memory into the next batch, which is to find out whether the disk can be written again.
    mutating func requeueWaiting() {
        pending.isAttempt = true
        for booked in waiting { pending.steps.append(.bookedAtLast(booked)) }
        waiting.removeAll()
    }

    /// What is due now and then, `now` being nanoseconds of a clock that does not jump.
    mutating func keep(at now: UInt64) {
        if isClosed { return }
        if failure != nil {
            if !pending.isAttempt { requeueWaiting() }
            return
        }
        if now &- markSeen >= Self.markInterval, books.mayMark, books.mark != lastMark {
            markSeen = now
            lastMark = books.mark
            books.transitions.append(.marked(books.mark))
        }
        if !books.transitions.isEmpty || !audits.isEmpty { pending.isFlush = true }
    }

    /// The last that is due.
    mutating func finishKeeping() {
        if failure != nil {
            requeueWaiting()
        } else if books.mayMark, books.mark != lastMark {
            books.transitions.append(.marked(books.mark))
        }
        pending.isFlush = true
        pending.urgency = .everything
    }

    /// Whether the books can be kept.
    var health: LedgerHealth {
        if let damage { return .damaged(damage) }
        if let failure { return .failing(failure.description) }
        if let lowSpace {
            return .failing(
                LedgerError.lowSpace(availableBytes: lowSpace.availableBytes, floorBytes: lowSpace.floorBytes)
                    .description)
        }
        return .writable
    }
}
