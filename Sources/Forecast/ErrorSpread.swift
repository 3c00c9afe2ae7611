/// How far forecasts lay from what came, as weighted past errors; a wide first guess while they are few.
///
/// Errors are differences of square roots, in units of the square root of what is usual: a busy day may err by more.
struct ErrorSpread {
    private var errors: [Double] = []
    private var weights: [Double] = []

    /// The first guess counts as this many errors.
    private static let guessWeight = 3.0
    private static let guess = [-0.75, -0.5, -0.3, -0.15, 0.0, 0.15, 0.3, 0.5, 0.75]

    /// A spread without a past; `widening` multiplies the first guess.
    init(widening: Double = 1) {
        for error in Self.guess {
            errors.append(error * widening)
            weights.append(Self.guessWeight / Double(Self.guess.count))
        }
    }

    /// Adds that `expected` was forecast and `actual` came.
    mutating func add(expected: Double, actual: Double, usual: Double, weight: Double) {
        guard usual > 0 else { return }
        errors.append((actual.squareRoot() - expected.squareRoot()) / usual.squareRoot())
        weights.append(weight)
    }

    /// The value that `share` of what comes stays below, after a forecast of `expected`.
    func value(expected: Double, usual: Double, share: Double) -> Double {
        let error = quantile(errors, weights: weights, share: share) ?? 0
        let root = max(0, expected.squareRoot() + error * usual.squareRoot())
        return root * root
    }

    /// How likely more than `value` comes after a forecast of `expected`, 0 to 1.
    func chance(above value: Double, expected: Double, usual: Double) -> Double {
        let total = weights.reduce(0, +)
        guard total > 0 else { return 0 }
        guard value >= 0 else { return 1 }
        guard usual > 0 else { return expected > value ? 1 : 0 }
        let needed = (value.squareRoot() - expected.squareRoot()) / usual.squareRoot()
        return zip(errors, weights).filter { $0.0 > needed }.map(\.1).reduce(0, +) / total
    }
}
