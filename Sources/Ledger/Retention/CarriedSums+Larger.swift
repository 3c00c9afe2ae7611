import Budget

extension CarriedSums {
    /// Raises each sum to that of `other`, where it is larger there.
    mutating func raise(to other: CarriedSums) { self = combined(with: other, max) }

    /// By how much each sum is larger than that of `other`; 0 where it is not.
    func excess(over other: CarriedSums) -> CarriedSums {
        // Both are capped, and none is negative.
        combined(with: other) { max(0, $0 - $1) }
    }

    private func combined(with other: CarriedSums, _ operation: (Int, Int) -> Int) -> CarriedSums {
        var sums = CarriedSums()
        sums.calls = operation(calls, other.calls)
        sums.unpricedCalls = operation(unpricedCalls, other.unpricedCalls)
        sums.tokens = operation(tokens, other.tokens)
        sums.microUSD = operation(microUSD, other.microUSD)
        return sums
    }
}
