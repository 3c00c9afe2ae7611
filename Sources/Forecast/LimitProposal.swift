/// A daily limit that would fit a team. Only ever proposed, never applied.
public struct LimitProposal: Sendable, Equatable {
    /// Tokens a day, of two digits and zeros.
    public var tokensPerDay: Int
    /// Why this many.
    public var reason: String

    /// Tokens that an engineer's reviews use on a working day while no history says otherwise: 20 merge requests a day of
    /// 36,000 tokens for 18 engineers.
    static let tokensPerEngineer = 40_000
    /// Working days whose history counts as much as what is assumed for the team's size.
    static let assumedDays = 5.0
    /// Room above what nineteen of twenty working days use.
    static let headroomPercent = 15.0
    /// Room above the average day of a team without history.
    static let assumedHeadroomPercent = 40.0
}

extension LimitProposal {
    /// A limit for a team of `teamSize` people with `history`; nil when neither says anything.
    ///
    /// What nineteen of twenty of the last 60 days with use stayed below, and what comes more if use has grown, with
    /// headroom; drawn towards what the team's size suggests while days are few.
    public init?(_ history: UsageHistory, teamSize: Int?) {
        let days = Array(max(0, history.today - 60)..<max(0, history.today))
        let totals = days.map { history.used(.tokens, day: $0) }.filter { $0 > 0 }
        let assumed = teamSize.map {
            Double($0) * Double(Self.tokensPerEngineer) * (1 + Self.assumedHeadroomPercent / 100)
        }
        let high = quantile(totals, weights: totals.map { _ in 1 }, share: 0.95)
        let growth = Self.growth(history)
        let learned = high.map { $0 * growth * (1 + Self.headroomPercent / 100) }
        let count = Double(totals.count)
        let value: Double
        switch (learned, assumed) {
        case (let learned?, let assumed?):
            value = (learned * count + assumed * Self.assumedDays) / (count + Self.assumedDays)
        case (let learned?, nil) where totals.count >= 5: value = learned
        case (nil, let assumed?): value = assumed
        default: return nil
        }
        tokensPerDay = Self.rounded(value)
        var parts: [String] = []
        if let high {
            parts.append(
                "19 of 20 of the last \(totals.count) days with use stayed below \(Self.grouped(whole(high))) tokens")
            if growth > 1 { parts.append("use grew by \(whole((growth - 1) * 100)) % in a month") }
            parts.append("\(whole(Self.headroomPercent)) % of room above that")
        }
        if let teamSize, assumed != nil, totals.count < 60 {
            parts.append(
                "\(teamSize) \(teamSize == 1 ? "person" : "people") at \(Self.grouped(Self.tokensPerEngineer)) tokens a "
                    + "day counts as \(whole(Self.assumedDays)) days")
        }
        reason = parts.joined(separator: "; ")
    }

    /// How many times the use of the 28 days before the last 28 is that of the last, from 1 to 1.5.
    private static func growth(_ history: UsageHistory) -> Double {
        guard history.today >= 56 else { return 1 }
        func sum(_ days: Range<Int>) -> Double { days.map { history.used(.tokens, day: $0) }.reduce(0, +) }
        let before = sum(history.today - 56..<history.today - 28)
        let after = sum(history.today - 28..<history.today)
        return before > 0 ? min(max(after / before, 1), 1.5) : 1
    }

    /// `value` rounded up to two digits and zeros.
    static func rounded(_ value: Double) -> Int {
        var unit = 1
        let value = min(max(whole(value), 0), 1_000_000_000_000_000)
        while value / unit >= 100 { unit *= 10 }
        return (value + unit - 1) / unit * unit
    }

    /// `1,000,000`.
    static func grouped(_ value: Int) -> String {
        var text = ""
        for (index, digit) in String(value).reversed().enumerated() {
            if index > 0, index.isMultiple(of: 3) { text.insert(",", at: text.startIndex) }
            text.insert(digit, at: text.startIndex)
        }
        return text
    }
}
