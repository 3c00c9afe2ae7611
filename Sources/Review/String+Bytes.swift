extension String {
    /// The longest beginning of at most `bytesMax` bytes that splits no character's encoding, and whether it is
    /// shorter.
    func cut(toBytes bytesMax: Int) -> (text: String, isCut: Bool) {
        guard utf8.count > bytesMax else { return (self, false) }
        var end = utf8.index(startIndex, offsetBy: max(0, bytesMax))
        while end > startIndex, utf8[end] & 0xC0 == 0x80 { end = utf8.index(before: end) }
        return (String(self[..<end]), true)
    }

    /// Whether the bytes of `word` occur in the bytes of this text.
    func contains(bytesOf word: String) -> Bool {
        let wanted = Array(word.utf8)
        guard let first = wanted.first else { return true }
        var text = self
        return text.withUTF8 { bytes in
            guard bytes.count >= wanted.count else { return false }
            for start in 0...(bytes.count - wanted.count) where bytes[start] == first {
                if bytes[start..<(start + wanted.count)].elementsEqual(wanted) { return true }
            }
            return false
        }
    }

    /// This text with every occurrence of the bytes of `word` replaced by `replacement`.
    func replacing(bytesOf word: String, by replacement: String) -> String {
        let wanted = Array(word.utf8)
        let bytes = Array(utf8)
        guard let first = wanted.first else { return self }
        var output: [UInt8] = []
        var index = 0
        while index < bytes.count {
            let end = index + wanted.count
            if bytes[index] == first, end <= bytes.count, bytes[index..<end].elementsEqual(wanted) {
                output.append(contentsOf: replacement.utf8)
                index = end
            } else {
                output.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: output, as: UTF8.self)
    }
}

extension [UInt8] {
    /// Appends `number` in decimal digits.
    mutating func append(decimal number: Int) {
        guard number < 0 || number >= 10 else { return append(UInt8(ascii: "0") + UInt8(number)) }
        guard number > 0 else { return append(contentsOf: String(number).utf8) }
        append(decimal: number / 10)
        append(UInt8(ascii: "0") + UInt8(number % 10))
    }
}
