/// The sums of some rows of the books.
public struct Sums: Sendable, Equatable {
    /// How many rows.
    public var requests: Int
    /// Their input tokens.
    public var inputTokens: Int
    /// Their output tokens.
    public var outputTokens: Int
    /// What those with a price cost, in millionths of a dollar.
    public var costMicroUSD: Int
    /// How many have none.
    public var unpricedRequests: Int

    /// Sums of these figures.
    public init(
        requests: Int = 0, inputTokens: Int = 0, outputTokens: Int = 0, costMicroUSD: Int = 0, unpricedRequests: Int = 0
    ) {
        self.requests = requests
        self.inputTokens = inputTokens
        self.outputTokens = outputTokens
        self.costMicroUSD = costMicroUSD
        self.unpricedRequests = unpricedRequests
    }

    /// Input and output; what does not fit stays at the largest number.
    public var totalTokens: Int { Int(clamping: Int128(inputTokens) + Int128(outputTokens)) }
}

/// The sums of the rows that have one name in common.
public struct NamedSums: Sendable, Equatable {
    /// The project, person, model, agent or command.
    public var name: String
    /// The sums.
    public var sums: Sums

    /// The sums of `name`.
    public init(_ name: String, _ sums: Sums) {
        self.name = name
        self.sums = sums
    }
}
