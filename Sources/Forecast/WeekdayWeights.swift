/// How much each past day says about a day: the later and the more alike its weekday, the more.
struct WeekdayWeights {
    /// The weight of each past day by age alone.
    let recency: [Double]
    /// `alike[a][b]`: how much a day of weekday `b` says about weekday `a`, 0 to 1.
    let alike: [[Double]]
    /// The average past day, weighted by age.
    let average: Double
    private let sums: [Double]
    private let counts: [Double]

    /// While a weekday has no history it is taken for as busy as the others of its kind (working days, weekend).
    private static let priorDays = 1.0
    private static let alikeMax = 0.8
    private static let alikeMin = 0.002
    private static let alikeUnknown = (sameKind: 0.5, otherKind: 0.03)
    /// The difference of two weekdays' averages, as a share of the larger, at which they stop being alike.
    private static let difference = 0.4

    /// Weights of past days with these `totals` and `weekdays` (0 for Monday), the latest last; age halves the weight
    /// every `halfLife` days. Today, or the day at hand, follows the last.
    init(totals: [Double], weekdays: [Int], halfLife: Double) {
        let count = totals.count
        var recency = [Double](repeating: 1, count: count)
        let step = pow2(-1 / halfLife)
        var weight = step
        for index in stride(from: count - 1, through: 0, by: -1) {
            recency[index] = weight
            weight *= step
        }
        var sums = [Double](repeating: 0, count: 7)
        var counts = sums
        for index in 0..<count {
            sums[weekdays[index]] += recency[index] * totals[index]
            counts[weekdays[index]] += recency[index]
        }
        let means = (0..<7).map { weekday -> Double? in
            let kind = (0..<7).filter { Self.isWeekend($0) == Self.isWeekend(weekday) }
            let kindCount = kind.map { counts[$0] }.reduce(0, +)
            guard kindCount > 0 else { return nil }
            let kindMean = kind.map { sums[$0] }.reduce(0, +) / kindCount
            return (sums[weekday] + Self.priorDays * kindMean) / (counts[weekday] + Self.priorDays)
        }
        alike = (0..<7).map { left in
            (0..<7).map { right in
                if left == right { return 1 }
                guard let a = means[left], let b = means[right] else {
                    return Self.isWeekend(left) == Self.isWeekend(right)
                        ? Self.alikeUnknown.sameKind : Self.alikeUnknown.otherKind
                }
                let apart = abs(a - b) / max(a, b, 1e-9) / Self.difference
                return max(Self.alikeMax * exponential(-apart * apart), Self.alikeMin)
            }
        }
        self.recency = recency
        self.sums = sums
        self.counts = counts
        let all = counts.reduce(0, +)
        average = all > 0 ? sums.reduce(0, +) / all : 0
    }

    /// The weight of each past day for a day of `weekday`.
    func weights(for weekday: Int, weekdays: [Int]) -> [Double] {
        zip(recency, weekdays).map { $0 * alike[weekday][$1] }
    }

    /// What a whole day of `weekday` uses on average.
    func mean(of weekday: Int) -> Double {
        var sum = 0.0
        var count = 0.0
        for other in 0..<7 {
            sum += alike[weekday][other] * sums[other]
            count += alike[weekday][other] * counts[other]
        }
        return count > 0 ? sum / count : 0
    }

    static func isWeekend(_ weekday: Int) -> Bool { weekday >= 5 }
}
