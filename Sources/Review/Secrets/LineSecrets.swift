/// The secrets within one line of text.
///
/// One pass over the bytes; looking back and ahead is bounded by `keyBytesMax` and by what is then passed over, so the
/// time grows with the length of the line and not faster.
struct LineSecrets {
    /// A secret's place in the line, in bytes.
    struct Match {
        var range: Range<Int>
        var kind: SecretKind
    }

    /// The longest name that is looked at before a `=` or `:`.
    static let keyBytesMax = 64
    /// The longest value or password that is taken for a secret.
    static let valueBytesMax = 512

    private(set) var matches: [Match] = []
    /// Where `-----BEGIN … PRIVATE KEY-----` stands.
    private(set) var keyBegin: Range<Int>?
    /// Where `-----END … PRIVATE KEY-----` stands.
    private(set) var keyEnd: Range<Int>?
    private let bytes: UnsafeBufferPointer<UInt8>

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
        guard Self.mayHaveAny(bytes) else { return }
        LineByte.table.withUnsafeBufferPointer { kinds in
            TokenShape.openings.withUnsafeBufferPointer { scan(kinds, $0) }
        }
        if matches.count > 1 { settleOverlaps() }
    }

    private mutating func scan(_ kinds: UnsafeBufferPointer<LineByte>, _ openings: UnsafeBufferPointer<Bool>) {
        var index = 0
        let count = bytes.count
        var wasWord = false
        var runs = TokenRuns()
        while index < count {
            switch kinds[Int(bytes[index])] {
            case .other: wasWord = false
            case .word: wasWord = true
            case .wordOfToken:
                if !wasWord, index &+ 2 < count,
                    openings[TokenShape.place(bytes[index], bytes[index &+ 1], bytes[index &+ 2])],
                    let end = token(at: index, &runs)
                {
                    index = end - 1
                }
                wasWord = true
            case .equals:
                wasWord = false
                assignment(at: index)
            case .colon:
                wasWord = false
                if bytes.at(index + 1) == 0x2F, bytes.at(index + 2) == 0x2F {
                    address(from: index + 3)
                } else {
                    assignment(at: index)
                }
            case .minus:
                wasWord = false
                if bytes.at(index + 1) == 0x2D, let end = keyLine(at: index) { index = end - 1 }
            }
            index += 1
        }
    }

    /// Records the token of a known form at `index` and tells where it ends.
    private mutating func token(at index: Int, _ runs: inout TokenRuns) -> Int? {
        let first = bytes[index]
        if first == UInt8(ascii: "e"), bytes.has("eyJ", at: index) { return webToken(at: index, &runs) }
        guard first < 128 else { return nil }
        for number in TokenShape.ranges[Int(first)] {
            if let end = TokenShape.all[number].end(in: bytes, at: index, &runs) {
                matches.append(Match(range: index..<end, kind: .token(TokenShape.all[number].words)))
                return end
            }
        }
        return nil
    }

    /// Three parts in base64url of which the first two are JSON objects (RFC 7519 section 3).
    private mutating func webToken(at index: Int, _ runs: inout TokenRuns) -> Int? {
        let header = runs.header.end(of: .url, in: bytes, from: index)
        guard bytes.at(header) == 0x2E, header - index >= 15, bytes.has("eyJ", at: header + 1) else { return nil }
        let claims = runs.claims.end(of: .url, in: bytes, from: header + 1)
        guard bytes.at(claims) == 0x2E, claims - header > 15 else { return nil }
        let end = runs.signature.end(of: .url, in: bytes, from: claims + 1)
        guard end - claims > 20 else { return nil }
        matches.append(Match(range: index..<end, kind: .webToken))
        return end
    }

    /// `-----BEGIN RSA PRIVATE KEY-----` or its end at `index`.
    private mutating func keyLine(at index: Int) -> Int? {
        let isBegin = bytes.has("-----BEGIN ", at: index)
        guard isBegin || bytes.has("-----END ", at: index) else { return nil }
        var end = index + 9
        while end < bytes.count, end - index < 60,
            bytes[end].isASCIIUpper || bytes[end] == 0x20 || bytes[end].isASCIIDigit
        {
            end += 1
        }
        guard bytes.has("-----", at: end),
            bytes.has("PRIVATE KEY", at: end - 11) || bytes.has("PRIVATE KEY BLOCK", at: end - 17)
        else { return nil }
        end += 5
        if isBegin { keyBegin = keyBegin ?? index..<end } else { keyEnd = index..<end }
        return end
    }

    /// The password in `user:password@host`, from behind `://` on.
    private mutating func address(from start: Int) {
        var colon: Int?
        var index = start
        while index < bytes.count, index - start < Self.valueBytesMax {
            let byte = bytes[index]
            if byte == UInt8(ascii: "@") { break }
            if byte == UInt8(ascii: ":"), colon == nil { colon = index }
            if byte <= 0x20 || byte.isQuoteByte || Self.endsAuthority(byte) { return }
            index += 1
        }
        guard let colon, bytes.at(index) == UInt8(ascii: "@"), index > colon + 1 else { return }
        let user = UnsafeBufferPointer(rebasing: bytes[start..<colon])
        let password = UnsafeBufferPointer(rebasing: bytes[colon + 1..<index])
        if SecretValue(password).isConnectionPassword(user: user), !bytes.has("example.", at: index + 1) {
            matches.append(Match(range: colon + 1..<index, kind: .connectionPassword))
        }
    }

    @inline(__always) private static func endsAuthority(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#"), UInt8(ascii: "<"), UInt8(ascii: ">"),
            UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: ")"), UInt8(ascii: "]"):
            true
        default: false
        }
    }

    /// Adds what is known from the lines around.
    mutating func add(_ range: Range<Int>, _ kind: SecretKind) {
        matches.append(Match(range: range, kind: kind))
        if matches.count > 1 { settleOverlaps() }
    }

    private mutating func assignment(at index: Int) {
        if let match = SecretAssignment(bytes, at: index)?.match { matches.append(match) }
    }

    /// Of matches that overlap the more telling one stays, over the whole of both.
    private mutating func settleOverlaps() {
        matches.sort { $0.range.lowerBound < $1.range.lowerBound }
        var settled: [Match] = []
        for match in matches {
            guard let last = settled.last, last.range.upperBound > match.range.lowerBound else {
                settled.append(match)
                continue
            }
            let kind = match.kind.rank > last.kind.rank ? match.kind : last.kind
            let end = max(last.range.upperBound, match.range.upperBound)
            settled[settled.count - 1] = Match(range: last.range.lowerBound..<end, kind: kind)
        }
        matches = settled
    }
}

/// What a byte may be the beginning of.
private enum LineByte: UInt8 {
    case other, word
    /// A letter or digit with which tokens of a known form begin.
    case wordOfToken
    case equals, colon, minus

    static let table: [LineByte] = (0...255).map { (byte: UInt8) in
        switch byte {
        case UInt8(ascii: "="): .equals
        case UInt8(ascii: ":"): .colon
        case UInt8(ascii: "-"): .minus
        case UInt8(ascii: "e"): .wordOfToken
        case ..<128 where byte.isWordByte && !TokenShape.ranges[Int(byte)].isEmpty: .wordOfToken
        default: byte.isWordByte ? .word : .other
        }
    }
}
