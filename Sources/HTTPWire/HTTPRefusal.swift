/// Why bytes are not a request that Bursar takes, with the status that the answer deserves.
///
/// The parser never decides what is sent; whoever owns the connection answers and closes it.
public struct HTTPRefusal: Error, Sendable, Equatable {
    /// The status of the answer: 400, 408, 413, 414, 417, 431, 501, 503 or 505.
    public let status: Int
    /// What was wrong, in words that hold nothing of what was sent.
    public let detail: String

    /// A refusal with `status`, because of `detail`.
    public init(_ status: Int, _ detail: String) {
        self.status = status
        self.detail = detail
    }

    static func syntax(_ detail: String) -> HTTPRefusal { HTTPRefusal(400, detail) }
    static func framing(_ detail: String) -> HTTPRefusal { HTTPRefusal(400, detail) }
}
