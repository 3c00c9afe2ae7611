public import UTCTime

/// Who a model call is for, and for what.
public struct CallContext: Sendable, Hashable {
    /// GitLab's number of the project; nil when the caller has none.
    public var projectID: Int?
    /// The project's full path: `group/sub/app`; empty when unknown.
    public var project: String
    /// The merge request's number within its project; nil when the call is not for one.
    public var mergeRequestIID: Int?
    /// The user name of the person the call is for; empty when unknown.
    public var user: String
    /// The named reviewer that makes the call.
    public var agent: String
    /// What it was asked to do.
    public var command: String
    /// The model's id as the provider knows it.
    public var model: String

    /// A context of these parts.
    public init(
        projectID: Int? = nil, project: String = "", mergeRequestIID: Int? = nil, user: String = "",
        agent: String = "reviewer", command: String = "review", model: String
    ) {
        self.projectID = projectID
        self.project = project
        self.mergeRequestIID = mergeRequestIID
        self.user = user
        self.agent = agent
        self.command = command
        self.model = model
    }

    /// The last part of the project's path: `app`.
    public var projectName: String { project.split(separator: "/").last.map(String.init) ?? "" }

    /// One merge request, from its first review until it is merged or closed: `group/app!123`. Empty without one.
    public var sessionID: String { mergeRequestIID.map { "\(project)!\($0)" } ?? "" }
}

/// An amount of money in millionths of a US dollar.
public struct MicroUSD: Sendable, Hashable, Comparable {
    /// Millionths of a US dollar.
    public let value: Int64

    /// An amount of `value` millionths of a US dollar.
    public init(_ value: Int64) { self.value = value }

    /// Less money first.
    public static func < (left: MicroUSD, right: MicroUSD) -> Bool { left.value < right.value }
}

extension MicroUSD: CustomStringConvertible {
    /// The amount in dollars with exactly six places: `0.012345`.
    public var description: String {
        let digits = String(value.magnitude)
        let all = String(repeating: "0", count: max(0, 7 - digits.utf8.count)) + digits
        return (value < 0 ? "-" : "") + all.dropLast(6) + "." + all.suffix(6)
    }

    /// Reads an amount in dollars with exactly six places; nil for anything else.
    public init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        let negative = bytes.first == UInt8(ascii: "-")
        let digits = bytes.dropFirst(negative ? 1 : 0)
        guard digits.count >= 8, digits[digits.endIndex - 7] == UInt8(ascii: ".") else { return nil }
        var amount: Int64 = 0
        for (index, byte) in zip(digits.indices, digits) where index != digits.endIndex - 7 {
            guard 0x30...0x39 ~= byte else { return nil }
            let (product, overflow) = amount.multipliedReportingOverflow(by: 10)
            let (sum, overflowed) = product.addingReportingOverflow(Int64(byte) - 0x30)
            guard !overflow, !overflowed else { return nil }
            amount = sum
        }
        value = negative ? -amount : amount
    }
}

/// What a call cost and by which price.
public struct CallCost: Sendable, Hashable {
    /// The amount, rounded half to even from exact integers.
    public let amount: MicroUSD
    /// The `id` of the price that was used.
    public let priceID: String

    /// A cost of `amount` by the price `priceID`.
    public init(amount: MicroUSD, priceID: String) {
        self.amount = amount
        self.priceID = priceID
    }
}

/// One successful model call, as the books keep it. Never changed.
public struct UsageRecord: Sendable, Hashable {
    /// When it was booked; whole seconds count.
    public let time: Instant
    /// Who it was for, and for what.
    public let context: CallContext
    /// What it used.
    public let usage: TokenUsage
    /// How long the call took, in milliseconds.
    public let durationMilliseconds: Int
    /// What it cost; nil when no price is known for the model.
    public let cost: CallCost?
    /// What the call had been estimated to use, in tokens; nil when it was not estimated.
    public let estimatedTokens: Int?
    /// The record's own id: unique, never used again.
    public let usageID: String

    /// A record of these parts.
    public init(
        time: Instant, context: CallContext, usage: TokenUsage, durationMilliseconds: Int, cost: CallCost?,
        estimatedTokens: Int?, usageID: String
    ) {
        self.time = time
        self.context = context
        self.usage = usage
        self.durationMilliseconds = durationMilliseconds
        self.cost = cost
        self.estimatedTokens = estimatedTokens
        self.usageID = usageID
    }
}
