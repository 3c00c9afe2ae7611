public import HTTPClient
public import Platform

/// What alerts take from the world around them; tests put their own in its place.
public struct AlertEnvironment: Sendable {
    /// The clocks.
    public var time: TimeSource
    /// The way to the targets.
    public var transport: any HTTPTransport
    /// Waits some seconds between tries.
    public var sleep: @Sendable (Double) async throws -> Void
    /// 64 random bits.
    public var randomness: @Sendable () -> UInt64
    /// Whether what an alert tells is still so: asked right before it is sent.
    public var isStillTrue: @Sendable (Alert) -> Bool
    /// Hears of each alert that was raised, once, after it is on the disk.
    public var raised: @Sendable (Alert) -> Void

    /// A world of these parts.
    public init(
        time: TimeSource, transport: any HTTPTransport, sleep: @escaping @Sendable (Double) async throws -> Void,
        randomness: @escaping @Sendable () -> UInt64,
        isStillTrue: @escaping @Sendable (Alert) -> Bool = { _ in true },
        raised: @escaping @Sendable (Alert) -> Void = { _ in }
    ) {
        self.time = time
        self.transport = transport
        self.sleep = sleep
        self.randomness = randomness
        self.isStillTrue = isStillTrue
        self.raised = raised
    }

    func random() -> Double { Double(randomness() >> 11) / 9_007_199_254_740_992 }
}
