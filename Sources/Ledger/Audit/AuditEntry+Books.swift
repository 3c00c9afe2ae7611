import Budget
import JSON
import UTCTime

// What the books note of themselves. Settlements are rows and are not said twice.

extension AuditEntry {
    static func reserved(_ hold: Hold, at time: Instant) -> AuditEntry {
        AuditEntry(
            time: time, event: "reserved",
            fields: [
                ("reservation", .string(hold.reservation.id)), ("tokens", .integer(hold.reservation.tokens)),
                ("decision", .string(hold.decision.rawValue)),
            ] + fields(of: hold.reservation.context))
    }

    static func refused(_ request: ReservationRequest, _ refusal: Refusal, at time: Instant) -> AuditEntry {
        AuditEntry(
            time: time, event: "refused",
            fields: [
                ("budget", .string(refusal.budget)), ("tokens", .integer(request.estimatedTokens)),
                ("used", .integer(refusal.usedTokens)), ("held", .integer(refusal.heldTokens)),
                ("limit", .integer(refusal.limitTokens)), ("unit", .string(refusal.unit.rawValue)),
                ("scope", .string(refusal.cause.scope.description)),
                ("refused_because", .string(refusal.cause.reason.rawValue)),
            ] + fields(of: request.context))
    }

    /// A hold that is given back, or whose outcome is unknown; nil for other changes.
    static func changed(_ transition: Transition) -> AuditEntry? {
        switch transition {
        case .released(let id, let time): change("released", id, time)
        case .expired(let id, let time): change("expired", id, time)
        case .unresolved(let id, let time): change("unresolved", id, time)
        case .reserved, .dispatched, .settled, .marked, .granted: nil
        }
    }

    private static func change(_ event: String, _ id: RecordID, _ time: Instant) -> AuditEntry {
        AuditEntry(time: time, event: event, fields: [("reservation", .string(id.text))])
    }

    static func granted(_ grant: Grant, at time: Instant) -> AuditEntry {
        AuditEntry(
            time: time, event: "grant", actor: grant.author,
            fields: [
                ("budget", .string(grant.given.budget)), ("scope", .string(grant.given.scope.description)),
                (grant.given.amount.unit == .tokens ? "tokens" : "micro_usd", .integer(grant.given.amount.amount)),
                ("until", JSONValue(grant.given.until?.description)), ("reason", .string(grant.reason)),
            ])
    }

    static func resolved(_ id: String, _ call: CompletedCall?, _ note: OperatorNote, at time: Instant) -> AuditEntry {
        var fields: [(String, JSONValue)] = [("reservation", .string(id))]
        if let call {
            fields += [
                ("input_tokens", .integer(call.usage.inputTokens)),
                ("output_tokens", .integer(call.usage.outputTokens)),
            ]
        }
        fields += [("released", .bool(call == nil)), ("reason", .string(note.reason))]
        return AuditEntry(time: time, event: "resolve", actor: note.author, fields: fields)
    }

    /// The rule in force from here on: a limit that was changed is seen by comparing two of these.
    static func opened(_ budget: DailyBudget, at time: Instant) -> AuditEntry {
        AuditEntry(
            time: time, event: "opened",
            fields: [
                ("budget", .string(DailyBudget.name)), ("enabled", .bool(budget.isEnabled)),
                ("limit", .integer(budget.limitTokens)), ("warn", .integer(budget.warningThresholdTokens)),
                ("enforcement", .string(budget.enforcement.rawValue)),
            ])
    }

    /// Something that people should hear of; nil for what is no alert, or is told as a change of its reservation.
    static func alert(_ event: LedgerEvent, at time: Instant) -> AuditEntry? {
        let fields: [(String, JSONValue)]
        switch event {
        case .warningThresholdPassed(let status):
            fields = [
                ("alert", "warning_threshold"), ("used", .integer(status.totalTokens)),
                ("limit", .integer(status.limitTokens)),
            ]
        case .largeReview(let record, let percent):
            fields = [
                ("alert", "large_review"), ("usage_id", .string(record.usageID)), ("percent", .integer(percent)),
            ]
        case .writeFailed(let reason): fields = [("alert", "write_failed"), ("reason", .string(reason))]
        case .lowSpace(let available, let floor):
            fields = [
                ("alert", "low_space"), ("available_bytes", .integer(available)), ("floor_bytes", .integer(floor)),
            ]
        case .recovered(let records): fields = [("alert", "recovered"), ("records", .integer(records))]
        case .clockBehind(let milliseconds):
            fields = [("alert", "clock_behind"), ("milliseconds", .integer(milliseconds))]
        case .dayChanged, .unresolved: return nil
        }
        return AuditEntry(time: time, event: "alert", fields: fields)
    }

    private static func fields(of context: CallContext) -> [(String, JSONValue)] {
        [
            ("project", .string(context.project)), ("merge_request", JSONValue(context.mergeRequestIID)),
            ("user", .string(context.user)), ("agent", .string(context.agent)), ("command", .string(context.command)),
            ("model", .string(context.model)),
        ]
    }
}
