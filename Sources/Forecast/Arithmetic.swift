// The few functions that the standard library lacks, so that the target needs no system library.

/// e to the power of `x`, to some twelve digits: halved until small, a series, squared back.
func exponential(_ x: Double) -> Double {
    guard x.isFinite else { return x > 0 ? .infinity : 0 }
    if x < -700 { return 0 }
    if x > 700 { return .infinity }
    var halvings = 0
    var small = x
    while abs(small) > 0.25 {
        small /= 2
        halvings += 1
    }
    var term = 1.0
    var sum = 1.0
    for n in 1...12 {
        term *= small / Double(n)
        sum += term
    }
    for _ in 0..<halvings { sum *= sum }
    return sum
}

/// 2 to the power of `x`.
func pow2(_ x: Double) -> Double { exponential(x * 0.693_147_180_559_945_3) }

/// The value below which `share` of the weight lies; nil when there is no weight.
func quantile(_ values: [Double], weights: [Double], share: Double) -> Double? {
    let pairs = zip(values, weights).filter { $0.1 > 0 }.sorted { $0.0 < $1.0 }
    let total = pairs.map(\.1).reduce(0, +)
    guard total > 0 else { return nil }
    var sum = 0.0
    for (value, weight) in pairs {
        sum += weight
        if sum >= share * total { return value }
    }
    return pairs.last?.0
}

/// The middle of `values`: the mean of the middle two for an even count; nil for none.
func median(_ values: [Double]) -> Double? {
    guard !values.isEmpty else { return nil }
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
}
