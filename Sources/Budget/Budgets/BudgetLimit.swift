/// What a budget counts.
public enum BudgetUnit: String, Sendable, CaseIterable {
    /// Input and output tokens together.
    case tokens
    /// Money, in millionths of a US dollar.
    case usd
}

/// How much a budget allows: `200000` tokens or `50usd`.
public struct BudgetLimit: Sendable, Hashable {
    /// What is counted.
    public let unit: BudgetUnit
    /// Tokens, or millionths of a US dollar.
    public let amount: Int

    /// The highest amount: a thousand million million, far above any use and far below what could overflow.
    public static let amountMax = 1_000_000_000_000_000

    /// No tokens at all.
    public static let none = BudgetLimit(unchecked: 0, .tokens)

    private init(unchecked amount: Int, _ unit: BudgetUnit) {
        self.unit = unit
        self.amount = amount
    }

    /// A limit of `amount`; nil when it is negative or above `amountMax`.
    public init?(_ amount: Int, _ unit: BudgetUnit) {
        guard 0...Self.amountMax ~= amount else { return nil }
        self.unit = unit
        self.amount = amount
    }

    /// Reads `200000` (tokens), `50usd`, `12.50usd`. The error says what is accepted.
    public init(parsing text: String, field: String = "limit") throws(BudgetTextError) {
        let isMoney = text.hasSuffix("usd") || text.hasSuffix("USD")
        let digits = isMoney ? text.dropLast(3) : text[...]
        guard let amount = isMoney ? Self.microUSD(digits) : Digits.value(digits), amount <= Self.amountMax else {
            throw BudgetTextError(
                field, text,
                "accepted is a number of tokens like 200000, or dollars like 50usd or 12.50usd, up to "
                    + "\(Self.amountMax) tokens or \(Self.amountMax / 1_000_000)usd")
        }
        unit = isMoney ? .usd : .tokens
        self.amount = amount
    }

    /// Reads dollars with at most six places: `50`, `12.5`.
    private static func microUSD(_ text: Substring) -> Int? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard 1...2 ~= parts.count, parts[0].utf8.count <= 9, let dollars = Digits.value(parts[0]) else { return nil }
        guard parts.count == 2 else { return dollars * 1_000_000 }
        guard parts[1].utf8.count <= 6, var places = Digits.value(parts[1]) else { return nil }
        for _ in parts[1].utf8.count..<6 { places *= 10 }
        return dollars * 1_000_000 + places
    }
}

extension BudgetLimit: CustomStringConvertible {
    /// `200000`, `50usd`, `12.50usd`: what `init(parsing:)` reads.
    public var description: String { unit.text(amount) }
}

extension BudgetUnit {
    /// `amount` as it is written: `200000`, `50usd`, `12.50usd`, `0.000001usd`.
    public func text(_ amount: Int) -> String {
        guard self == .usd else { return String(amount) }
        let all = MicroUSD(Int64(amount)).description
        var text = all[...]
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") {
            text.removeLast()
        } else if let point = text.firstIndex(of: "."), text.distance(from: point, to: text.endIndex) == 2 {
            text += "0"
        }
        return text + "usd"
    }
}

/// Where a budget is remarked: a share of its limit or an amount.
public enum BudgetThreshold: Sendable, Hashable {
    /// Percent of the limit, 1 to 1000: what only warns can pass its limit many times.
    case percent(Int)
    /// An amount in the budget's unit.
    case amount(Int)

    /// Reads `80%`, or an amount in `unit` (`160000`, `40usd`). The error says what is accepted.
    public init(parsing text: String, unit: BudgetUnit) throws(BudgetTextError) {
        if text.hasSuffix("%") {
            guard let percent = Digits.value(text.dropLast()), 1...1000 ~= percent else {
                throw BudgetTextError("warn", text, "accepted is 1% to 1000%")
            }
            self = .percent(percent)
            return
        }
        let limit = try BudgetLimit(parsing: text, field: "warn")
        guard limit.unit == unit else {
            throw BudgetTextError("warn", text, "the limit is in \(unit.rawValue), and so must be its thresholds")
        }
        self = .amount(limit.amount)
    }

    /// `80%`, `160000`, `40usd`.
    public func text(_ unit: BudgetUnit) -> String {
        switch self {
        case .percent(let percent): "\(percent)%"
        case .amount(let amount): unit.text(amount)
        }
    }

    /// The first amount at which a limit of `limit` is remarked: 80 % of 99 is passed at 80, not at 79.
    public func amount(ofLimit limit: Int) -> Int {
        switch self {
        case .percent(let percent): limit.share(percent, roundingUp: true)
        case .amount(let amount): amount
        }
    }
}

extension Int {
    /// `percent` of a value that is not negative and at most `BudgetLimit.amountMax` many times over.
    func share(_ percent: Int, roundingUp: Bool = false) -> Int {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: 100)
        return quotient * percent + (remainder * percent + (roundingUp ? 99 : 0)) / 100
    }

    /// The sum of two amounts, which stops at a quarter of what fits: three of them can be added without a trap.
    func capped(adding other: Int) -> Int {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? Int.max / 4 : Swift.min(sum, Int.max / 4)
    }
}
