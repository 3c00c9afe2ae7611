import Budget
import JSON
import Platform
import UTCTime

extension Core {
    /// Reservations that are looked at to say which reviews hold what a refused call would need.
    static let holdersSeenMax = 10_000

    // Refusals in order of precedence: invalid fields, a conflict with an earlier request, damage, the budget, too many
    // reservations, low space, a disk that cannot be written.
    mutating func reserve(
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
        if let damage, books.counters.isEnabled,
            books.counters.set.budgets.contains(where: { $0.enforcement == .block })
        {
            return .failure(.damaged(reason: damage))
        }
        if books.counters.isShort(for: request), let error = try countMergeRequests() { return .failure(error) }
        let verdict = books.counters.verdict(on: request, at: books.latest)
        if case .refuse(let cause) = verdict {
            var refusal = Refusal(cause)
            refusal.holders = books.counters.holders(
                of: cause, among: books.live.values.lazy.map(\.reservation).prefix(Self.holdersSeenMax),
                project: request.context.project)
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
        let decision = verdict.decision
        let hold = books.hold(request, decision: decision)
        note(.reserved(hold, books.latest))
        if failure != nil { return .success(.granted(hold.reservation, decision)) }
        books.update(hold.id) { $0.unwrittenChanges += 1 }
        pending.steps.append(.reserved(hold.id, durability, reply))
        want(.lines)
        throw .untilWritten
    }

    mutating func dispatch(_ text: String, _ reply: Reply<Reservation>) throws(Postponed)
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

    mutating func release(
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

    mutating func markUnresolved(_ text: String) throws(Postponed) -> Result<Reservation, LedgerError> {
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

    func closedError(_ id: RecordID, _ operation: String) -> LedgerError {
        if books.unwritten[id] != nil { return .wrongState(id: id.text, state: .settled, operation: operation) }
        return switch books.closed[id] {
        case .booked: .wrongState(id: id.text, state: .settled, operation: operation)
        case .released: .wrongState(id: id.text, state: .released, operation: operation)
        case .expired: .expired(id: id.text)
        case nil: .notFound(id: id.text)
        }
    }

    /// Whether the row of `id` is on its way to the disk, and not waiting for it to become writable.
    func isBeingWritten(_ id: RecordID) -> Bool {
        books.unwritten[id] != nil && !waiting.contains { $0.id == id }
    }

    static func problem(in request: ReservationRequest) -> LedgerError? {
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
