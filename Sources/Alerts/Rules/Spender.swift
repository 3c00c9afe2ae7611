/// Who spent what a budget counted: an agent, and how many tokens it used in the window.
public struct Spender: Sendable, Equatable {
    /// The agent's name.
    public let agent: String
    /// Input and output tokens.
    public let tokens: Int

    /// A spender of `tokens`.
    public init(agent: String, tokens: Int) {
        self.agent = agent
        self.tokens = tokens
    }

    /// The most that an alert names.
    static let namedMax = 3

    /// `Agent reviewer spent 812,400 tokens, fixer 12,000.`; nil for none.
    static func sentence(_ spenders: [Spender]) -> String? {
        let first = spenders.sorted { ($0.tokens, $1.agent) > ($1.tokens, $0.agent) }.prefix(namedMax)
        guard let top = first.first else { return nil }
        let rest = first.dropFirst().map { ", \($0.agent.oneLine) \(Figures.grouped($0.tokens))" }.joined()
        let more = spenders.count > namedMax ? ", and \(spenders.count - namedMax) more" : ""
        return "Agent \(top.agent.oneLine) spent \(Figures.grouped(top.tokens)) tokens\(rest)\(more)."
    }
}
