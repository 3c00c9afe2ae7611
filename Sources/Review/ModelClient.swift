public import HTTPClient

/// One model of one vendor, ready to be called.
public protocol ModelClient: Sendable {
    /// The model's id as the vendor knows it.
    var model: String { get }

    /// Has the model answer `prompt` in at most `maxOutputTokens` tokens, in `form` where the server can.
    ///
    /// Tries again only when the try before certainly cost nothing; so it does without the form, once, when the server
    /// refuses that. The caller holds tokens for one charged call, and reads the answer leniently: a server may take
    /// the form and not keep to it.
    func complete(_ prompt: ModelPrompt, form: AnswerForm?, maxOutputTokens: Int) async -> ModelOutcome
}

extension ModelClient {
    /// Has the model answer `prompt` in at most `maxOutputTokens` tokens, in whatever form.
    public func complete(_ prompt: ModelPrompt, maxOutputTokens: Int) async -> ModelOutcome {
        await complete(prompt, form: nil, maxOutputTokens: maxOutputTokens)
    }
}

/// What every model client needs beside its address: the network, waiting, chance and a clock for durations.
public struct ModelConnection: Sendable {
    /// Sends one request; it must not retry by itself.
    public var transport: any HTTPTransport
    /// Waiting, chance and the wall clock.
    public var environment: RetryEnvironment
    /// Nanoseconds since some moment, never less than before.
    public var monotonicNanoseconds: @Sendable () -> UInt64

    /// A connection of these parts.
    public init(
        transport: any HTTPTransport, environment: RetryEnvironment,
        monotonicNanoseconds: @escaping @Sendable () -> UInt64
    ) {
        self.transport = transport
        self.environment = environment
        self.monotonicNanoseconds = monotonicNanoseconds
    }
}

extension ModelClient {
    /// Seconds after which a call for `maxOutputTokens` tokens is given up: ten minutes as in the vendors' SDKs,
    /// longer answers in proportion (an hour for 128,000 tokens), never more than an hour.
    static func deadlineSeconds(maxOutputTokens: Int) -> Double {
        min(max(600, 3600 * Double(maxOutputTokens) / 128_000), 3600)
    }
}
