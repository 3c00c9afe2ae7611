import Budget
import Ledger
import Synchronization

/// What the records since the start add up to, for Prometheus: by model and by project, as many of each as are named
/// below. Those that come later are counted together as `other`.
final class UsageCounters: Sendable {
    /// Models that are counted apart.
    static let modelsMax = 50
    /// Projects that are counted apart.
    static let projectsMax = 200
    /// Upper bounds of the buckets of a call's duration, in seconds.
    static let bucketSeconds = [1, 2, 5, 10, 20, 30, 60, 120, 300]

    private struct Sums {
        var calls = 0
        var inputTokens = 0
        var outputTokens = 0
        var cacheWriteTokens = 0
        var cacheReadTokens = 0
        var costMicroUSD = 0
        var unpricedCalls = 0

        var tokens: [(kind: String, count: Int)] {
            [
                ("input", inputTokens), ("output", outputTokens), ("cache_write", cacheWriteTokens),
                ("cache_read", cacheReadTokens),
            ]
        }

        mutating func add(_ record: UsageRecord) {
            calls &+= 1
            inputTokens = UsageCounters.sum(inputTokens, record.usage.inputTokens)
            outputTokens = UsageCounters.sum(outputTokens, record.usage.outputTokens)
            cacheWriteTokens = UsageCounters.sum(cacheWriteTokens, record.usage.cacheWriteTokens)
            cacheReadTokens = UsageCounters.sum(cacheReadTokens, record.usage.cacheReadTokens)
            guard let cost = record.cost else { return unpricedCalls &+= 1 }
            costMicroUSD = UsageCounters.sum(costMicroUSD, Int(cost.amount.value))
        }
    }

    private struct State {
        var models: [String: Sums] = [:]
        var projects: [String: Sums] = [:]
        var buckets = [Int](repeating: 0, count: UsageCounters.bucketSeconds.count + 1)
        var durationMilliseconds = 0
    }

    private let state = Mutex(State())

    /// Counts `news` of the books.
    func count(_ news: RecordNews) {
        state.withLock { state in
            for record in news.records {
                state.models[Self.label(record.context.model, state.models, Self.modelsMax), default: Sums()].add(
                    record)
                state.projects[Self.label(record.context.project, state.projects, Self.projectsMax), default: Sums()]
                    .add(record)
                let milliseconds = record.durationMilliseconds
                state.buckets[
                    Self.bucketSeconds.firstIndex { milliseconds <= $0 * 1000 } ?? Self.bucketSeconds.count] += 1
                state.durationMilliseconds = Self.sum(state.durationMilliseconds, milliseconds)
            }
        }
    }

    private static func label(_ name: String, _ known: [String: Sums], _ countMax: Int) -> String {
        let name = name.isEmpty ? "none" : name
        return known[name] != nil || known.count < countMax ? name : "other"
    }

    /// A counter that has grown past the largest number begins anew, as Prometheus expects of one that does.
    private static func sum(_ left: Int, _ right: Int) -> Int {
        let (sum, overflow) = left.addingReportingOverflow(right)
        return overflow ? 0 : sum
    }

    // MARK: Exposition

    /// The families, in the order of their names.
    var families: [MetricFamily] {
        let state = self.state.withLock { $0 }
        return Self.families(of: state.models, "model") + Self.families(of: state.projects, "project") + [
            Self.duration(state)
        ]
    }

    private static func families(of sums: [String: Sums], _ label: String) -> [MetricFamily] {
        let sorted = sums.sorted { $0.key < $1.key }
        func samples(_ value: (Sums) -> String) -> [(labels: String, value: String)] {
            sorted.map { ("{\(label)=\"\(escaped($0.key))\"}", value($0.value)) }
        }
        var tokens: [(labels: String, value: String)] = []
        for (name, sums) in sorted {
            for (kind, count) in sums.tokens {
                tokens.append(("{\(label)=\"\(escaped(name))\",kind=\"\(kind)\"}", String(count)))
            }
        }
        return [
            MetricFamily(
                "bursar_\(label)_calls_total", .counter, "Model calls booked since the start, by \(label).",
                samples { String($0.calls) }),
            MetricFamily(
                "bursar_\(label)_tokens_total", .counter,
                "Tokens booked since the start, by \(label); those of the cache are part of the input.", tokens),
            MetricFamily(
                "bursar_\(label)_cost_usd_total", .counter,
                "US dollars booked since the start, by \(label), as far as prices are known.",
                // What is not known is not there: zero would be a lie.
                sorted.filter { $0.value.unpricedCalls < $0.value.calls }.map {
                    ("{\(label)=\"\(escaped($0.key))\"}", MicroUSD(Int64($0.value.costMicroUSD)).description)
                }),
            MetricFamily(
                "bursar_\(label)_unpriced_calls_total", .counter,
                "Model calls booked since the start whose price is unknown, by \(label).",
                samples { String($0.unpricedCalls) }),
        ]
    }

    private static func duration(_ state: State) -> MetricFamily {
        var samples: [(labels: String, value: String)] = []
        var count = 0
        for (index, bucket) in state.buckets.enumerated() {
            count += bucket
            let bound = index < bucketSeconds.count ? String(bucketSeconds[index]) : "+Inf"
            samples.append(("_bucket{le=\"\(bound)\"}", String(count)))
        }
        let milliseconds = String(state.durationMilliseconds % 1000 + 1000).dropFirst()
        samples += [("_sum", "\(state.durationMilliseconds / 1000).\(milliseconds)"), ("_count", String(count))]
        return MetricFamily(
            "bursar_call_duration_seconds", .histogram, "How long the model calls booked since the start took.", samples
        )
    }

    /// A label's value as the text format has it.
    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
