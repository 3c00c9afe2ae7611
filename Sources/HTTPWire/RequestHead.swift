/// The head of a request that passed every check of syntax and framing.
public struct RequestHead: Sendable {
    /// How the body is framed (RFC 9112 section 6.3).
    public enum Framing: Sendable, Equatable {
        /// There is none: no `Content-Length`, or one of 0.
        case none
        /// This many bytes.
        case length(Int)
        /// Chunks, then trailers.
        case chunked
    }

    /// What `Expect` asks for (RFC 9110 section 10.1.1).
    public enum Expectation: Sendable, Equatable {
        /// Nothing, or the client speaks HTTP/1.0.
        case none
        /// `100-continue`.
        case continuation
        /// Something else, to be answered 417.
        case unknown
    }

    /// The method.
    public let method: HTTPMethod
    /// The digit after `HTTP/1.`
    public let minorVersion: Int
    /// How the body is framed.
    public let framing: Framing
    /// What the client waits for before it sends the body.
    public let expectation: Expectation
    /// Whether the client wants to go on with this connection (RFC 9112 section 9.3).
    public let keepsAlive: Bool
    /// The field lines.
    public var fields: HTTPFields { HTTPFields(bytes: bytes, start: Int(fieldsStart)) }

    let bytes: [UInt8]
    let target: RequestTarget
    let fieldsStart: UInt32
    let hostRange: ByteRange

    /// Whether the target is `*`: the whole server (RFC 9110 section 9.3.7).
    public var isForServer: Bool { target.isAsterisk }

    /// The target as it was sent.
    public var rawTarget: String { text(target.range.range) }

    /// The path as it was sent, escapes included; `/` when an absolute form has none.
    public var rawPath: String { target.path.isEmpty && !target.isAsterisk ? "/" : text(target.path.range) }

    /// The host, with its port if there is one: that of an absolute form before that of the `Host` line.
    public var host: String? {
        let host = target.authority.isEmpty ? hostRange : target.authority
        return host.isEmpty ? nil : text(host.range)
    }

    /// The decoded segments of the path: `/a%20b/c/` is `a b`, `c` and an empty one. `*` has none.
    public var path: [String] {
        guard !target.isAsterisk else { return [] }
        let span = bytes.span
        let path = target.path.range
        var segments: [String] = []
        var start = path.lowerBound
        while start < path.upperBound {
            let end = firstIndex(of: UInt8(ascii: "/"), span, (start + 1)..<path.upperBound)
            segments.append(decoded((start + 1)..<(end ?? path.upperBound)))
            start = end ?? path.upperBound
        }
        return segments.isEmpty ? [""] : segments
    }

    /// The decoded names and values of the query in their order; `+` is a blank, as in forms. A name alone has "".
    ///
    /// Bytes that are not UTF-8 become U+FFFD: nothing may be decided on them but that they are none of the names known.
    public var query: [(name: String, value: String)] {
        let query = target.query.range
        let span = bytes.span
        var pairs: [(name: String, value: String)] = []
        var start = query.lowerBound
        while start < query.upperBound {
            let end = firstIndex(of: UInt8(ascii: "&"), span, start..<query.upperBound) ?? query.upperBound
            let equals = firstIndex(of: UInt8(ascii: "="), span, start..<end)
            if start < end {
                let value = equals.map { decoded(($0 + 1)..<end, plusIsSpace: true) } ?? ""
                pairs.append((decoded(start..<(equals ?? end), plusIsSpace: true), value))
            }
            start = end + 1
        }
        return pairs
    }

    /// The first value of `name` in the query.
    public func query(_ name: String) -> String? { query.first { $0.name == name }?.value }

    /// Bytes of the path as it was sent.
    public var pathByteCount: Int { target.path.range.count }

    /// Whether the path is `path`, byte for byte and without escapes; builds nothing.
    public func isPath(_ path: [UInt8]) -> Bool {
        let range = target.path.range
        guard range.count == path.count, !target.pathHasEscapes else { return false }
        let span = bytes.span
        let wanted = path.span
        for offset in wanted.indices where span[range.lowerBound + offset] != wanted[offset] { return false }
        return true
    }

    private func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    /// The text in `range` with its escapes replaced. They were checked when the target was read.
    private func decoded(_ range: Range<Int>, plusIsSpace: Bool = false) -> String {
        guard let decoded = try? RequestTarget.unescaped(bytes.span, range, plusIsSpace: plusIsSpace) else {
            return text(range)
        }
        return String(decoding: decoded, as: UTF8.self)
    }
}

/// A whole request.
public struct Request: Sendable {
    /// The head.
    public let head: RequestHead
    /// The body with its chunks put together; trailers are dropped.
    public let body: [UInt8]

    /// A request of `head` and `body`.
    public init(head: RequestHead, body: [UInt8]) {
        self.head = head
        self.body = body
    }
}
