/// The cost of the last calls as a small line.
struct Sparkline {
    /// Millionths of a dollar, the latest last.
    var values: [Int]

    /// The line; nil for fewer than two values. The words beside it say where it goes.
    var html: HTML? {
        guard values.count > 1, let highest = values.max() else { return nil }
        let points = values.enumerated().map { index, value in
            "\(4 + 112 * index / (values.count - 1)),\(28 - 24 * permille(value, of: max(highest, 1)) / 1000)"
        }
        return """
            <svg class="spark" viewBox="0 0 120 32" width="120" height="32" aria-hidden="true" focusable="false">\
            <polyline points="\(points.joined(separator: " "))"/>\
            <circle cx="116" cy="\(28 - 24 * permille(values[values.count - 1], of: max(highest, 1)) / 1000)" r="3"/></svg>
            """
    }
}
