// What the lines of a head say, gathered while they come in. Wrong syntax is refused at once; everything else waits for
// the end of the head, because the order of refusals is fixed: 400 syntax, 505, 414 and 431, 501, 400 framing.

struct HeadFacts: Sendable {
    private var method: HTTPMethod?
    private var majorVersion: UInt8 = 1
    private var minorVersion = 1
    private var target: RequestTarget?
    private(set) var isHead = false

    private(set) var fieldCount = 0
    private(set) var hasLongField = false
    private var seen: UInt32 = 0
    private var hasDuplicate = false
    private var host = ByteRange(0..<0)
    private var hasHost = false
    private var hasBadHost = false
    private var contentLength: Int?
    private var hasContentLength = false
    private var coding: TransferCoding?
    private var closes = false
    private var keepsAlive = false
    private var expectation = RequestHead.Expectation.none

    /// Reads `method SP target SP version`, each blank exactly one (RFC 9112 section 3).
    mutating func addRequestLine(_ head: [UInt8], _ line: Range<Int>, limits: HTTPLimits) throws(HTTPRefusal) {
        let bytes = head.span
        guard let methodEnd = firstIndex(of: space, bytes, line), methodEnd > line.lowerBound,
            let targetEnd = firstIndex(of: space, bytes, (methodEnd + 1)..<line.upperBound)
        else { throw .syntax("The request line must be a method, a target and a version.") }
        try Self.checkMethod(bytes, line.lowerBound..<methodEnd, limits: limits)
        method = HTTPMethod(bytes, line.lowerBound..<methodEnd)
        isHead = method == .head
        let version = (targetEnd + 1)..<line.upperBound
        guard version.count == 8, equals(bytes, version.lowerBound..<(version.lowerBound + 5), "HTTP/"),
            let major = decimal(bytes, (version.lowerBound + 5)..<(version.lowerBound + 6)),
            bytes[version.lowerBound + 6] == UInt8(ascii: "."),
            let minor = decimal(bytes, (version.lowerBound + 7)..<version.upperBound)
        else { throw Self.wrongVersion }
        majorVersion = UInt8(truncatingIfNeeded: major)
        minorVersion = minor
        target = try RequestTarget(bytes, (methodEnd + 1)..<targetEnd, isOptions: method == .options)
    }

    /// Refuses the beginning of a request line that is longer than its limit, when nothing that follows can mend it.
    static func checkBeginning(_ bytes: Span<UInt8>, _ range: Range<Int>, limits: HTTPLimits) throws(HTTPRefusal) {
        let methodEnd = firstIndex(of: space, bytes, range) ?? range.upperBound
        try checkMethod(bytes, range.lowerBound..<methodEnd, limits: limits)
        guard methodEnd > range.lowerBound, methodEnd < range.upperBound else {
            throw .syntax("The request line must be a method, a target and a version.")
        }
        let isOptions = HTTPMethod(bytes, range.lowerBound..<methodEnd) == .options
        let target = (methodEnd + 1)..<range.upperBound
        guard let targetEnd = firstIndex(of: space, bytes, target) else {
            return try RequestTarget.checkBeginning(bytes, target, isOptions: isOptions)
        }
        _ = try RequestTarget(bytes, target.lowerBound..<targetEnd, isOptions: isOptions)
        let version = (targetEnd + 1)..<range.upperBound
        // What of the version is there must fit; a zero stands for any digit.
        let form = Array("HTTP/0.0".utf8)
        let isVersion =
            version.count <= form.count
            && zip(version, form).allSatisfy { index, wanted in
                wanted == UInt8(ascii: "0") ? decimal(bytes, index..<(index + 1)) != nil : bytes[index] == wanted
            }
        guard isVersion else { throw wrongVersion }
    }

    private static let wrongVersion = HTTPRefusal.syntax("The version must be HTTP/1.1 or HTTP/1.0.")

    static func checkMethod(_ bytes: Span<UInt8>, _ range: Range<Int>, limits: HTTPLimits) throws(HTTPRefusal) {
        guard range.count <= limits.methodBytesMax else { throw .syntax("The method is too long.") }
        for index in range where !isToken(bytes[index]) { throw .syntax("The method is not a token.") }
    }

    /// Reads one field line (RFC 9112 section 5).
    mutating func addField(_ head: [UInt8], _ line: Range<Int>, limits: HTTPLimits) throws(HTTPRefusal) {
        let bytes = head.span
        let name = try Self.name(bytes, line)
        fieldCount += 1
        if line.count > limits.fieldBytesMax { hasLongField = true }
        let value = trimmed(bytes, (name.upperBound + 1)..<line.upperBound)
        if let field = KnownField(bytes, name) {
            let bit: UInt32 = 1 << field.rawValue
            hasDuplicate = hasDuplicate || seen & bit != 0
            seen |= bit
            note(field, bytes, value)
        } else if equalsIgnoringCase(bytes, name, "connection") {
            noteConnection(bytes, value)
        }
    }

    /// The name before the first colon: at least one token character and nothing else, so no blank and no fold.
    static func name(_ bytes: Span<UInt8>, _ line: Range<Int>) throws(HTTPRefusal) -> Range<Int> {
        var index = line.lowerBound
        while index < line.upperBound, isToken(bytes[index]) { index += 1 }
        guard index > line.lowerBound, index < line.upperBound, bytes[index] == UInt8(ascii: ":") else {
            throw .syntax("A field line must be a name, a colon and a value.")
        }
        return line.lowerBound..<index
    }

