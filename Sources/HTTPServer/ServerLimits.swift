public import HTTPWire

/// What the server as a whole may cost.
public struct ServerLimits: Sendable {
    /// What one connection may cost.
    public var http = HTTPLimits()
    /// Connections open at once. At the limit no more are taken; they wait in the kernel.
    public var connectionsMax = 256
    /// Connections that may wait in the kernel.
    public var backlog = 1024
    /// Bytes of storage for request bodies at once over all connections; a request that would pass it is answered 503.
    ///
    /// A body is counted from its first byte until it is answered. On top of it comes, while one body is moved to larger
    /// storage, that one body.
    public var bodyBytesTotalMax = 128 << 20
    /// Of these, what bodies may take whose callers have proven nothing (see `Access`).
    ///
    /// A quarter: strangers who fill it get 503, and those with a token go on. More than the largest such body, a GitLab
    /// delivery of 25 MiB.
    public var unprovenBodyBytesTotalMax = 32 << 20
    /// Bytes that may wait for one client of a response that is made while it is sent.
    public var streamBytesMax = 256 << 10
    /// Such responses at once; another is answered 503.
    public var streamsMax = 64
    /// Seconds that a client is told to wait when the server is overloaded.
    public var retryAfterSeconds = 2
    /// How long no connection is taken after the system had no descriptor or memory for one; doubled each time.
    public var acceptPauseNanosecondsMin: UInt64 = 100_000_000
    /// The longest such pause.
    public var acceptPauseNanosecondsMax: UInt64 = 1_000_000_000
    /// How long no line about such pauses is logged after one was.
    public var acceptLogPauseNanoseconds: UInt64 = 60_000_000_000

    /// The limits of the checklist.
    public init() {}
}
