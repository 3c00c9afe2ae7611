import Budget
import Prices
import Review

/// When there is to be room for a call.
enum RoomMoment: Sendable {
    /// As things stand.
    case now
    /// When the calls under way have ended, and if they give all back.
    case afterCallsUnderWay
    /// When every budget that begins anew has done so.
    case afterReset
}

extension BudgetRoom {
    /// What `margins` leave for the calls of one review with `option`: the tightest of the budgets that refuse, or of those
    /// that warn where none refuses. Nil without a budget.
    ///
    /// A budget in money is worth as many tokens as `price` makes of it in at most `callsMax` calls.
    init?(_ margins: [BudgetMargin], at moment: RoomMoment, for option: ModelOption, price: ModelPrice?, callsMax: Int)
    {
        let blocking = margins.filter(\.isBlocking)
        let binding = blocking.isEmpty ? margins : blocking
        guard !binding.isEmpty else { return nil }
        var room = (left: Self.tokensMax, limit: Self.tokensMax, share: 1_000_000)
        for margin in binding {
            let left = margin.left(at: moment)
            room.share = min(room.share, Self.share(left, of: margin.limit))
            guard margin.unit == .usd else {
                room = (min(room.left, left), min(room.limit, margin.limit), room.share)
                continue
            }
            guard let price else {
                if margin.blocksUnknownPrice { room.left = 0 }
                continue
            }
            room.left = min(room.left, Self.tokens(for: left, option, price, callsMax))
            room.limit = min(room.limit, Self.tokens(for: margin.limit, option, price, callsMax))
        }
        self.init(
            leftTokens: room.left, limitTokens: room.limit, leftShareMillionths: room.share,
            isEnforced: !blocking.isEmpty)
    }

    /// More tokens than any review takes.
    private static let tokensMax = 2 * TokenUsage.tokensMax

    /// The most tokens, with an answer in each call, that calls of `option` can hold for `microUSD`: full calls, and one
    /// with what they leave.
    private static func tokens(for microUSD: Int, _ option: ModelOption, _ price: ModelPrice, _ callsMax: Int) -> Int {
        let output = max(0, option.outputTokensHeld)
        let inputMax = max(0, min(option.inputTokensMax, TokenUsage.tokensMax))
        let whole = price.highestMicroUSD(inputTokens: inputMax, outputTokens: output)
        guard whole > 0 else { return tokensMax }
        let fullCount = min(microUSD / whole, callsMax)
        guard fullCount < callsMax else { return callsMax * (inputMax + output) }
        let rest = microUSD - fullCount * whole
        guard price.highestMicroUSD(inputTokens: 0, outputTokens: output) <= rest else {
            return fullCount * (inputMax + output)
        }
        // The dearer tier of a long call makes a step, but more input never costs less.
        var (fits, isTooMuch) = (0, inputMax)
        while isTooMuch - fits > 1 {
            let middle = fits + (isTooMuch - fits) / 2
            if price.highestMicroUSD(inputTokens: middle, outputTokens: output) <= rest {
                fits = middle
            } else {
                isTooMuch = middle
            }
        }
        return fullCount * (inputMax + output) + fits + output
    }
}

extension BudgetMargin {
    /// Whether more is used than it allows, so that it refuses even what costs nothing or nobody knows what, whichever
    /// calls under way end.
    var isOverrun: Bool { isBlocking && used + unresolved > limit - keptBack }

    fileprivate func left(at moment: RoomMoment) -> Int {
        switch moment {
        case .now: left
        case .afterCallsUnderWay: leftLater
        case .afterReset: resetsAt == nil ? leftLater : max(0, limit - keptBack)
        }
    }
}