    private mutating func note(_ field: KnownField, _ bytes: Span<UInt8>, _ value: Range<Int>) {
        switch field {
        case .host:
            hasHost = true
            host = ByteRange(value)
            hasBadHost = hasBadHost || !isHost(bytes, value)
        case .expect: expectation = equalsIgnoringCase(bytes, value, "100-continue") ? .continuation : .unknown
        case .contentLength:
            hasContentLength = true
            contentLength = decimal(bytes, value)
        case .transferEncoding: coding = coding == nil ? TransferCoding(bytes, value) : .faulty
        case .webhookID, .contentType, .authorization, .gitLabToken, .gitLabEvent, .idempotencyKey, .contentEncoding,
            .webhookSignature, .webhookTimestamp, .gitLabEventUUID:
            break
        }
    }

    private mutating func noteConnection(_ bytes: Span<UInt8>, _ value: Range<Int>) {
        var closes = closes
        var keepsAlive = keepsAlive
        forEachElement(bytes, value) { element in
            if equalsIgnoringCase(bytes, element, "close") { closes = true }
            if equalsIgnoringCase(bytes, element, "keep-alive") { keepsAlive = true }
        }
        (self.closes, self.keepsAlive) = (closes, keepsAlive)
    }

    /// The refusal for a limit of size that was passed before the end of the head: a wrong version still goes first.
    func refusal(ofSize detail: String, status: Int) -> HTTPRefusal {
        majorVersion == 1 ? HTTPRefusal(status, detail) : Self.versionRefusal
    }

    private static let versionRefusal = HTTPRefusal(505, "Only HTTP/1.1 and HTTP/1.0 are spoken here.")

    /// Decides on the whole head. `fieldsStart` is where the first field line begins in `bytes`.
    func head(_ bytes: [UInt8], fieldsStart: Int, limits: HTTPLimits) throws(HTTPRefusal) -> RequestHead {
        guard let target else { throw .syntax("There is no request line.") }
        guard majorVersion == 1 else { throw Self.versionRefusal }
        guard target.range.range.count <= limits.targetBytesMax else {
            throw HTTPRefusal(414, "The request target is longer than \(limits.targetBytesMax) bytes.")
        }
        try Self.checkSize(count: fieldCount, hasLongField: hasLongField, limits: limits)
        guard let method else { throw HTTPRefusal(501, "The method is not known here.") }
        if coding == .unsupported { throw HTTPRefusal(501, "Of the transfer codings, only chunked is known here.") }
        let framing = try framing()
        try checkHost()
        return RequestHead(
            method: method, minorVersion: minorVersion, framing: framing,
            expectation: minorVersion == 0 ? .none : expectation,
            keepsAlive: !closes && (minorVersion > 0 || keepsAlive), bytes: bytes, target: target,
            fieldsStart: UInt32(clamping: fieldsStart), hostRange: host)
    }

    static func checkSize(count: Int, hasLongField: Bool, limits: HTTPLimits) throws(HTTPRefusal) {
        guard !hasLongField else {
            throw HTTPRefusal(431, "A field line is longer than \(limits.fieldBytesMax) bytes.")
        }
        guard count <= limits.fieldCountMax else {
            throw HTTPRefusal(431, "There are more than \(limits.fieldCountMax) field lines.")
        }
    }

    private func framing() throws(HTTPRefusal) -> RequestHead.Framing {
        guard !hasDuplicate else { throw .framing("A field that must come once comes twice.") }
        if let coding {
            guard coding == .chunked else { throw .framing("Transfer-Encoding must be chunked, once and alone.") }
            guard minorVersion > 0 else { throw .framing("HTTP/1.0 has no Transfer-Encoding.") }
            guard !hasContentLength else { throw .framing("There are both Content-Length and Transfer-Encoding.") }
            return .chunked
        }
        guard hasContentLength else { return .none }
        guard let contentLength else { throw .framing("Content-Length must be digits that fit 63 bits.") }
        return contentLength == 0 ? .none : .length(contentLength)
    }

    private func checkHost() throws(HTTPRefusal) {
        guard !hasBadHost else { throw .framing("Host is not a host with an optional port.") }
        guard hasHost || minorVersion == 0 else { throw .framing("HTTP/1.1 needs one Host line.") }
    }
}

/// What a `Transfer-Encoding` value asks for.
enum TransferCoding: Equatable {
    /// Exactly `chunked`, in any letter case.
    case chunked
    /// Well-formed codings we do not know, with or without `chunked` as the last.
    case unsupported
    /// Anything that a lenient reader might take for `chunked`, or that is no list of codings.
    case faulty

    init(_ bytes: Span<UInt8>, _ value: Range<Int>) {
        if equalsIgnoringCase(bytes, value, "chunked") {
            self = .chunked
            return
        }
        var elements: [Range<Int>] = []
        forEachElement(bytes, value) { elements.append($0) }
        for (index, element) in elements.enumerated() {
            let isLast = index == elements.count - 1
            let isChunked = equalsIgnoringCase(bytes, element, "chunked")
            let isToken = !element.isEmpty && element.allSatisfy { HTTPWire.isToken(bytes[$0]) }
            guard isToken, isChunked ? isLast : !Self.resemblesChunked(bytes, element) else {
                self = .faulty
                return
            }
        }
        self = .unsupported
    }

    private static func resemblesChunked(_ bytes: Span<UInt8>, _ element: Range<Int>) -> Bool {
        guard element.count >= 7 else { return false }
        return (element.lowerBound...(element.upperBound - 7)).contains {
            equalsIgnoringCase(bytes, $0..<($0 + 7), "chunked")
        }
    }
}
