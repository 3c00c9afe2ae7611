import Budget
import UTCTime

/// Why a line is none of the journal.
struct JournalError: Error, Equatable {
    let reason: String
}

/// One line of the journal, read and checked.
struct JournalLine: Equatable {
    let sequence: Int
    let time: Instant
    let entry: JournalEntry

    /// Reads `bytes`, which come without their line break.
    init(parsing bytes: UnsafeBufferPointer<UInt8>) throws(JournalError) {
        guard let tab = bytes.lastIndex(of: 0x09), bytes.count - tab == 9 else {
            throw JournalError(reason: "the line has no checksum")
        }
        let sum = CRC32C.of(UnsafeBufferPointer(rebasing: bytes[..<tab]))
        let text = String(decoding: bytes[(tab + 1)...], as: UTF8.self)
        guard text.utf8.allSatisfy({ 0x30...0x39 ~= $0 || 0x61...0x66 ~= $0 }), UInt32(text, radix: 16) == sum else {
            throw JournalError(reason: "the checksum is \(text), but the line has \(String(sum, radix: 16))")
        }
        try self.init(checked: UnsafeBufferPointer(rebasing: bytes[..<tab]))
    }

    /// Reads the fields of a line whose checksum has been seen to.
    private init(checked bytes: UnsafeBufferPointer<UInt8>) throws(JournalError) {
        var fields = Fields(bytes)
        sequence = try fields.number()
        time = Instant(milliseconds: Int64(try fields.number()))
        let verb = try fields.text()
        switch verb {
        case "begin": entry = .begin(version: try fields.number())
        case "reserved": entry = .transition(.reserved(try Self.hold(&fields, state: .open, dispatchedAt: nil)))
        case "dispatched": entry = .transition(.dispatched(try fields.id(), time))
        case "released": entry = .transition(.released(try fields.id(), time))
        case "expired": entry = .transition(.expired(try fields.id(), time))
        case "unresolved": entry = .transition(.unresolved(try fields.id(), time))
        case "settled": entry = .transition(.settled(try fields.id(), time))
        case "hold":
            guard let state = ReservationState(rawValue: try fields.text()) else {
                throw JournalError(reason: "a hold has no state")
            }
            let dispatched = try fields.optionalNumber().map { Instant(milliseconds: Int64($0)) }
            entry = .hold(try Self.hold(&fields, state: state, dispatchedAt: dispatched))
        case "gone":
            let reason = try fields.text()
            guard reason == "expired" || reason == "released" else {
                throw JournalError(reason: "a hold is gone for no reason")
            }
            let dispatched = try fields.optionalNumber().map { Instant(milliseconds: Int64($0)) }
            entry = .gone(
                try Self.hold(&fields, state: .released, dispatchedAt: dispatched), wasExpired: reason == "expired")
        case "mark": entry = .mark(try Self.mark(&fields))
        case "grant":
            let tokens = try fields.number()
            entry = .grant(
                Grant(tokens: tokens, day: try fields.day(), author: try fields.text(), reason: try fields.text()))
        default: throw JournalError(reason: "\"\(verb)\" is nothing that happens")
        }
        guard fields.isAtEnd else { throw JournalError(reason: "the line has too many fields") }
    }

    private static func hold(
        _ fields: inout Fields, state: ReservationState, dispatchedAt: Instant?
    ) throws(JournalError) -> Hold {
        let id = try fields.id()
        let tokens = try fields.number()
        guard tokens >= 0, let decision = Decision(rawValue: try fields.text()) else {
            throw JournalError(reason: "a hold has no decision")
        }
        let seconds = try fields.number()
        let created = Instant(milliseconds: Int64(try fields.number()))
        let expires = Instant(milliseconds: Int64(try fields.number()))
        let context = CallContext(
            projectID: try fields.optionalNumber(), project: try fields.text(),
            mergeRequestIID: try fields.optionalNumber(), user: try fields.text(), agent: try fields.text(),
            command: try fields.text(), model: try fields.text())
        let key = try fields.text()
        return Hold(
            id: id,
            reservation: Reservation(
                id: id.text, tokens: tokens, state: state, context: context, createdAt: created, expiresAt: expires,
                dispatchedAt: dispatchedAt, idempotencyKey: key.isEmpty ? nil : key),
            decision: decision, timeToLiveSeconds: seconds)
    }

    private static func mark(_ fields: inout Fields) throws(JournalError) -> JournalMark {
        guard let oldest = Month(year: try fields.number(), month: try fields.number()),
            let month = Month(year: try fields.number(), month: try fields.number())
        else { throw JournalError(reason: "a mark has no month") }
        return JournalMark(
            oldestMonth: oldest, month: month, monthRows: try fields.number(), day: try fields.day(),
            inputTokens: try fields.number(),
            outputTokens: try fields.number(), requestCount: try fields.number())
    }
}

extension JournalLine {
    /// The fields of a line, taken one by one.
    fileprivate struct Fields {
        private let bytes: UnsafeBufferPointer<UInt8>
        private var position = 0

        init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

        var isAtEnd: Bool { position > bytes.count }

        private mutating func next() throws(JournalError) -> UnsafeBufferPointer<UInt8> {
            guard position <= bytes.count else { throw JournalError(reason: "the line has too few fields") }
            let rest = bytes[position...]
            let end = rest.firstIndex(of: 0x09) ?? bytes.count
            defer { position = end + 1 }
            return UnsafeBufferPointer(rebasing: bytes[position..<end])
        }

        mutating func optionalNumber() throws(JournalError) -> Int? {
            let field = try next()
            guard !field.isEmpty else { return nil }
            let isNegative = field[0] == UInt8(ascii: "-")
            let digits = field.dropFirst(isNegative ? 1 : 0)
            guard 1...18 ~= digits.count else { throw JournalError(reason: "a number is too long") }
            var value = 0
            for digit in digits {
                guard 0x30...0x39 ~= digit else { throw JournalError(reason: "a number was expected") }
                value = value * 10 + Int(digit - 0x30)
            }
            return isNegative ? -value : value
        }

        mutating func number() throws(JournalError) -> Int {
            guard let value = try optionalNumber() else { throw JournalError(reason: "a number is missing") }
            return value
        }

        mutating func id() throws(JournalError) -> RecordID {
            guard let id = RecordID(ascii: try next()) else { throw JournalError(reason: "an id was expected") }
            return id
        }

        mutating func day() throws(JournalError) -> Day {
            guard let day = Day(try text()) else { throw JournalError(reason: "a day was expected") }
            return day
        }

        mutating func text() throws(JournalError) -> String {
            let field = try next()
            guard field.contains(UInt8(ascii: "\\")) else {
                guard let text = String(validating: field, as: UTF8.self) else {
                    throw JournalError(reason: "a text is not UTF-8")
                }
                return text
            }
            var plain: [UInt8] = []
            var isEscaped = false
            for byte in field {
                if isEscaped {
                    isEscaped = false
                    switch byte {
                    case UInt8(ascii: "t"): plain.append(0x09)
                    case UInt8(ascii: "n"): plain.append(0x0A)
                    case UInt8(ascii: "r"): plain.append(0x0D)
                    case UInt8(ascii: "\\"): plain.append(byte)
                    default: throw JournalError(reason: "an unknown escape")
                    }
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else {
                    plain.append(byte)
                }
            }
            guard !isEscaped, let text = String(validating: plain, as: UTF8.self) else {
                throw JournalError(reason: "a text is not UTF-8")
            }
            return text
        }
    }
}
