import Glibc

// Nearly all lines have no secret, and every line of every change is asked about. What all secrets have in common is looked
// for first, with steps that pass over many bytes at once.

extension LineSecrets {
    /// Whether a secret or a line of a key may be in `bytes`; where not, there is none.
    static func mayHaveAny(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        mayHaveAssignment(bytes) || mayHaveToken(bytes) || mayHaveKeyLine(bytes)
    }

    /// A name of a secret with a `=` or `:` behind it, or an address with a user.
    private static func mayHaveAssignment(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        bytes.hasAny(UInt8(ascii: "=")) { SecretAssignment.isNamed(bytes, at: $0) }
            || bytes.hasAny(UInt8(ascii: ":")) { index in
                guard bytes.at(index + 1) == 0x2F, bytes.at(index + 2) == 0x2F else {
                    return SecretAssignment.isNamed(bytes, at: index)
                }
                // As far as `address(from:)` looks: to the end of the line would be once a `://`.
                let start = index + 3
                return bytes.place(of: UInt8(ascii: "@"), from: start, within: valueBytesMax + 1) != nil
            }
    }

    /// A token of a known form stands in a run of at least so many bytes: one of them has a place that the length divides.
    private static func mayHaveToken(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let length = TokenShape.bytesMin
        var probe = length - 1
        while probe < bytes.count {
            guard TokenShape.Alphabet.dotted.has(bytes[probe]) else {
                probe += length
                continue
            }
            var (start, end) = (probe, probe + 1)
            while start > 0, TokenShape.Alphabet.dotted.has(bytes[start - 1]) { start -= 1 }
            while end < bytes.count, TokenShape.Alphabet.dotted.has(bytes[end]) { end += 1 }
            if end - start >= length, hasOpening(bytes, start..<end) { return true }
            // The next probe that is not within the run.
            probe += ((end - probe - 1) / length + 1) * length
        }
        return false
    }

    /// Whether a word in `range` begins as a token does.
    private static func hasOpening(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Bool {
        TokenShape.openings.withUnsafeBufferPointer { openings in
            var wasWord = false
            for index in range.dropLast(2) {
                let isWord = bytes[index].isWordByte
                if isWord, !wasWord, openings[TokenShape.place(bytes[index], bytes[index + 1], bytes[index + 2])] {
                    return true
                }
                wasWord = isWord
            }
            return false
        }
    }

    /// The beginning or the end of a PEM block.
    private static func mayHaveKeyLine(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        bytes.hasAny(UInt8(ascii: "-")) { bytes.has("-----BEGIN ", at: $0) || bytes.has("-----END ", at: $0) }
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// The first place of `byte` from `start` on, among `bytesMax` bytes; nil where it does not stand.
    @inline(__always) fileprivate func place(of byte: UInt8, from start: Int, within bytesMax: Int = .max) -> Int? {
        guard start < count, let base = baseAddress,
            let found = memchr(base + start, Int32(byte), Swift.min(count - start, bytesMax))
        else { return nil }
        return UnsafeRawPointer(found) - UnsafeRawPointer(base)
    }

    /// Whether `holds` is true of a place of `byte`.
    @inline(__always) fileprivate func hasAny(_ byte: UInt8, where holds: (Int) -> Bool) -> Bool {
        var start = 0
        while let place = place(of: byte, from: start) {
            if holds(place) { return true }
            start = place + 1
        }
        return false
    }
}
