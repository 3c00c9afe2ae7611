extension BudgetFigures {
    /// Cells of a bar.
    static let barCells = 10

    /// The share of the limit that is used and held, in whole percent, rounded down; over 100 in an overrun.
    public var percent: Int {
        let taken = max(0, addingClamped(usedTokens, heldTokens))
        guard limitTokens > 0 else { return 100 }
        return Int(clamping: Int128(taken) * 100 / Int128(limitTokens))
    }

    /// `▰▰▰▱▱▱▱▱▱▱ 34 %`: empty only when nothing is taken, full only when all is.
    public var bar: String {
        let taken = addingClamped(usedTokens, heldTokens) > 0
        var cells = min(Self.barCells, (min(percent, 100) * Self.barCells + 50) / 100)
        if taken { cells = max(1, cells) }
        if percent < 100 { cells = min(Self.barCells - 1, cells) }
        return String(repeating: "▰", count: cells) + String(repeating: "▱", count: Self.barCells - cells)
            + " \(percent) %"
    }
}
