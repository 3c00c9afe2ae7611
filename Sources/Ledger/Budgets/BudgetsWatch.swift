import Budget
import Glibc
import Platform

/// Notices that somebody else changed `budgets.json`: a person with an editor, or another tool.
///
/// The bytes are compared, not the time of the file: two changes within one tick of the clock are two changes. A file that
/// cannot be read may be half written, so it is told of only when it is found so twice.
struct BudgetsWatch: Sendable {
    /// What a look at the file found.
    enum Finding: Equatable {
        /// Nothing new.
        case same
        /// It says something that may not be in force.
        case changed(BudgetSet)
        /// It cannot be used; why.
        case unusable(String)
    }

    private var known: BudgetsFile.Contents?
    /// Whether what is known has been judged.
    private var isJudged = false
    private var lastRefusal: String?
    /// Counts the times that the file was written here: what was read before is old then.
    private(set) var round = 0

    /// Takes `found`, which was read in `round`, for what the file holds now.
    mutating func look(_ found: BudgetsFile.Contents, in round: Int) -> Finding {
        guard round == self.round else { return .same }
        let before = known
        if found == before, isJudged { return .same }
        known = found
        isJudged = true
        switch found {
        case .bytes(let bytes):
            do throws(BudgetTextError) {
                return .changed(try BudgetsFile.read(bytes))
            } catch {
                isJudged = found == before
                return isJudged ? .unusable(error.description) : .same
            }
        case .none:
            // Before the first look there need not have been one.
            return before == nil
                ? .same : .unusable("it is gone: write it again, or the next start knows of none of them")
        case .unusable(let reason): return .unusable(reason)
        }
    }

    /// Takes it that the file holds `bytes`, which were written here and are in force: whoever writes what it held before
    /// has changed it.
    mutating func note(written bytes: [UInt8]) {
        known = .bytes(bytes)
        isJudged = true
        lastRefusal = nil
        round &+= 1
    }

    /// Forgets what was seen: what it says could not be put in force, and is tried again.
    mutating func forget() { known = nil }

    /// Whether `reason` has not been told since something was put in force.
    mutating func isNews(_ reason: String?) -> Bool {
        defer { lastRefusal = reason }
        return reason != lastRefusal
    }
}

extension BudgetsFile {
    /// What the file holds.
    enum Contents: Sendable, Equatable {
        /// There is none.
        case none
        case bytes([UInt8])
        /// It cannot be read, or is too large; why.
        case unusable(String)
    }

    /// Reads the file at `path`.
    static func contents(_ path: String, _ calls: FileCalls) -> Contents {
        do throws(POSIXFailure) {
            let size = try calls.status(path).get().size
            guard size <= bytesMax else { return .unusable("it has \(size) bytes; accepted are \(bytesMax)") }
            return .bytes(try calls.contents(of: path))
        } catch {
            return error.code == ENOENT ? .none : .unusable(error.description)
        }
    }

    /// Why a file that is known to say `before` and holds `contents` is not to be replaced; nil: nothing is lost.
    static func obstacle(to before: BudgetSet, in contents: Contents) -> LedgerError? {
        switch contents {
        case .none: return nil
        case .unusable(let reason): return .invalid(field: name, reason: "cannot be used: \(reason)")
        case .bytes(let bytes):
            do throws(BudgetTextError) {
                guard try read(bytes) != before else { return nil }
                return .invalid(
                    field: name, reason: "was changed by somebody else just now; look at it, then try again")
            } catch {
                return .invalid(field: name, reason: "cannot be used, mend it first: \(error)")
            }
        }
    }
}
