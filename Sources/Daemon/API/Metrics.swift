import Budget
import Queue
import Synchronization
import UTCTime

/// What the daemon has counted since it started.
package final class Metrics: Sendable {
    /// The counters, by name and label.
    package enum Counter: Hashable, Sendable {
        /// Deliveries by what became of them: `queued`, `ignored`, `duplicate`, `rejected` (401), `refused` (503).
        case deliveries(status: String)
        /// Reviews by how they ended, and each time that one was blocked.
        case reviews(outcome: String)
        /// Reviews that were put off because something did not work.
        case retries
        /// Tokens that calls had been estimated to use.
        case estimatedTokens
        /// Tokens that the same calls used.
        case actualTokens
        /// Calls whose outcome is unknown.
        case unresolvedCalls
    }

    private let counts = Mutex<[Counter: Int]>([:])

    /// All counters at zero.
    package init() {}

    /// Adds `amount` to `counter`.
    package func add(_ amount: Int = 1, to counter: Counter) {
        counts.withLock { counts in
            let (sum, overflow) = counts[counter, default: 0].addingReportingOverflow(amount)
            counts[counter] = overflow ? 0 : sum
        }
    }

    /// The value of `counter`.
    package func value(_ counter: Counter) -> Int { counts.withLock { $0[counter, default: 0] } }

    fileprivate func snapshot() -> [Counter: Int] { counts.withLock { $0 } }
}

/// One family of the Prometheus text format (version 0.0.4).
struct MetricFamily {
    /// What kind of number it is.
    enum Kind: String {
        case counter
        case gauge
        case histogram
    }

    let name: String
    let kind: Kind
    let help: String
    /// Label text such as `{status="queued"}`, behind `_bucket` and its like for a histogram, empty for none, and the value.
    let samples: [(labels: String, value: String)]

    init(_ name: String, _ kind: Kind, _ help: String, _ samples: [(labels: String, value: String)]) {
        self.name = name
        self.kind = kind
        self.help = help
        self.samples = samples
    }

    /// A family of one number.
    init(_ name: String, _ kind: Kind, _ help: String, _ value: Int) {
        self.init(name, kind, help, [("", String(value))])
    }

    /// The family as text.
    var text: String {
        samples.reduce("# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n") {
            $0 + "\(name)\($1.labels) \($1.value)\n"
        }
    }
}

extension Metrics {
    /// The families of the counters.
    var families: [MetricFamily] {
        let counts = snapshot()
        func labelled(_ label: String, _ names: [String], _ counter: (String) -> Counter) -> [(
            labels: String, value: String
        )] {
            names.map { ("{\(label)=\"\($0)\"}", String(counts[counter($0), default: 0])) }
        }
        return [
            MetricFamily(
                "bursar_deliveries_total", .counter, "Webhook deliveries by what became of them.",
                labelled("status", ["queued", "ignored", "duplicate", "rejected", "refused"]) {
                    .deliveries(status: $0)
                }),
            MetricFamily(
                "bursar_reviews_total", .counter, "Reviews by how they ended.",
                labelled("outcome", JobResult.Outcome.allCases.map(\.rawValue)) { .reviews(outcome: $0) }),
            MetricFamily(
                "bursar_review_retries_total", .counter, "Times a review was put off because something did not work.",
                counts[.retries, default: 0]),
            MetricFamily(
                "bursar_estimated_tokens_total", .counter, "Tokens that settled calls had been estimated to use.",
                counts[.estimatedTokens, default: 0]),
            MetricFamily(
                "bursar_actual_tokens_total", .counter, "Tokens that the same calls used.",
                counts[.actualTokens, default: 0]),
            MetricFamily(
                "bursar_unresolved_calls_total", .counter, "Model calls whose outcome is unknown.",
                counts[.unresolvedCalls, default: 0]),
        ]
    }
}

extension BudgetStatus {
    /// The families of the daily budget.
    var families: [MetricFamily] {
        [
            MetricFamily(
                "bursar_budget_enabled", .gauge, "1 when calls are checked against the budget.", isEnabled ? 1 : 0),
            MetricFamily("bursar_budget_limit_tokens", .gauge, "Tokens the day may use.", limitTokens),
            MetricFamily("bursar_budget_used_tokens", .gauge, "Tokens settled today (UTC).", totalTokens),
            MetricFamily("bursar_budget_held_tokens", .gauge, "Tokens held by reservations.", heldTokens),
            MetricFamily(
                "bursar_budget_remaining_tokens", .gauge, "Tokens left of the limit after what is settled.",
                remainingTokens),
            MetricFamily("bursar_budget_requests", .gauge, "Model calls booked today (UTC).", requestCount),
            MetricFamily(
                "bursar_budget_resets_timestamp_seconds", .gauge, "When the budget resets.", Int(resetsAt.seconds)),
            MetricFamily(
                "bursar_budget_level", .gauge, "1 for the level the budget is at.",
                BudgetLevel.allCases.map { ("{level=\"\($0.rawValue)\"}", $0 == level ? "1" : "0") }),
        ]
    }
}
