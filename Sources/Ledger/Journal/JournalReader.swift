import Budget
import Journal
import UTCTime

/// One line of the journal, read and checked.
struct JournalLine: Equatable {
    let sequence: Int
    let time: Instant
    let entry: JournalEntry

    /// Reads `bytes`, which come without their line break.
    init(parsing bytes: UnsafeBufferPointer<UInt8>) throws(JournalError) {
        let line = try SealedLine(parsing: bytes)
        sequence = line.sequence
        time = line.time
        var fields = line.fields
        let verb = try fields.text()
        switch verb {
        case "begin": entry = .begin(version: try fields.number())
        case "reserved": entry = .transition(.reserved(try Self.hold(&fields, state: .open, dispatchedAt: nil)))
        case "dispatched": entry = .transition(.dispatched(try fields.id(), time))
        case "released": entry = .transition(.released(try fields.id(), time))
        case "expired": entry = .transition(.expired(try fields.id(), time))
        case "unresolved": entry = .transition(.unresolved(try fields.id(), time))
        case "settled": entry = .transition(.settled(try fields.id(), time))
        case "hold":
            guard let state = ReservationState(rawValue: try fields.text()) else {
                throw JournalError(reason: "a hold has no state")
            }
            let dispatched = try fields.optionalNumber().map { Instant(milliseconds: Int64($0)) }
            entry = .hold(try Self.hold(&fields, state: state, dispatchedAt: dispatched))
        case "gone":
            let reason = try fields.text()
            guard reason == "expired" || reason == "released" else {
                throw JournalError(reason: "a hold is gone for no reason")
            }
            let dispatched = try fields.optionalNumber().map { Instant(milliseconds: Int64($0)) }
            entry = .gone(
                try Self.hold(&fields, state: .released, dispatchedAt: dispatched), wasExpired: reason == "expired")
        case "mark": entry = .mark(try Self.mark(&fields))
        case "granted": entry = .grant(try Self.grant(&fields))
        case "grant":
            // Of before there were other budgets: tokens of the daily one, for a day.
            guard let amount = BudgetLimit(try fields.number(), .tokens) else {
                throw JournalError(reason: "a grant has no amount")
            }
            let until = try fields.day().adding(days: 1).start
            entry = .grant(
                Grant(
                    BudgetGrant(budget: DailyBudget.name, scope: .all, amount: amount, until: until),
                    author: try fields.text(), reason: try fields.text()))
        default: throw JournalError(reason: "\"\(verb)\" is nothing that happens")
        }
        guard fields.isAtEnd else { throw JournalError(reason: "the line has too many fields") }
    }

    private static func hold(
        _ fields: inout JournalFields, state: ReservationState, dispatchedAt: Instant?
    ) throws(JournalError) -> Hold {
        let id = try fields.id()
        let tokens = try fields.number()
        guard tokens >= 0, let decision = Decision(rawValue: try fields.text()) else {
            throw JournalError(reason: "a hold has no decision")
        }
        let seconds = try fields.number()
        let created = Instant(milliseconds: Int64(try fields.number()))
        let expires = Instant(milliseconds: Int64(try fields.number()))
        let context = CallContext(
            projectID: try fields.optionalNumber(), project: try fields.text(),
            mergeRequestIID: try fields.optionalNumber(), user: try fields.text(), agent: try fields.text(),
            command: try fields.text(), model: try fields.text())
        let key = try fields.text()
        // Lines of before there were budgets in money end here.
        let microUSD = fields.isAtEnd ? nil : try fields.optionalNumber()
        return Hold(
            id: id,
            reservation: Reservation(
                id: id.text, tokens: tokens, state: state, context: context, createdAt: created, expiresAt: expires,
                dispatchedAt: dispatchedAt, idempotencyKey: key.isEmpty ? nil : key, microUSD: microUSD),
            decision: decision, timeToLiveSeconds: seconds)
    }

    private static func grant(_ fields: inout JournalFields) throws(JournalError) -> Grant {
        let number = try fields.number()
        guard let unit = BudgetUnit(rawValue: try fields.text()), let amount = BudgetLimit(number, unit) else {
            throw JournalError(reason: "a grant has no amount")
        }
        let budget = try fields.text()
        guard let scope = try? Scope(counter: try fields.text()) else {
            throw JournalError(reason: "a grant has no scope")
        }
        let until = try fields.optionalNumber().map { Instant(milliseconds: Int64($0)) }
        return Grant(
            BudgetGrant(budget: budget, scope: scope, amount: amount, until: until), author: try fields.text(),
            reason: try fields.text())
    }

    private static func mark(_ fields: inout JournalFields) throws(JournalError) -> JournalMark {
        guard let oldest = Month(year: try fields.number(), month: try fields.number()),
            let month = Month(year: try fields.number(), month: try fields.number())
        else { throw JournalError(reason: "a mark has no month") }
        return JournalMark(
            oldestMonth: oldest, month: month, monthRows: try fields.number(), day: try fields.day(),
            inputTokens: try fields.number(),
            outputTokens: try fields.number(), requestCount: try fields.number())
    }
}

extension JournalFields {
    fileprivate mutating func id() throws(JournalError) -> RecordID {
        guard let id = RecordID(ascii: try next()) else { throw JournalError(reason: "an id was expected") }
        return id
    }

    fileprivate mutating func day() throws(JournalError) -> Day {
        guard let day = Day(try text()) else { throw JournalError(reason: "a day was expected") }
        return day
    }
}
