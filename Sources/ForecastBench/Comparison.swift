import Forecast
import Foundation
import UTCTime

/// The errors of all methods on one made-up history, over several seeds.
struct Comparison {
    let line: String

    static func heading(_ name: String) -> String {
        row([
            "\(name) histories", "days", "ours", "rate", "lw rest", "lw shape", "ours/rate", "inside", "week", "month",
            "m rate",
        ])
    }

    /// Runs each seed of `history` and takes the mean of the medians.
    init(_ history: SyntheticHistory, seeds: UInt64) {
        var days = 0
        var inside = 0
        var errors: [Backtest.Errors] = []
        var ahead: [Horizon: [Double]] = [:]
        var naive: [Double] = []
        var aheadInside: [Horizon: (Int, Int)] = [:]
        for seed in 1...seeds {
            // 2024-12-30 is a Monday.
            guard let first = Day(year: 2024, month: 12, day: 30) else { continue }
            let all = history.hours(seed: seed, from: first)
            let last = first.adding(days: history.dayCount - 1)
            let whole = UsageHistory(hours: all, now: last.adding(days: 1).start)
            let result = Forecaster(whole, .tokens).backtest(atHour: 12, days: 400)
            days += result.dayCount
            inside += result.insideCount
            if let found = result.errors { errors.append(found) }
            for index in stride(from: 40, to: history.dayCount - 31, by: 5) {
                let day = first.adding(days: index)
                let now = day.start.adding(seconds: 43_200)
                let known = all.filter { ($0.day, $0.hour) < (day, 12) }
                let forecaster = Forecaster(UsageHistory(hours: known, now: now), .tokens)
                for horizon in [Horizon.week, .month] {
                    guard let estimate = forecaster.outlook(horizon).estimate else { continue }
                    let period = horizon.firstDay(of: day)...horizon.lastDay(from: day)
                    let actual = all.filter { period.contains($0.day) }.map(\.tokens).reduce(0, +)
                    guard actual > 0 else { continue }
                    ahead[horizon, default: []].append(abs(Double(estimate.expected - actual)) / Double(actual))
                    let isInside = estimate.low...estimate.high ~= actual
                    let count = aheadInside[horizon] ?? (0, 0)
                    aheadInside[horizon] = (count.0 + (isInside ? 1 : 0), count.1 + 1)
                    if horizon == .month {
                        let sofar = known.filter { period.contains($0.day) }.map(\.tokens).reduce(0, +)
                        let gone = Double(day.number - period.lowerBound.number) + 0.5
                        let rate = Double(sofar) / gone * Double(day.month.dayCount)
                        naive.append(abs(rate - Double(actual)) / Double(actual))
                    }
                }
            }
        }
        func mean(_ path: KeyPath<Backtest.Errors, Int>) -> Double {
            errors.isEmpty ? 0 : Double(errors.map { $0[keyPath: path] }.reduce(0, +)) / Double(errors.count) / 10
        }
        func middle(_ values: [Double]?) -> String {
            guard let sorted = values?.sorted(), !sorted.isEmpty else { return "-" }
            return Self.percent(sorted[sorted.count / 2] * 100)
        }
        func share(_ horizon: Horizon) -> String {
            aheadInside[horizon].map { " (\($0.0 * 100 / max(1, $0.1)))" } ?? ""
        }
        let ratio = mean(\.rateSoFar) > 0 ? mean(\.forecast) / mean(\.rateSoFar) : 0
        line = Self.row([
            history.name, String(days), Self.percent(mean(\.forecast)), Self.percent(mean(\.rateSoFar)),
            Self.percent(mean(\.lastWeekRest)), Self.percent(mean(\.lastWeekShape)), String(format: "%.2f", ratio),
            Self.percent(days > 0 ? Double(inside) * 100 / Double(days) : 0), middle(ahead[.week]) + share(.week),
            middle(ahead[.month]) + share(.month), middle(naive),
        ])
    }

    private static func percent(_ value: Double) -> String { String(format: "%.1f", value) }

    private static func row(_ cells: [String]) -> String {
        cells.enumerated().map { index, cell in
            let padding = String(repeating: " ", count: max(0, (index == 0 ? 24 : 10) - cell.count))
            return index == 0 ? cell + padding : padding + cell
        }.joined(separator: " ")
    }
}
