/// A budget as a bar: green under 70 %, yellow from 70, red above 90; a sign says the same without colour.
package struct BudgetBar {
    private let used: Int
    private let held: Int
    private let limit: Int
    /// Used and held together.
    private let taken: Int

    /// A bar of `used` and `held` tokens out of `limit`.
    package init(used: Int, held: Int, limit: Int) {
        self.used = used
        self.held = held
        self.limit = limit
        let (sum, overflow) = used.addingReportingOverflow(held)
        taken = overflow ? .max : sum
    }

    /// Where the bar stands.
    package enum Zone: Equatable {
        /// Under 70 %.
        case green
        /// From 70 % to 90 %.
        case yellow
        /// Above 90 %.
        case red

        var sign: String {
            switch self {
            case .green: "ok"
            case .yellow: "!"
            case .red: "!!"
            }
        }

        var colour: String {
            switch self {
            case .green: "\u{1B}[32m"
            case .yellow: "\u{1B}[33m"
            case .red: "\u{1B}[31m"
            }
        }
    }

    /// The zone of what is used and held together.
    package var zone: Zone {
        let share = Self.share(taken, of: limit, in: 1000)
        return share > 900 ? .red : share >= 700 ? .yellow : .green
    }

    /// `[#####+++......]  57.1 %  ok`, `width` cells wide between the brackets: `#` used, `+` held. The figure is that of
    /// both together, as the colour and the sign are.
    package func text(width: Int, isColoured: Bool) -> String {
        let width = max(10, width)
        let usedCells = min(width, Self.share(used, of: limit, in: width))
        let heldCells = min(width - usedCells, Self.share(taken, of: limit, in: width) - usedCells)
        let bar =
            String(repeating: "#", count: usedCells) + String(repeating: "+", count: max(0, heldCells))
            + String(repeating: ".", count: width - usedCells - max(0, heldCells))
        let tenths = Self.share(taken, of: limit, in: 1000)
        let figures = "\(tenths / 10).\(tenths % 10) %  \(zone.sign)"
        return isColoured
            ? "[\(zone.colour)\(bar)\u{1B}[0m]  \(zone.colour)\(figures)\u{1B}[0m" : "[\(bar)]  \(figures)"
    }

    /// `part` of `whole` in `units`, rounded half up, at least one unit for anything above zero; `units` for no limit.
    private static func share(_ part: Int, of whole: Int, in units: Int) -> Int {
        guard whole > 0 else { return units }
        guard part > 0 else { return 0 }
        let share = (Double(part) / Double(whole) * Double(units)).rounded()
        return max(1, Int(min(share, 1_000_000_000)))
    }
}
