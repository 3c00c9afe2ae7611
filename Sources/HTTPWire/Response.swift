/// A response: status, fields and content. Its fields are checked and turned into bytes once, when it is made.
public struct Response: Sendable {
    /// The status code, 200 to 599.
    public let status: Int
    /// The content.
    public let body: [UInt8]
    /// Names the field for which the response was replaced by a 500; nil for a response as it was meant.
    public let fault: String?

    /// The checked field lines, each with its CR LF.
    private let fieldBytes: [UInt8]
    private let hasContentType: Bool

    /// A response with `fields` in their order.
    ///
    /// A field whose name is not a token or whose value has a control character would let text from outside write
    /// fields or a second response; one that frames the message is the server's own. Such a response is not sent in
    /// part: it becomes an empty 500, with `fault` for the log. So does a status outside 200 to 599.
    public init(status: Int, fields: [(String, String)] = [], body: [UInt8] = []) {
        var bytes: [UInt8] = []
        var hasContentType = false
        var fault = 200...599 ~= status ? nil : "status \(status)"
        for (name, value) in fields {
            guard Self.isAllowed(name: name, value: value) else {
                fault = "field \(name)"
                break
            }
            if equalsIgnoringCase(Array(name.utf8).span, 0..<name.utf8.count, "content-type") { hasContentType = true }
            bytes.append(contentsOf: name.utf8)
            bytes.append(contentsOf: ": ".utf8)
            bytes.append(contentsOf: value.utf8)
            bytes.append(contentsOf: "\r\n".utf8)
        }
        self.status = fault == nil ? status : 500
        self.body = fault == nil ? body : []
        self.fault = fault
        self.fieldBytes = fault == nil ? bytes : []
        self.hasContentType = hasContentType && fault == nil
    }

    /// The fields the response was made with, in their order.
    public var fields: HTTPFields { HTTPFields(bytes: fieldBytes, start: 0) }

    private static func isAllowed(name: String, value: String) -> Bool {
        let name = Array(name.utf8)
        guard !name.isEmpty, name.allSatisfy(isToken) else { return false }
        let own = ["content-length", "transfer-encoding", "connection", "date", "keep-alive", "upgrade", "trailer"]
        guard !own.contains(where: { equalsIgnoringCase(name.span, 0..<name.count, $0) }) else { return false }
        return value.utf8.allSatisfy { ($0 >= space || $0 == horizontalTab) && $0 != 0x7F }
    }
}

/// What a response says of its connection.
public enum ConnectionNote: Sendable {
    /// Nothing: HTTP/1.1 goes on.
    case none
    /// `close`: this is the last response.
    case close
    /// `keep-alive`: said to a client of HTTP/1.0 that asked for it.
    case keepAlive
}

extension Response {
    /// Appends the whole response to `output`. `dateLine` is a `Date` line with its CR LF.
    ///
    /// The answer to HEAD has the fields of the answer to GET, its `Content-Length` too, and no content. 204 and 304
    /// have neither content nor length (RFC 9110 section 8.6).
    public func write(to output: inout [UInt8], dateLine: [UInt8], note: ConnectionNote, isHead: Bool) {
        output.append(contentsOf: StatusLine.bytes(status))
        output.append(contentsOf: dateLine)
        output.append(contentsOf: fieldBytes)
        switch note {
        case .none: break
        case .close: output.append(contentsOf: Self.closeLine)
        case .keepAlive: output.append(contentsOf: Self.keepAliveLine)
        }
        let hasContent = status != 204 && status != 304
        if hasContent {
            if !body.isEmpty, !hasContentType { output.append(contentsOf: Self.plainTextLine) }
            output.append(contentsOf: Self.contentLength)
            Self.append(decimal: body.count, to: &output)
            output.append(contentsOf: Self.headEnd)
            if !isHead { output.append(contentsOf: body) }
        } else {
            output.append(contentsOf: Self.lineEnd)
        }
    }

    /// The interim response that asks for the body (RFC 9110 section 15.2.1).
    public static let continuation = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)

    private static let closeLine = Array("Connection: close\r\n".utf8)
    private static let keepAliveLine = Array("Connection: keep-alive\r\n".utf8)
    private static let plainTextLine = Array("Content-Type: text/plain; charset=utf-8\r\n".utf8)
    private static let contentLength = Array("Content-Length: ".utf8)
    private static let headEnd = Array("\r\n\r\n".utf8)
    private static let lineEnd = Array("\r\n".utf8)

    private static func append(decimal value: Int, to output: inout [UInt8]) {
        if value >= 10 { append(decimal: value / 10, to: &output) }
        output.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value % 10))
    }
}
