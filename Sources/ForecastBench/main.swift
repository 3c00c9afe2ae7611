import Foundation
import Forecast
import UTCTime

// Prints how forecasts made at noon did on made-up histories beside simpler methods: the median error of a day's total.
//
// Usage: forecast-bench [tuning|verification] [SEEDS]

let arguments = CommandLine.arguments.dropFirst()
let sets: [(String, [SyntheticHistory])] = [
    ("tuning", SyntheticHistory.tuning), ("verification", SyntheticHistory.verification),
].filter { arguments.isEmpty || arguments.first == $0.0 }
let seeds = max(1, UInt64(arguments.dropFirst().first ?? "") ?? 5)
for (name, histories) in sets {
    print(Comparison.heading(name))
    for history in histories { print(Comparison(history, seeds: seeds).line) }
}
