/// What one connection may cost: sizes in bytes, counts, and waits in nanoseconds.
public struct HTTPLimits: Sendable, Equatable {
    /// Bytes in a method's name; more is not a method (400).
    public var methodBytesMax = 24
    /// Bytes in a request target; RFC 9112 section 3 recommends at least 8,000. More is 414.
    public var targetBytesMax = 8192
    /// Bytes in one field line without its line end, name and separators included. More is 431.
    public var fieldBytesMax = 8192
    /// Bytes after the request line up to and with the blank line, and of trailers, together. More is 431.
    public var fieldSectionBytesMax = 16 * 1024
    /// Field lines of a request, trailers included. More is 431.
    public var fieldCountMax = 100
    /// Empty lines skipped before a request line (RFC 9112 section 2.2 asks for at least one). More is 400.
    public var leadingBlankLinesMax = 2
    /// Digits of a chunk size. More is 400.
    public var chunkSizeDigitsMax = 8
    /// Bytes of extensions on one chunk line. More is 400.
    public var chunkExtensionBytesMax = 256
    /// Bytes of chunk extensions in one message. More is 400.
    public var chunkExtensionsBytesMax = 4096
    /// Requests answered on one connection before it is closed.
    ///
    /// High, because a proxy or a benchmark that re-uses its connections does what it should; not infinite, so that
    /// whatever a connection might gather is given back.
    public var requestsPerConnectionMax = 10_000
    /// How long a connection may stay open between requests; then it is closed without a word.
    public var idleNanoseconds: UInt64 = 15_000_000_000
    /// From the first byte of a head to its end, however the bytes trickle in; then 408.
    public var headNanoseconds: UInt64 = 10_000_000_000
    /// From the end of the head to the end of the body; then 408.
    public var bodyNanoseconds: UInt64 = 30_000_000_000
    /// How long a handler may take to answer; then 503.
    public var answerNanoseconds: UInt64 = 60_000_000_000
    /// How long a client may take none of a response that waits for it; then the connection is closed.
    public var stallNanoseconds: UInt64 = 10_000_000_000
    /// How long what still comes in is read and dropped after the last answer (RFC 9112 section 9.6).
    public var lingerNanoseconds: UInt64 = 2_000_000_000
    /// Bytes that are read and dropped after the last answer.
    ///
    /// More than the largest body any route takes: a client that sends all of its too large body before it reads must
    /// find the 413, not a reset. Nothing of it is kept.
    public var lingerBytesMax = 32 << 20

    /// The limits that stand in the checklist of the server.
    public init() {}

    /// Bytes of the request line with its line end: a target too long by a little is still told apart from bad syntax.
    var requestLineBytesMax: Int { targetBytesMax + methodBytesMax + 64 }
}
