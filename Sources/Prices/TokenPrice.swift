/// The price of one token, exact: whole millionths of a millionth of a US dollar.
///
/// A price list says dollars for a million tokens; six decimal places of that are exactly this unit.
public struct TokenPrice: Sendable, Hashable, Comparable {
    /// Pico-USD for one token: 10⁻¹² US dollars.
    public let picoUSD: Int64

    /// The highest price that is taken: a million dollars for a million tokens. Higher is a slip in the table.
    public static let picoUSDMax: Int64 = 1_000_000_000_000

    /// A price of `picoUSD` for one token; nil when it is negative or above `picoUSDMax`.
    public init?(picoUSD: Int64) {
        guard 0...Self.picoUSDMax ~= picoUSD else { return nil }
        self.picoUSD = picoUSD
    }

    /// Reads dollars for a million tokens: `2`, `0.25`, at most six places; nil for signs, exponents, blanks, `.5`,
    /// `5.`.
    public init?(usdPerMillion text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard 1...2 ~= parts.count, 1...7 ~= parts[0].count else { return nil }
        if parts.count == 2 { guard 1...6 ~= parts[1].count else { return nil } }
        var value: Int64 = 0
        for part in parts {
            for byte in part {
                guard UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte else { return nil }
                value = value * 10 + Int64(byte - UInt8(ascii: "0"))
            }
        }
        // At most thirteen digits were read, so neither the loop above nor this one can overflow.
        for _ in 0..<(6 - (parts.count == 2 ? parts[1].count : 0)) { value *= 10 }
        self.init(picoUSD: value)
    }

    /// Cheaper first.
    public static func < (left: TokenPrice, right: TokenPrice) -> Bool { left.picoUSD < right.picoUSD }
}

extension TokenPrice: CustomStringConvertible {
    /// Dollars for a million tokens without needless zeros: `0.25`.
    public var description: String {
        let digits = String(picoUSD)
        let all = String(repeating: "0", count: max(0, 7 - digits.utf8.count)) + digits
        var places = String(all.suffix(6))
        while places.hasSuffix("0") { places.removeLast() }
        return all.dropLast(6) + (places.isEmpty ? "" : "." + places)
    }
}
