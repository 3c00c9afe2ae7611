import Budget
import JSON
import Platform
import UTCTime

extension Core {
    mutating func settle(_ text: String, _ call: CompletedCall, _ reply: Reply<Booking>) throws(Postponed)
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

    mutating func record(
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

    static func conflict(_ booked: Booked, _ call: CompletedCall) -> LedgerError? {
        let model = call.model ?? booked.hold?.reservation.context.model ?? booked.record.context.model
        return booked.difference(from: call, model: model).map { .conflict(id: booked.record.usageID, field: $0) }
    }

    mutating func book(
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

    mutating func keepInMemory(_ booked: Booked) -> Result<Booked.Outcome, LedgerError> {
        guard waiting.count < Self.waitingMax else {
            books.withdraw(booked)
            return .failure(.tooMany(what: "records waiting for the disk", limit: Self.waitingMax))
        }
        books.keptInMemory(booked)
        waiting.append(booked)
        return .success(Booked.Outcome(booked: booked, isDurable: false, wasRepeated: false))
    }

    static func problem(in call: CompletedCall) -> LedgerError? {
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

    static func problem(in context: CallContext) -> LedgerError? {
        problem("project_id", context.projectID) ?? problem("merge_request", context.mergeRequestIID)
            ?? problem("project", context.project, mayBeEmpty: true) ?? problem("user", context.user, mayBeEmpty: true)
            ?? problem("agent", context.agent) ?? problem("command", context.command) ?? problem("model", context.model)
    }

    static func problem(_ field: String, _ number: Int?) -> LedgerError? {
        guard let number, !(0...999_999_999_999_999 ~= number) else { return nil }
        return .invalid(field: field, reason: "is \(number), accepted is 0 to 999999999999999")
    }

    static func problem(_ field: String, _ text: String, mayBeEmpty: Bool = false) -> LedgerError? {
        if text.isEmpty, !mayBeEmpty { return .invalid(field: field, reason: "is empty") }
        guard text.utf8.count <= RowFormat.textBytesMax else {
            return .invalid(
                field: field,
                reason: "is \(text.utf8.count) bytes long, accepted are up to \(RowFormat.textBytesMax)")
        }
        return nil
    }
}
