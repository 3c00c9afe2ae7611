/// A multiplier for each kind of piece, fitted to calls. Numbers are fixed point with 20 binary places.
struct CalibrationFit: Sendable, Equatable {
    /// One.
    private static let one = 1 << 20
    /// Kinds of pieces that o200k's count is made of, then two that other tokenizers may go by: bytes and words.
    private static let kindsOfPieces = 5
    /// How hard each multiplier is pulled to the common factor: as a hundredth of one call that says nothing else.
    private static let pull = one / 100
    /// Rounds of giving less weight to what lies far off.
    private static let rounds = 5
    /// Steps to the solution within a round.
    private static let sweeps = 300
    /// A call is thrown out when it is this many times off the median.
    private static let outlierFactor = 3
    /// Multipliers beyond this are no tokenizer's.
    private static let multiplierMax = 16 * one

    /// The multipliers.
    private let multipliers: [Int]
    /// What the expected count is multiplied by to get one that calls do not exceed.
    private let ceilingFactor: Int
    /// What is put on top for each kind of which the calls had so little that its multiplier is a guess.
    private let unknown: [Int]

    /// Calls' worth of a kind, all shares together, from which on its multiplier is known.
    private static let evidenceMin = one

    /// Fits `observations`; nil when there are too few.
    init?(_ observations: [Calibration.Observation]) {
        guard observations.count >= Calibration.observationsMin else { return nil }
        let rows = observations.map { Row($0) }
        let median = Self.median(rows.map(\.target))
        let usable = rows.filter {
            $0.target <= median * Self.outlierFactor && $0.target * Self.outlierFactor >= median
        }
        let goal = (0..<Row.count).map { $0 < Self.kindsOfPieces ? median : 0 }
        var weights = [Int](repeating: Self.one, count: usable.count)
        var solution = goal
        for _ in 0..<Self.rounds {
            solution = Self.solve(usable, weights, goal: goal, from: solution)
            let errors = usable.map { abs($0.target - $0.predicted(solution)) }
            // Huber's weights: full up to one and a half typical errors, then falling.
            let bound = max(Self.median(errors) * 9 / 4, median / 200)
            weights = errors.map { $0 <= bound ? Self.one : Self.one * bound / $0 }
        }
        multipliers = solution
        ceilingFactor = Self.ceilingFactor(usable, solution)
        unknown = (0..<Self.kindsOfPieces).map { kind in
            let evidence = usable.reduce(0) { min(Self.evidenceMin, $0 + $1.shares[kind]) }
            // As much again and a half where nothing is known, nothing where enough is.
            let missing = Int128(Self.evidenceMin - evidence) * Int128(median) * 3 / 2
            return Int(clamping: missing / Int128(Self.evidenceMin))
        }
    }

    /// The tokens of a text with `measure`.
    func estimate(_ measure: TextMeasure) -> TokenEstimate {
        let features = Row.features(measure)
        let likely = Self.product(features, multipliers)
        let most = likely * Int128(ceilingFactor) / Int128(Self.one) + Self.product(features, unknown)
        return TokenEstimate(expected: Self.tokens(likely), ceiling: Self.tokens(most))
    }

    private static func product(_ features: [Int], _ multipliers: [Int]) -> Int128 {
        zip(features, multipliers).reduce(Int128(0)) { $0 + Int128($1.0) * Int128($1.1) }
    }

    /// Hundredths in fixed point as whole tokens, rounded up.
    private static func tokens(_ value: Int128) -> Int {
        Int(clamping: (value / 100 + Int128(one) - 1) / Int128(one))
    }

    // MARK: - Fitting

    /// A call in shares of what o200k would have counted.
    private struct Row {
        static let count = 7
        /// What each kind contributes.
        let shares: [Int]
        /// What the vendor counted.
        let target: Int

        /// Hundredths of tokens, or what is like them, by kind.
        static func features(_ measure: TextMeasure) -> [Int] {
            [
                measure.words, measure.signs, measure.blanks, measure.digits, measure.wide, measure.bytes * 25,
                measure.wordCount * 100,
            ]
        }

        init(_ observation: Calibration.Observation) {
            let whole = max(1, observation.measure.hundredths)
            shares = Self.features(observation.measure).map {
                Int(clamping: Int128($0) * Int128(CalibrationFit.one) / Int128(whole))
            }
            target = Int(
                clamping: Int128(observation.inputTokens) * 100 * Int128(CalibrationFit.one) / Int128(whole))
        }

        func predicted(_ multipliers: [Int]) -> Int {
            var sum = Int128(0)
            for index in 0..<Self.count { sum += Int128(shares[index]) * Int128(multipliers[index]) }
            return Int(clamping: sum / Int128(CalibrationFit.one))
        }
    }

    /// The multipliers with the least squared relative error and the least distance from `goal`, none negative.
    ///
    /// One coordinate after the other (Gauss and Seidel), which for such a sum always comes nearer.
    private static func solve(_ rows: [Row], _ weights: [Int], goal: [Int], from start: [Int]) -> [Int] {
        var matrix = [[Int128]](repeating: [Int128](repeating: 0, count: Row.count), count: Row.count)
        var right = [Int128](repeating: 0, count: Row.count)
        let scale = Int128(one)
        // Relative errors: a row counts by its own target, so a dear tokenizer is fitted as closely as a cheap one.
        for (row, weight) in zip(rows, weights) {
            let target = Int128(max(1, row.target))
            let share = row.shares.map { Int128($0) * scale / target }
            for first in 0..<Row.count {
                let part = share[first] * Int128(weight) / scale
                right[first] += part
                for second in 0..<Row.count { matrix[first][second] += part * share[second] / scale }
            }
        }
        var values = start.map { Int128($0) }
        for _ in 0..<sweeps {
            var change = Int128(0)
            for index in 0..<Row.count {
                var rest = right[index] * scale
                for other in 0..<Row.count where other != index { rest -= matrix[index][other] * values[other] }
                let value = (rest + Int128(pull) * Int128(goal[index])) / (matrix[index][index] + Int128(pull))
                let bounded = min(max(0, value), Int128(multiplierMax))
                change = max(change, abs(bounded - values[index]))
                values[index] = bounded
            }
            // A thousandth of a multiplier does not matter.
            if change < scale / 1000 { break }
        }
        return values.map { Int(clamping: $0) }
    }

    /// From the worst that was counted beyond the expected, one stray call aside.
    private static func ceilingFactor(_ rows: [Row], _ multipliers: [Int]) -> Int {
        let ratios = rows.map { row in
            Int(clamping: Int128(row.target) * Int128(one) / Int128(max(1, row.predicted(multipliers))))
        }.sorted()
        guard var worst = ratios.last else { return 2 * one }
        let second = ratios.dropLast().last ?? worst
        if worst > one * 3 / 2, second < one * 5 / 4 { worst = second }
        // The fit has seen these calls and not the next one, which may be worse than the worst of a few.
        let unseen = max(0, 40 - rows.count) * one / 400
        return one + max(one * 3 / 20, (worst - one) * 2) + unseen
    }

    private static func median(_ values: [Int]) -> Int {
        let sorted = values.sorted()
        return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
    }
}
