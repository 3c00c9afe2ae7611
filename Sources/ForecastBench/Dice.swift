import Foundation

/// Chance from a seed: the same on every machine.
struct Dice {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

    /// Between 0 and 1 (SplitMix64).
    mutating func uniform() -> Double {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        mixed ^= mixed >> 31
        return Double(mixed >> 11) / Double(1 << 53)
    }

    /// Of the standard normal distribution (Box and Muller).
    mutating func normal() -> Double {
        (-2 * Self.ln(max(uniform(), 1e-300))).squareRoot() * cos(2 * Double.pi * uniform())
    }

    /// How many events there are where `mean` are to be expected.
    mutating func poisson(_ mean: Double) -> Int {
        guard mean > 0 else { return 0 }
        guard mean < 50 else { return max(0, Int((mean + mean.squareRoot() * normal()).rounded())) }
        let limit = Self.exp(-mean)
        var product = uniform()
        var count = 0
        while product > limit {
            product *= uniform()
            count += 1
        }
        return count
    }

    static func exp(_ x: Double) -> Double { Foundation.exp(x) }
    static func ln(_ x: Double) -> Double { Foundation.log(x) }
}
