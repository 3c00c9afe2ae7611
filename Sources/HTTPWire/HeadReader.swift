/// Eats the bytes of one head. Each is looked at once for the line ends and once more when its line is complete, so a
/// client that sends byte by byte costs no more than one that sends all at once, and is told the same.
struct HeadReader: Sendable {
    private var bytes: [UInt8] = []
    private var scannedCount = 0
    private var lineStart = 0
    private var fieldsStart: Int?
    private var blankLineCount = 0
    private var isAfterBlankReturn = false
    private var facts = HeadFacts()
    /// Whether the head was handed out; its bytes went with it.
    private(set) var isComplete = false
    /// Bytes after the request line, for the budget that trailers share.
    private(set) var fieldSectionBytes = 0

    /// How much is copied at a time: what follows the head in the input is copied and given back at most so far.
    private static let pieceBytes = 512

    /// Whether a byte of the request has arrived; empty lines before it do not count.
    var hasBegun: Bool { !bytes.isEmpty && !isComplete }

    /// Whether the request line asked for HEAD, as far as it is known.
    var isHead: Bool { facts.isHead }

    /// Field lines so far.
    var fieldCount: Int { facts.fieldCount }

    /// Reads from `position` on and moves it behind what was eaten. Nil when more bytes are needed.
    mutating func read(_ input: Span<UInt8>, from position: inout Int, limits: HTTPLimits) throws(HTTPRefusal)
        -> RequestHead?
    {
        if bytes.isEmpty {
            guard try skipBlankLines(input, &position, limits) else { return nil }
            bytes.reserveCapacity(Self.pieceBytes)
        }
        while position < input.count {
            let end = min(position + Self.pieceBytes, input.count)
            input.extracting(position..<end).withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
            position = end
            if try scan(limits) {
                position -= bytes.count - scannedCount
                bytes.removeLast(bytes.count - scannedCount)
                isComplete = true
                let whole = bytes
                bytes = []
                fieldSectionBytes = whole.count - (fieldsStart ?? 0)
                return try facts.head(whole, fieldsStart: fieldsStart ?? 0, limits: limits)
            }
        }
        return nil
    }

    /// Skips CR LF before the request line. False when the input ended; true when a byte of the request follows.
    private mutating func skipBlankLines(_ input: Span<UInt8>, _ position: inout Int, _ limits: HTTPLimits)
        throws(HTTPRefusal) -> Bool
    {
        while position < input.count {
            let byte = input[position]
            if isAfterBlankReturn {
                guard byte == lineFeed else { throw .syntax("A carriage return stands alone.") }
                isAfterBlankReturn = false
                blankLineCount += 1
                guard blankLineCount <= limits.leadingBlankLinesMax else {
                    throw .syntax("There are too many empty lines before the request.")
                }
            } else if byte == carriageReturn {
                isAfterBlankReturn = true
            } else {
                return true
            }
            position += 1
        }
        return false
    }

    /// Looks for line ends and reads each complete line. True at the end of the head.
    private mutating func scan(_ limits: HTTPLimits) throws(HTTPRefusal) -> Bool {
        while true {
            let limit = fieldsStart.map { $0 + limits.fieldSectionBytesMax } ?? limits.requestLineBytesMax
            let lineEnd = try nextReturn(before: min(limit, bytes.count))
            guard let lineEnd, lineEnd + 1 < limit else {
                guard scannedCount < limit, lineEnd.map({ $0 + 1 < limit }) ?? true else { throw overflow(limits) }
                return false
            }
            guard lineEnd + 1 < bytes.count else { return false }
            guard bytes[lineEnd + 1] == lineFeed else { throw .syntax("A carriage return stands alone.") }
            let line = lineStart..<lineEnd
            scannedCount = lineEnd + 2
            lineStart = scannedCount
            if fieldsStart == nil {
                try facts.addRequestLine(bytes, line, limits: limits)
                fieldsStart = lineStart
            } else if line.isEmpty {
                return true
            } else {
                try facts.addField(bytes, line, limits: limits)
            }
        }
    }

    /// The place of the next carriage return before `end`. Other controls than a tab have no place in a head.
    private mutating func nextReturn(before end: Int) throws(HTTPRefusal) -> Int? {
        while scannedCount < end {
            scannedCount = Self.nextControl(bytes, from: scannedCount, to: end)
            guard scannedCount < end else { return nil }
            switch bytes[scannedCount] {
            case carriageReturn: return scannedCount
            case horizontalTab: scannedCount += 1
            case lineFeed: throw .syntax("A line feed stands alone.")
            default: throw .syntax("There is a control character.")
            }
        }
        return nil
    }

    private static func nextControl(_ bytes: [UInt8], from start: Int, to end: Int) -> Int {
        let span = bytes.span
        var index = start
        while index < end, span[index] >= space, span[index] != 0x7F { index += 1 }
        return index
    }

    /// The refusal of a head that does not end within its limit.
    private func overflow(_ limits: HTTPLimits) -> HTTPRefusal {
        guard fieldsStart == nil else {
            return facts.refusal(
                ofSize: "The header fields are longer than \(limits.fieldSectionBytesMax) bytes.", status: 431)
        }
        do throws(HTTPRefusal) {
            try HeadFacts.checkBeginning(bytes.span, 0..<scannedCount, limits: limits)
            return HTTPRefusal(414, "The request line is longer than \(limits.requestLineBytesMax) bytes.")
        } catch {
            return error
        }
    }
}
