import Budget
import JSON
import Platform
import UTCTime

extension Core {
    // Refusals in order of precedence: an unusable note, damage, a disk that cannot be written, what the change itself
    // does not allow. One change at a time: the next waits until the one before is in force or has failed.
    mutating func change(
        _ edit: BudgetEdit, _ note: OperatorNote, _ reply: Reply<BudgetSet>
    ) throws(Postponed) -> Result<BudgetSet, LedgerError> {
        if let problem = Self.problem(in: note) ?? obstacleToBudgets { return .failure(problem) }
        if isChangingBudgets { throw .untilRepeated }
        let edit = edit.completed(from: budgetsOnFile)
        do throws(BudgetTextError) {
            try begin(try budgetsOnFile.after(edit), [edit], note, isWritten: false, reply)
        } catch {
            return .failure(.invalid(error))
        }
        throw .untilWritten
    }

    /// Puts `set` in force, which somebody else wrote into `budgets.json`; nothing is done when it is in force already.
    mutating func adopt(_ set: BudgetSet, _ reply: Reply<BudgetSet>) throws(Postponed) -> Result<BudgetSet, LedgerError>
    {
        if let obstacleToBudgets { return .failure(obstacleToBudgets) }
        if isChangingBudgets { throw .untilRepeated }
        guard set != budgetsOnFile else { return .success(set) }
        let note = OperatorNote(author: BudgetsFile.name, reason: "the file was changed")
        do throws(BudgetTextError) {
            try begin(set, budgetsOnFile.edits(to: set), note, isWritten: true, reply)
        } catch {
            return .failure(.invalid(error))
        }
        throw .untilWritten
    }

    private var obstacleToBudgets: LedgerError? {
        damage.map { .damaged(reason: $0) } ?? failure.map { .writeFailed($0) }
    }

    private mutating func begin(
        _ file: BudgetSet, _ edits: [BudgetEdit], _ note: OperatorNote, isWritten: Bool, _ reply: Reply<BudgetSet>
    ) throws(BudgetTextError) {
        let all = Books.set(try configuredBudgets.joined(with: file), with: books.base)
        isChangingBudgets = true
        pending.budgets = PendingBudgets(
            before: budgetsOnFile, file: file, isWritten: isWritten, all: all,
            isShort: books.counters.isShort(for: all), reply: reply)
        for edit in edits { self.note(.entry(.changed(edit, note, at: books.latest))) }
        wantOperator()
    }

    /// Puts the budgets of `batch` in force, if they are on the disk. Called when everything else of the batch is done.
    mutating func finishBudgets(_ batch: Batch, _ outcome: BatchOutcome) {
        guard let change = batch.budgets else { return }
        isChangingBudgets = false
        let result: Result<BudgetSet, LedgerError>
        switch outcome.counters {
        case .success(var fresh)?:
            fresh.advance(to: books.latest)
            if change.isShort { countUnwritten(in: &fresh) }
            books.counters.replace(with: fresh)
            // The daily budget may have been set meanwhile.
            let current = Books.set(books.counters.set, with: books.base)
            if current != books.counters.set { books.counters.replace(with: Counters(current, at: books.latest)) }
            books.revision += 1
            budgetsOnFile = change.file ?? budgetsOnFile
            result = .success(budgetsOnFile)
        case .failure(let failure)?:
            result = .failure(failure)
        case nil:
            let failure = outcome.anyFailure ?? outcome.auditFailure
            result = .failure(failure.map { .writeFailed($0) } ?? .closed)
        }
        if let reply = change.reply {
            batch.answers.append(.budgets(reply, result))
        } else if case .failure(let error) = result {
            countingFailure = error
        }
    }

    /// Has each merge request counted over its whole life, from the rows and from what is held, and throws until that
    /// is done. The next request asks again after a failure, which is answered once.
    mutating func countMergeRequests() throws(Postponed) -> LedgerError? {
        if let failure { return .writeFailed(failure) }
        if let countingFailure {
            self.countingFailure = nil
            return countingFailure
        }
        guard !isChangingBudgets else { throw .untilRepeated }
        isChangingBudgets = true
        pending.budgets = PendingBudgets(
            before: budgetsOnFile, file: nil, isWritten: true, all: books.counters.set, isShort: true,
            countsMergeRequests: true, reply: nil)
        want(.lines)
        throw .untilRepeated
    }

    /// Counts what is not in the rows on the disk: holds, records on their way, and records that wait in memory.
    private func countUnwritten(in fresh: inout Counters) {
        for hold in books.live.values { fresh.putIn(hold, at: books.latest) }
        for step in pending.steps {
            guard case .booked(let booked, _) = step else { continue }
            if booked.wasLive, let hold = booked.hold { fresh.putIn(hold, at: books.latest) }
            fresh.hold(booked.arriving, for: booked.record.context)
        }
        let waiting =
            self.waiting + pending.steps.compactMap { if case .bookedAtLast(let one) = $0 { one } else { nil } }
        for booked in waiting {
            fresh.settle(CallAmount(booked.record), for: booked.record.context, at: booked.record.time)
            if booked.wasLive, let hold = booked.hold { fresh.putIn(hold, booked.remainder, at: books.latest) }
        }
    }
}

extension AuditEntry {
    static func changed(_ edit: BudgetEdit, _ note: OperatorNote, at time: Instant) -> AuditEntry {
        let (event, what): (String, (String, JSONValue)) =
            switch edit {
            case .set(let budget): ("budget_set", ("budget", BudgetsFile.json(budget)))
            case .remove(let name): ("budget_removed", ("budget", .string(name)))
            case .setTeam(let team), .setPeople(let team): ("team_set", ("team", BudgetsFile.json(team)))
            case .removeTeam(let name): ("team_removed", ("team", .string(name)))
            }
        return AuditEntry(
            time: time, event: event, actor: note.author, fields: [what, ("reason", .string(note.reason))])
    }
}
