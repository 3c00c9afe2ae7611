public import Budget
import Platform
import UTCTime

/// A budget with its rule, its counters, and what operators added to it for the current period.
public struct BudgetFigures: Sendable, Equatable {
    /// What it is called.
    public var name: String
    /// What it counts: `all` projects and users.
    public var scope: String
    /// How long a period is: `day`.
    public var period: String
    /// The rule as it was set, without grants.
    public var rule: DailyBudget
    /// The counters of the current period; its limit has the grants in it.
    public var status: BudgetStatus
    /// More tokens for the current period, the first first.
    public var grants: [Grant]

    /// Tokens granted for the current period.
    public var grantedTokens: Int { max(0, status.limitTokens - rule.limitTokens) }
}

extension Books {
    /// Every budget there is.
    var budgets: [BudgetFigures] {
        [
            BudgetFigures(
                name: DailyBudget.name, scope: "all", period: "day", rule: base, status: status,
                grants: grants.filter { $0.given.budget == DailyBudget.name && $0.given.counts(at: latest) })
        ]
    }
}

/// Who has the books of a directory open, by the note in the lock.
public struct BooksHolder: Sendable, Equatable {
    /// The process.
    public let pid: Int
    /// Where it answers, when it does: `http://127.0.0.1:8000`.
    public let address: String?

    /// Reads the note in `directory`; nil without one. The note alone does not say that the process is still there.
    public static func noted(in directory: String) -> BooksHolder? {
        guard case .held(let pid, let address)? = LockNote.read(LedgerLayout(directory: directory).lock, calls: .system)
        else { return nil }
        return BooksHolder(pid: pid, address: address)
    }

    /// Whoever has the books in `directory` open at this moment; nil when nobody has, whatever note a killed one left.
    public static func present(in directory: String) -> BooksHolder? {
        guard let noted = noted(in: directory),
            LedgerLayout(directory: directory).isHeld(calls: .system)
        else { return nil }
        return noted
    }
}

extension LedgerLayout {
    /// Whether a process has the lock of the books. Finds out by taking it, and gives it back at once.
    func isHeld(calls: FileCalls) -> Bool {
        guard case .success(let found) = calls.status(lock), found.kind == .file else { return false }
        do throws(DirectoryLockError) {
            _ = try DirectoryLock.taking(lock, calls: calls)
            return false
        } catch {
            if case .taken = error { return true }
            return false
        }
    }
}
