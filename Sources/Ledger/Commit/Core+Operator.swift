import Budget
import JSON
import Platform
import UTCTime

extension Core {
    /// Grants that are in force, at most: a bound for memory.
    static let grantsMax = 10_000

    mutating func grant(
        _ amount: BudgetLimit, to name: String, _ scope: Scope?, _ note: OperatorNote, _ reply: Reply<BudgetStanding>
    ) throws(Postponed) -> Result<BudgetStanding, LedgerError> {
        if let problem = Self.problem(in: note) { return .failure(problem) }
        let given: BudgetGrant
        do throws(BudgetTextError) {
            given = try books.counters.grant(amount, to: name, scope)
        } catch {
            return .failure(.invalid(error))
        }
        guard books.grants.count < Self.grantsMax else {
            return .failure(.tooMany(what: "grants in force", limit: Self.grantsMax))
        }
        if let failure { return .failure(.writeFailed(failure)) }
        let grant = Grant(given, author: note.author, reason: note.reason)
        books.transitions.append(.granted(grant))
        self.note(.entry(.granted(grant, at: books.latest)))
        pending.steps.append(.granted(grant, reply))
        wantOperator()
        throw .untilWritten
    }

    mutating func resolve(
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
                wantOperator()
            }
            throw error
        }
    }

    mutating func resolve(_ id: String, _ note: OperatorNote, _ reply: Reply<Reservation>) throws(Postponed)
        -> Result<Reservation, LedgerError>
    {
        if let problem = Self.problem(in: note) ?? resolvable(id) { return .failure(problem) }
        let audit = AuditItem.entry(.resolved(id, nil, note, at: books.latest))
        do throws(Postponed) {
            return try release(id, certainlyNothingSpent: true, reply)
        } catch {
            if case .untilWritten = error {
                self.note(audit)
                wantOperator()
            }
            throw error
        }
    }

    mutating func wantOperator() {
        pending.hasOperator = true
        want(.everything)
    }

    /// Only what is unresolved is for an operator to end: what is open or dispatched still has somebody who will.
    func resolvable(_ text: String) -> LedgerError? {
        guard let id = RecordID(text), let hold = books.live[id] else { return nil }
        let state = hold.reservation.state
        return state == .unresolved ? nil : .wrongState(id: text, state: state, operation: "resolved")
    }

    static func problem(in note: OperatorNote) -> LedgerError? {
        problem("author", note.author) ?? problem("reason", note.reason)
    }
}
