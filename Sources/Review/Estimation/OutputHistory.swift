public import JSON

/// How long a model's answers were: what the next one is expected to have, and what is held for it.
public struct OutputHistory: Sendable, Equatable {
    /// Output tokens of the newest calls, oldest first, thinking included.
    public private(set) var tokens: [Int]

    /// The most answers that are remembered.
    public static let countMax = 64
    /// The fewest answers from which less than the limit is held.
    public static let countMin = 20
    /// What an answer is expected to have before any was seen.
    public static let expectedAtFirst = 1500
    /// The least that is held for an answer, where the limit allows as much.
    public static let heldMin = 1024

    /// No answer yet.
    public init(tokens: [Int] = []) { self.tokens = tokens.filter { $0 >= 0 }.suffix(Self.countMax) }

    /// Takes an answer into account. One that its limit cut off would have been longer, nobody knows how much.
    public mutating func record(_ outputTokens: Int, isCutOff: Bool = false) {
        guard outputTokens >= 0 else { return }
        tokens.append(isCutOff ? addingClamped(outputTokens, outputTokens) : outputTokens)
        if tokens.count > Self.countMax { tokens.removeFirst() }
    }

    /// What the next answer is expected to have, at most `limit`: the median.
    public func expected(limit: Int) -> Int {
        let sorted = tokens.sorted()
        return min(max(0, limit), sorted.isEmpty ? Self.expectedAtFirst : sorted[sorted.count / 2])
    }

    /// What is held for the next answer, and sent as its limit (`max_tokens`): what 19 of 20 answers stayed within, and
    /// a quarter more. Exactly `limit` until enough answers were seen.
    public func held(limit: Int) -> Int {
        guard tokens.count >= Self.countMin else { return max(0, limit) }
        let sorted = tokens.sorted()
        let usual = sorted[min(sorted.count - 1, (sorted.count * 95 + 99) / 100 - 1)]
        return min(max(0, limit), max(Self.heldMin, addingClamped(usual, usual / 4)))
    }

    /// The history as a JSON array.
    public var json: JSONValue { .array(tokens.map { .integer($0) }) }

    /// Reads what `json` wrote; nil when it is something else.
    public init?(json: JSONValue) {
        guard let values = json.array, values.count <= Self.countMax, values.allSatisfy({ ($0.integer ?? -1) >= 0 })
        else { return nil }
        self.init(tokens: values.compactMap(\.integer))
    }
}
