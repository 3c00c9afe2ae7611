import Budget
import JSON
import Platform
import Synchronization

// `budgets.json` as others write it.

extension Engine {
    /// Puts in force what somebody else wrote into `budgets.json`. What cannot be used is told, and what is in force stays.
    func adoptBudgets() {
        let round = watch.withLock { $0.round }
        let contents = BudgetsFile.contents(layout.budgets, calls)
        switch watch.withLock({ $0.look(contents, in: round) }) {
        case .same: return
        case .unusable(let reason): refuseBudgets(reason)
        case .changed(let set):
            guard core.withLock({ $0.budgetsOnFile != set }) else { return }
            do throws(LedgerError) {
                _ = try wait { .adoptBudgets(set, $0) }
                _ = watch.withLock { $0.isNews(nil) }
                log(.info, "budgets.json was changed, and is in force", ["budgets": String(set.budgets.count)])
            } catch {
                if case .closed = error { return }
                // What was written into it since is another matter, for the next look.
                guard BudgetsFile.contents(layout.budgets, calls) == contents else {
                    return watch.withLock { $0.forget() }
                }
                // What is wrong with the set itself is not tried again; what is wrong with the disk is.
                if case .invalid = error {} else { watch.withLock { $0.forget() } }
                refuseBudgets(error.description)
            }
        }
    }

    /// Remembers what `batch` wrote into `budgets.json`, before anybody is told.
    func noteBudgets(of batch: Batch, _ outcome: BatchOutcome) {
        guard let change = batch.budgets, !change.isWritten, let file = change.file, case .success? = outcome.counters
        else { return }
        watch.withLock { $0.note(written: BudgetsFile.bytes(file)) }
    }

    private func refuseBudgets(_ reason: String) {
        guard watch.withLock({ $0.isNews(reason) }) else { return }
        log(.error, "budgets.json cannot be used; the budgets in force stay", ["reason": reason])
        core.withLock { core in
            core.note(
                .entry(
                    AuditEntry(
                        time: core.books.latest, event: "budgets_refused", actor: BudgetsFile.name,
                        fields: [("reason", .string(reason))])))
        }
    }
}
