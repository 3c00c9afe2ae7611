import Budget
import UTCTime

// How figures look. The exact one is in the attribute, for programs and for whoever copies it.

extension HTML {
    /// `<data value="4234">4,234</data>`.
    static func count(_ count: Int) -> HTML { "<data value=\"\(count)\">\(grouped(count))</data>" }

    /// `<data value="312045">312K</data>`, for places without room.
    static func shortCount(_ count: Int) -> HTML { "<data value=\"\(count)\">\(short(count))</data>" }

    /// `<data value="0.123400">$0.12</data>`.
    static func money(_ microUSD: Int) -> HTML {
        "<data value=\"\(MicroUSD(Int64(microUSD)).description)\">\(dollars(microUSD))</data>"
    }

    /// An amount of a budget: tokens, or millionths of a dollar.
    static func amount(_ amount: Int, _ unit: BudgetUnit) -> HTML { unit == .tokens ? count(amount) : money(amount) }

    /// What `sums` cost; calls without a price are named, for they are not in the figure.
    static func cost(_ sums: Sums) -> HTML {
        if sums.requests > 0, sums.requests == sums.unpricedRequests { return "<span class=\"quiet\">no price</span>" }
        return
            "\(money(sums.costMicroUSD))\("<span class=\"quiet\"> + \(sums.unpricedRequests) unpriced</span>", if: sums.unpricedRequests > 0)"
    }

    /// A moment as date and time of day.
    static func moment(_ instant: Instant) -> HTML {
        let text = instant.description
        return "<time datetime=\"\(text)\">\(text.prefix(10)) \(text.dropFirst(11).prefix(5))</time>"
    }

    /// A moment as time of day when it is of `today`, else as `moment` shows it.
    static func moment(_ instant: Instant, today: Day) -> HTML {
        guard instant.day == today else { return moment(instant) }
        let text = instant.description
        return "<time datetime=\"\(text)\">\(text.dropFirst(11).prefix(5))</time>"
    }

    /// A sentence whose moments stand as on the rest of the page, each on one line.
    static func prose(_ text: String) -> HTML {
        var markup = HTML()
        var rest = text[...]
        while let mark = rest.firstIndex(of: "T") {
            let start = rest.index(mark, offsetBy: -10, limitedBy: rest.startIndex)
            let end = rest.index(mark, offsetBy: 10, limitedBy: rest.endIndex)
            if let start, let end, let instant = Instant(String(rest[start..<end])) {
                markup.append("\(rest[..<start])\(moment(instant))")
                rest = rest[end...]
            } else {
                let next = rest.index(after: mark)
                markup.append("\(rest[..<next])")
                rest = rest[next...]
            }
        }
        markup.append("\(rest)")
        return markup
    }

    /// A name from outside, whose direction of writing stays its own.
    static func name(_ name: String, ifEmpty substitute: String = "none") -> HTML {
        name.isEmpty ? "<span class=\"quiet\">\(substitute)</span>" : "<bdi>\(name)</bdi>"
    }
}

/// `1234567` as `1,234,567`.
func grouped(_ number: Int) -> String {
    let digits = Array(String(number.magnitude))
    var text = number < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
        if index > 0, (digits.count - index) % 3 == 0 { text += "," }
        text.append(digit)
    }
    return text
}

/// `312045` as `312K`, `1234567` as `1.2M`: cut, not rounded up.
func short(_ number: Int) -> String {
    let units: [(Int, String)] = [(1_000_000_000, "G"), (1_000_000, "M"), (1000, "K")]
    guard let (size, unit) = units.first(where: { number >= $0.0 }) else { return String(number) }
    let tenths = number / (size / 10)
    return tenths < 100 && tenths % 10 != 0 ? "\(tenths / 10).\(tenths % 10)\(unit)" : "\(tenths / 10)\(unit)"
}

/// Dollars with two places, or with as many as a small amount needs: `$1,234.50`, `$0.12`, `$0.0081`.
func dollars(_ microUSD: Int) -> String {
    let magnitude = Int(clamping: microUSD.magnitude)
    let places = magnitude == 0 || magnitude >= 100_000 ? 2 : magnitude >= 10_000 ? 3 : magnitude >= 100 ? 4 : 6
    var unit = 1
    for _ in places..<6 { unit *= 10 }
    let (quotient, remainder) = magnitude.quotientAndRemainder(dividingBy: unit)
    let rounded = quotient + (remainder * 2 >= unit ? 1 : 0)
    var whole = 1
    for _ in 0..<places { whole *= 10 }
    let fraction = String(rounded % whole)
    let zeros = String(repeating: "0", count: places - fraction.count)
    return "\(microUSD < 0 ? "-" : "")$\(grouped(rounded / whole)).\(zeros)\(fraction)"
}

/// An amount of a budget as text.
func amountText(_ amount: Int, _ unit: BudgetUnit) -> String {
    unit == .tokens ? grouped(amount) : dollars(amount)
}

/// `part` of `whole` in whole percent, rounded down; 100 of nothing.
func percent(_ part: Int, of whole: Int) -> Int {
    whole > 0 ? Int(clamping: Int128(part) * 100 / Int128(whole)) : 100
}

/// `part` of `whole` in thousandths, from 0 to 1000: what charts are drawn with.
func permille(_ part: Int, of whole: Int) -> Int {
    guard whole > 0 else { return part > 0 ? 1000 : 0 }
    return min(1000, max(0, Int(clamping: Int128(part) * 1000 / Int128(whole))))
}
