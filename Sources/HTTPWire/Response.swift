/// A response: status, fields and content. Its fields are checked and turned into bytes once, when it is made.
public struct Response: Sendable {
    /// The status code, 200 to 599.
    public let status: Int
    /// The content.
    public let body: [UInt8]
    /// Names the field for which the response was replaced by a 500; nil for a response as it was meant.
    public let fault: String?

    /// Status line and field lines, each with its CR LF, as they are sent.
    private let head: [UInt8]

    /// A response with `fields` in their order.
    ///
    /// A field whose name is not a token or whose value has a control character would let text from outside write
    /// fields or a second response; one that frames the message is the server's own. Such a response is not sent in
    /// part: it becomes an empty 500, with `fault` for the log. So does a status outside 200 to 599.
    public init(status: Int, fields: [(String, String)] = [], body: [UInt8] = []) {
        let fault =
            200...599 ~= status
            ? fields.first { !Self.isAllowed(name: $0.0, value: $0.1) }.map { "field \($0.0)" } : "status \(status)"
        self.status = fault == nil ? status : 500
        self.body = fault == nil ? body : []
        self.fault = fault
        head = Self.head(self.status, fault == nil ? fields : [], bodyBytes: self.body.count)
    }

    /// The beginning of a response whose content is made while it is sent. What is wrong with it makes it a 500, as above.
    package init(beginning status: Int, fields: [(String, String)]) {
        let checked = Response(status: status, fields: fields)
        self.status = checked.status
        body = []
        fault = checked.fault ?? (status == 204 || status == 304 ? "status \(status)" : nil)
        head = Self.head(checked.status, checked.fault == nil ? fields : [], bodyBytes: nil)
    }

    /// The field lines that are sent, without `Date` and `Connection`, which belong to the moment.
    public var fields: HTTPFields { HTTPFields(bytes: head, start: StatusLine.bytes(status).count) }

    private static func head(_ status: Int, _ fields: [(String, String)], bodyBytes: Int?) -> [UInt8] {
        var bytes = StatusLine.bytes(status)
        var hasContentType = false
        for (name, value) in fields {
            hasContentType = hasContentType || isName(name, "content-type")
            bytes.append(contentsOf: name.utf8)
            bytes.append(contentsOf: ": ".utf8)
            bytes.append(contentsOf: value.utf8)
            bytes.append(contentsOf: "\r\n".utf8)
        }
        if status != 204, status != 304 {
            if !hasContentType, bodyBytes != 0 {
                bytes.append(contentsOf: "Content-Type: text/plain; charset=utf-8\r\n".utf8)
            }
            if let bodyBytes { bytes.append(contentsOf: "Content-Length: \(bodyBytes)\r\n".utf8) }
        }
        return bytes
    }

    private static func isAllowed(name: String, value: String) -> Bool {
        let own: [StaticString] = [
            "content-length", "transfer-encoding", "connection", "date", "keep-alive", "upgrade", "trailer",
        ]
        guard !name.isEmpty, name.utf8.allSatisfy(isToken), !own.contains(where: { isName(name, $0) }) else {
            return false
        }
        return value.utf8.allSatisfy { ($0 >= space || $0 == horizontalTab) && $0 != 0x7F }
    }
}

private func isName(_ name: String, _ wanted: StaticString) -> Bool {
    let bytes = Array(name.utf8)
    return equalsIgnoringCase(bytes.span, 0..<bytes.count, wanted)
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
        writeFields(to: &output, dateLine: dateLine, note: note)
        output.append(carriageReturn)
        output.append(lineFeed)
        if !isHead, status != 204, status != 304 { output.append(contentsOf: body) }
    }

    /// Appends the beginning of a response whose content follows: in chunks (RFC 9112 section 7.1), or as it is until the
    /// connection ends, for a client of HTTP/1.0.
    package func writeBeginning(
        to output: inout [UInt8], dateLine: [UInt8], note: ConnectionNote, isChunked: Bool
    ) {
        writeFields(to: &output, dateLine: dateLine, note: note)
        if isChunked { output.append(contentsOf: Self.chunkedLine) }
        output.append(carriageReturn)
        output.append(lineFeed)
    }

    private func writeFields(to output: inout [UInt8], dateLine: [UInt8], note: ConnectionNote) {
        output.append(contentsOf: head)
        output.append(contentsOf: dateLine)
        switch note {
        case .none: break
        case .close: output.append(contentsOf: Self.closeLine)
        case .keepAlive: output.append(contentsOf: Self.keepAliveLine)
        }
    }

    /// `content` as one chunk; it must not be empty, for that would be the last chunk.
    package static func chunk(_ content: [UInt8]) -> [UInt8] {
        var bytes = Array(String(content.count, radix: 16).utf8)
        bytes.reserveCapacity(bytes.count + content.count + 4)
        bytes += [carriageReturn, lineFeed]
        bytes += content
        bytes += [carriageReturn, lineFeed]
        return bytes
    }

    /// What ends a content in chunks.
    package static let lastChunk = Array("0\r\n\r\n".utf8)

    /// The interim response that asks for the body (RFC 9110 section 15.2.1).
    public static let continuation = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)

    private static let chunkedLine = Array("Transfer-Encoding: chunked\r\n".utf8)
    private static let closeLine = Array("Connection: close\r\n".utf8)
    private static let keepAliveLine = Array("Connection: keep-alive\r\n".utf8)
}
