import Budget
package import HTTPClient
import JSON
package import Ledger
package import Platform
package import UTCTime

/// The daily budget as the daemon has it that holds the books open: its settings may be others than those that a command
/// reads in its own environment.
package struct DaemonRule: Sendable, Equatable {
    /// The day it is of.
    let day: Day
    /// Whether calls are checked at all.
    let isEnabled: Bool
    /// Tokens of that day, grants included.
    let limitTokens: Int
    /// How near the limit the day is.
    let level: BudgetLevel

    /// What came of asking.
    package enum Answer: Sendable, Equatable {
        /// No daemon has the books open.
        case nobody
        /// One has, and this is its rule.
        case rule(DaemonRule)
        /// One is said to have them and does not say its rule, for this reason.
        case silent(String)

        /// The rule; nil without one.
        package var rule: DaemonRule? {
            guard case .rule(let rule) = self else { return nil }
            return rule
        }
    }

    /// Seconds that an answer is waited for.
    static let patienceSeconds = 2.0

    /// Asks the daemon that has the books of `directory` open, over its open `GET /budget/status`.
    package static func ask(
        _ directory: String, transport: any HTTPTransport = URLSessionTransport()
    ) async -> Answer {
        guard let address = BooksHolder.noted(in: directory)?.address else { return .nobody }
        let request = ClientRequest(
            url: address + "/budget/status", deadlineSeconds: patienceSeconds, answerBytesMax: 64 << 10)
        do throws(HTTPClientError) {
            let answer = try await transport.send(request)
            guard answer.isSuccess, let value = try? JSONValue(parsing: answer.body), let rule = DaemonRule(value)
            else {
                return .silent("the daemon at \(address) answered \(answer.status) without figures")
            }
            return .rule(rule)
        } catch {
            // The note of one that was killed stays behind; nobody listens there any more.
            return error.cause == .unreachable ? .nobody : .silent("the daemon at \(address) does not answer: \(error)")
        }
    }

    init?(_ value: JSONValue) {
        guard let isEnabled = value["enabled"]?.bool, let stats = value["stats"],
            let day = stats["date"]?.string.flatMap({ Day($0) }), let limit = stats["budget_limit"]?.integer,
            let level = value["level"]?.string.flatMap({ BudgetLevel(rawValue: $0) })
        else { return nil }
        self.day = day
        self.isEnabled = isEnabled
        limitTokens = limit
        self.level = level
    }
}

extension LedgerConfiguration {
    /// The figures at `now` as the files have them, with the daily budget as `rule` has it; nil: as it is configured here.
    package func snapshot(
        at now: Instant, under rule: DaemonRule?, calls: FileCalls = .system
    ) throws(POSIXFailure) -> LedgerSnapshot {
        var snapshot = try LedgerReader(self, calls: calls).snapshot(at: now)
        guard let rule, rule.day == snapshot.status.day else { return snapshot }
        if rule.limitTokens != snapshot.status.limitTokens || rule.isEnabled != snapshot.status.isEnabled {
            let granted = snapshot.budgets.first { $0.name == DailyBudget.name }?.grantedTokens ?? 0
            var other = self
            other.budget.isEnabled = rule.isEnabled
            other.budget.limitTokens = max(0, rule.limitTokens - granted)
            snapshot = try LedgerReader(other, calls: calls).snapshot(at: now)
        }
        snapshot.status.level = rule.level
        return snapshot
    }
}
