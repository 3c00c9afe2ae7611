import Budget

extension BudgetFigures {
    /// Cells of a bar.
    static let barCells = 10

    /// The share of the limit that is used and held, in whole percent, rounded down; over 100 in an overrun.
    public var percent: Int {
        let taken = max(0, addingClamped(used, held))
        guard limit > 0 else { return 100 }
        return Int(clamping: Int128(taken) * 100 / Int128(limit))
    }

    /// `▰▰▰▱▱▱▱▱▱▱ 34 %`: empty only when nothing is taken, full only when all is.
    public var bar: String {
        let taken = addingClamped(used, held) > 0
        var cells = min(Self.barCells, (min(percent, 100) * Self.barCells + 50) / 100)
        if taken { cells = max(1, cells) }
        if percent < 100 { cells = min(Self.barCells - 1, cells) }
        return String(repeating: "▰", count: cells) + String(repeating: "▱", count: Self.barCells - cells)
            + " \(percent) %"
    }

    /// The line of a note: `daily budget: ▰▰▰▱▱▱▱▱▱▱ 34 % · 345,678 of 1,000,000 tokens used, 654,322 left`;
    /// without amounts `group budget (a month): ▰▰▰▱▱▱▱▱▱▱ 34 %`.
    var line: String {
        guard hasAmounts else { return "\(name) budget (\(period)): \(bar)" }
        let amount: (Int) -> String = { unit == .tokens ? grouped($0) : unit.text($0) }
        let title = scope.isEmpty ? name : Markdown.code(name)
        let place = scope.isEmpty ? "" : " (\(Markdown.code(scope)), \(period))"
        let held = held > 0 ? ", \(amount(held)) held" : ""
        return "\(title) budget\(place): \(bar) · \(amount(used)) of \(amount(limit))"
            + "\(unit == .tokens ? " tokens" : "") used\(held), \(amount(left)) left"
    }
}
