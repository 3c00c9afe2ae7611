/// Eats a chunked body (RFC 9112 section 7.1) and hands out its data.
///
/// Both bytes of every line end are checked: a reader that only counts two bytes after the data can be made to see
/// another message than the proxy before it saw (h11 GHSA-vqfr-h8mv-ghfj).
struct ChunkedReader: Sendable {
    private enum State {
        /// Digits of the chunk size.
        case size
        /// From a semicolon to the carriage return.
        case extensions
        /// The line feed of the size line.
        case sizeLineFeed
        /// Bytes of the chunk.
        case data
        /// The carriage return after the data.
        case dataReturn
        /// The line feed after the data.
        case dataLineFeed
        /// A trailer line, or the empty line that ends the message.
        case trailer
        /// The line feed of a trailer line.
        case trailerLineFeed
    }

    private let bodyBytesMax: Int
    private var state = State.size
    private var size = 0
    private var digitCount = 0
    private var lineExtensionBytes = 0
    private var extensionBytes = 0
    private var trailerLine: [UInt8] = []
    private var fieldSectionBytes: Int
    private var fieldCount: Int

    /// A reader of at most `bodyBytesMax` bytes of data, with what the head left of the budget for fields.
    init(bodyBytesMax: Int, fieldSectionBytes: Int, fieldCount: Int) {
        self.bodyBytesMax = bodyBytesMax
        self.fieldSectionBytes = fieldSectionBytes
        self.fieldCount = fieldCount
    }

    /// Reads from `position` on, appends data to `body`, and moves `position` behind what was eaten. True at the end.
    mutating func read(_ input: Span<UInt8>, from position: inout Int, into body: inout BodyBuffer, limits: HTTPLimits)
        throws(HTTPRefusal)
        -> Bool
    {
        while position < input.count {
            if state == .data {
                let end = min(input.count, position + size)
                body.append(input.extracting(position..<end), bytesMax: bodyBytesMax)
                size -= end - position
                position = end
                if size == 0 { state = .dataReturn }
            } else {
                let byte = input[position]
                position += 1
                if try readByte(byte, bodyCount: body.count, limits) { return true }
            }
        }
        return false
    }

    private mutating func readByte(_ byte: UInt8, bodyCount: Int, _ limits: HTTPLimits) throws(HTTPRefusal) -> Bool {
        switch state {
        case .size: try readSize(byte, limits)
        case .extensions: try readExtension(byte, limits)
        case .sizeLineFeed:
            try expect(lineFeed, byte)
            try beginChunk(bodyCount: bodyCount)
        case .data: break
        case .dataReturn:
            try expect(carriageReturn, byte)
            state = .dataLineFeed
        case .dataLineFeed:
            try expect(lineFeed, byte)
            (state, digitCount) = (.size, 0)
        case .trailer: try readTrailer(byte, limits)
        case .trailerLineFeed:
            try expect(lineFeed, byte)
            return try endTrailerLine(limits)
        }
        return false
    }

    private func expect(_ wanted: UInt8, _ byte: UInt8) throws(HTTPRefusal) {
        guard byte == wanted else { throw .framing("A chunk or its size line does not end with CR LF.") }
    }

    private mutating func readSize(_ byte: UInt8, _ limits: HTTPLimits) throws(HTTPRefusal) {
        if let digit = hexadecimal(byte) {
            digitCount += 1
            guard digitCount <= limits.chunkSizeDigitsMax else { throw .framing("A chunk size has too many digits.") }
            size = (digitCount == 1 ? 0 : size) << 4 | Int(digit)
            return
        }
        guard digitCount > 0 else { throw .framing("A chunk size must be hexadecimal digits.") }
        switch byte {
        case carriageReturn: state = .sizeLineFeed
        case UInt8(ascii: ";"):
            (state, lineExtensionBytes) = (.extensions, 0)
            try countExtensionByte(limits)
        default: throw .framing("A chunk size must be hexadecimal digits.")
        }
    }

    private mutating func readExtension(_ byte: UInt8, _ limits: HTTPLimits) throws(HTTPRefusal) {
        if byte == carriageReturn {
            state = .sizeLineFeed
            return
        }
        guard byte >= space, byte != 0x7F else { throw .framing("A chunk extension has a control character.") }
        try countExtensionByte(limits)
    }

    private mutating func countExtensionByte(_ limits: HTTPLimits) throws(HTTPRefusal) {
        lineExtensionBytes += 1
        extensionBytes += 1
        guard lineExtensionBytes <= limits.chunkExtensionBytesMax, extensionBytes <= limits.chunkExtensionsBytesMax
        else { throw .framing("The chunk extensions are too long.") }
    }

    private mutating func beginChunk(bodyCount: Int) throws(HTTPRefusal) {
        guard size > 0 else {
            state = .trailer
            return
        }
        guard size <= bodyBytesMax - bodyCount else { throw .bodyTooLarge(bodyBytesMax) }
        state = .data
    }

    private mutating func readTrailer(_ byte: UInt8, _ limits: HTTPLimits) throws(HTTPRefusal) {
        try countFieldByte(limits)
        if byte == carriageReturn {
            state = .trailerLineFeed
            return
        }
        guard byte >= space || byte == horizontalTab, byte != 0x7F else {
            throw .framing("A trailer has a control character.")
        }
        trailerLine.append(byte)
    }

    private mutating func countFieldByte(_ limits: HTTPLimits) throws(HTTPRefusal) {
        fieldSectionBytes += 1
        guard fieldSectionBytes <= limits.fieldSectionBytesMax else {
            throw HTTPRefusal(431, "Header fields and trailers are longer than \(limits.fieldSectionBytesMax) bytes.")
        }
    }

    /// Checks a trailer line and forgets it: trailers are never merged into the head. True at the empty line.
    private mutating func endTrailerLine(_ limits: HTTPLimits) throws(HTTPRefusal) -> Bool {
        try countFieldByte(limits)
        guard !trailerLine.isEmpty else { return true }
        let line = 0..<trailerLine.count
        let name = try HeadFacts.name(trailerLine.span, line)
        fieldCount += 1
        try HeadFacts.checkSize(
            count: fieldCount, hasLongField: trailerLine.count > limits.fieldBytesMax, limits: limits)
        for forbidden: StaticString in ["content-length", "transfer-encoding", "host", "trailer"] {
            guard !equalsIgnoringCase(trailerLine.span, name, forbidden) else {
                throw .framing("A trailer must not be \(forbidden).")
            }
        }
        trailerLine.removeAll(keepingCapacity: true)
        state = .trailer
        return false
    }
}

extension HTTPRefusal {
    /// The refusal of a body longer than the route takes.
    static func bodyTooLarge(_ bytesMax: Int) -> HTTPRefusal {
        HTTPRefusal(413, "The body is longer than \(bytesMax) bytes.")
    }
}
