import UTCTime

/// The identity of a reservation or a usage record: 48 bits of time and 80 bits that are random, counted up, or the hash
/// of an idempotency key. A record that settles a reservation has the reservation's id: that is how, after a crash, a row
/// is recognised as the settlement of a hold.
package struct RecordID: Hashable, Sendable {
    /// What an id was made for. Its prefix keeps spreadsheets from taking ids for numbers.
    enum Kind: UInt8, Sendable, CaseIterable {
        /// A reservation.
        case reservation
        /// A reservation asked for with an idempotency key, whose hash is in the id.
        case keyedReservation
        /// A usage record without a reservation.
        case usage
        /// A usage record with an idempotency key, whose hash is in the id.
        case keyedUsage

        var prefix: StaticString {
            switch self {
            case .reservation: "r-"
            case .keyedReservation: "rk-"
            case .usage: "u-"
            case .keyedUsage: "uk-"
            }
        }
    }

    let kind: Kind
    let value: UInt128

    static let tailMask: UInt128 = (1 << 80) - 1
    static let digitCount = 26
    /// Crockford's base 32: no I, L, O, U, in the order of their bytes.
    private static let digits: StaticString = "0123456789abcdefghjkmnpqrstvwxyz"

    init(kind: Kind, time: Instant, tail: UInt128) {
        self.kind = kind
        let milliseconds = UInt128(max(0, time.milliseconds)) & ((1 << 48) - 1)
        value = milliseconds << 80 | tail & Self.tailMask
    }

    /// The 80 bits behind the time.
    var tail: UInt128 { value & Self.tailMask }

    /// When it was made, by its own account.
    var time: Instant { Instant(milliseconds: Int64(value >> 80)) }

    /// Reads what `description` writes; nil for anything else.
    init?(_ text: some StringProtocol) {
        var text = String(text)
        let id = text.withUTF8 { Self(ascii: $0) }
        guard let id else { return nil }
        self = id
    }

    init?(ascii bytes: UnsafeBufferPointer<UInt8>) {
        let prefixCount = bytes.count - Self.digitCount
        guard 2...3 ~= prefixCount, bytes[prefixCount - 1] == UInt8(ascii: "-"),
            prefixCount == 2 || bytes[1] == UInt8(ascii: "k")
        else { return nil }
        switch (bytes[0], prefixCount) {
        case (UInt8(ascii: "r"), 2): kind = .reservation
        case (UInt8(ascii: "r"), _): kind = .keyedReservation
        case (UInt8(ascii: "u"), 2): kind = .usage
        case (UInt8(ascii: "u"), _): kind = .keyedUsage
        default: return nil
        }
        // 26 digits have two bits more than the value.
        guard bytes[prefixCount] <= UInt8(ascii: "7") else { return nil }
        var value: UInt128 = 0
        var index = prefixCount
        while index < bytes.count {
            let digit = Self.digitValues[Int(bytes[index])]
            guard digit < 32 else { return nil }
            value = value << 5 | UInt128(digit)
            index += 1
        }
        self.value = value
    }

    /// The value of each byte as a digit; 255 for bytes that are none.
    private static let digitValues: [UInt8] = {
        var values = [UInt8](repeating: 255, count: 256)
        for value in 0..<32 { values[Int(digits.utf8Start[value])] = UInt8(value) }
        return values
    }()

    /// Writes the id at `place`, which must have room for `textBytesMax` bytes; answers how many it wrote.
    func write(at place: UnsafeMutablePointer<UInt8>) -> Int {
        let prefix = kind.prefix
        place.update(from: prefix.utf8Start, count: prefix.utf8CodeUnitCount)
        var rest = value
        var index = prefix.utf8CodeUnitCount + Self.digitCount
        let count = index
        while index > prefix.utf8CodeUnitCount {
            // Twelve digits at a time fit a word, and words are cheaper than 128-bit numbers.
            var word = UInt64(truncatingIfNeeded: rest)
            rest >>= 60
            var left = 12
            while left > 0, index > prefix.utf8CodeUnitCount {
                index -= 1
                left -= 1
                place[index] = Self.digits.utf8Start[Int(word & 31)]
                word >>= 5
            }
        }
        return count
    }

    static let textBytesMax = 3 + digitCount

    /// `r-01jf3k9…`: a prefix and 26 digits.
    var text: String {
        String(unsafeUninitializedCapacity: Self.textBytesMax) { buffer in
            buffer.baseAddress.map { write(at: $0) } ?? 0
        }
    }
}

/// Makes ids that no other process and no other moment makes.
struct IDSource: Sendable {
    private var next: UInt128

    /// Begins at a random place, so that ids of two runs within one millisecond differ.
    init(randomness: @Sendable () -> UInt64) {
        next = (UInt128(randomness()) << 64 | UInt128(randomness())) & RecordID.tailMask
    }

    mutating func make(_ kind: RecordID.Kind, at time: Instant) -> RecordID {
        next = (next &+ 1) & RecordID.tailMask
        return RecordID(kind: kind, time: time, tail: next)
    }
}
