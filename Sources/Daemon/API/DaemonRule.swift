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
    /// Tokens of that day, grants included; at most `BudgetLimit.amountMax`.
    let limitTokens: Int
    /// Settled tokens from which on that day is remarked; at most `BudgetLimit.amountMax`.
    let warningThresholdTokens: Int
    /// What is done with a call that does not fit.
    let enforcement: Enforcement

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
        guard let address = BooksHolder.present(in: directory)?.address else { return .nobody }
        // The daemon is on this machine: no proxy has a part in it.
        ProxyExemption.add(hostOf: address)
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
            // It is just starting or ending.
            return error.cause == .unreachable ? .nobody : .silent("the daemon at \(address) does not answer: \(error)")
        }
    }

    /// Whatever listens there may say anything: a figure that no setting allows is none.
    init?(_ value: JSONValue) {
        guard let isEnabled = value["enabled"]?.bool, let stats = value["stats"],
            let day = stats["date"]?.string.flatMap({ Day($0) }), let limit = stats["budget_limit"]?.integer,
            let threshold = value["warning_threshold_tokens"]?.integer,
            let enforcement = value["enforcement"]?.string.flatMap({ Enforcement(rawValue: $0) }),
            0...BudgetLimit.amountMax ~= limit, 0...BudgetLimit.amountMax ~= threshold
        else { return nil }
        self.day = day
        self.isEnabled = isEnabled
        limitTokens = limit
        warningThresholdTokens = threshold
        self.enforcement = enforcement
    }

    /// The rule that becomes this one when `tokens` are granted.
    func base(granted tokens: Int) -> DailyBudget {
        var base = DailyBudget(
            isEnabled: isEnabled, limitTokens: max(0, limitTokens - tokens),
            warningThresholdTokens: warningThresholdTokens, enforcement: enforcement)
        // Beyond the base's own limit it would never have been reached: it moved.
        let hasMoved = warningThresholdTokens > base.limitTokens || threshold(of: base) != warningThresholdTokens
        guard tokens > 0, limitTokens > 0, hasMoved else { return base }
        // It moved with the limit: it was the same percentage of it.
        let percent = (Int128(warningThresholdTokens) * 100 + Int128(limitTokens) / 2) / Int128(limitTokens)
        base.warningThresholdTokens = Int(clamping: Int128(base.limitTokens) * percent / 100)
        if threshold(of: base) != warningThresholdTokens { base.warningThresholdTokens = warningThresholdTokens }
        return base
    }

    /// The threshold of `base` when grants make its limit this one.
    private func threshold(of base: DailyBudget) -> Int? {
        (try? base.definition)?.thresholds.first?.amount(ofLimit: limitTokens)
    }
}

extension LedgerConfiguration {
    /// The figures at `now` as the files have them, with the daily budget as `rule` has it; nil: as it is configured here.
    package func snapshot(
        at now: Instant, under rule: DaemonRule?, calls: FileCalls = .system
    ) throws(POSIXFailure) -> LedgerSnapshot {
        let snapshot = try LedgerReader(self, calls: calls).snapshot(at: now)
        guard let rule, rule.day == snapshot.status.day else { return snapshot }
        let granted = snapshot.budgets.first { $0.name == DailyBudget.name }?.grantedTokens ?? 0
        var other = self
        other.budget = rule.base(granted: granted)
        return other.budget == budget ? snapshot : try LedgerReader(other, calls: calls).snapshot(at: now)
    }
}
