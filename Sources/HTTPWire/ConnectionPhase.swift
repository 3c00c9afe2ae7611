/// What a connection is doing, and since when (monotonic nanoseconds).
public enum ConnectionPhase: Sendable, Equatable {
    /// No byte of the next request has arrived; an idle connection is closed without a word.
    case idle(since: UInt64)
    /// Part of a head has arrived; too slow a head is answered 408.
    case readingHead(since: UInt64)
    /// A head was handed out, and what becomes of its request is being decided.
    case deciding(since: UInt64)
    /// The body is coming; too slow a body is answered 408.
    case readingBody(since: UInt64)
    /// The request is with its handler; nothing is read meanwhile.
    case awaitingResponse(since: UInt64)
    /// A response is on its way; `since` is when the client last took some of it.
    case writing(since: UInt64)
    /// The client has all that there is so far of a content that is being made; nothing is waited for.
    case streaming
    /// The last response is sent; what still comes in is dropped, so that no reset erases it at the client.
    case lingering(since: UInt64)
    /// Nothing more will happen.
    case closed
}
