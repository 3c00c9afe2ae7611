public import Budget

/// Figures as people read them in an alert.
public enum Figures {
    /// `812,400`.
    public static func grouped(_ value: Int) -> String {
        let digits = String(value.magnitude)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text += "," }
            text.append(digit)
        }
        return value < 0 ? "-" + text : text
    }

    /// `812,400 tokens` or `$12.50`.
    public static func text(_ amount: Int, _ unit: BudgetUnit) -> String {
        unit == .tokens ? "\(grouped(amount)) tokens" : dollars(amount)
    }

    /// `$12.50` for 12,500,000 millionths; half a cent is rounded up.
    public static func dollars(_ microUSD: Int) -> String {
        let cents = microUSD / 10_000 + (microUSD % 10_000 >= 5000 ? 1 : 0)
        let (whole, rest) = (cents / 100, cents % 100)
        return "$\(grouped(whole)).\(rest < 10 ? "0" : "")\(rest)"
    }

    /// `part` of `whole` in hundredths of a percent, rounded down; 10,000 for a whole of nothing.
    static func share(_ part: Int, of whole: Int) -> Int {
        whole > 0 ? Int(clamping: Int128(part) * 10_000 / Int128(whole)) : 10_000
    }
}
