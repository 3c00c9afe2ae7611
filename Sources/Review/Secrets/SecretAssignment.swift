/// A value that is given to something called a password, a token or a key: `password = "…"`, `DB_PASS=…`,
/// `"api_key": "…"`, `Authorization: Bearer …`.
struct SecretAssignment {
    /// The secret; nil when the value is none.
    let match: LineSecrets.Match?

    private typealias Bytes = UnsafeBufferPointer<UInt8>

    /// What the sign at `index` (`=` or `:`) assigns; nil when the name before it is no secret's.
    init?(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) {
        guard let (key, word) = Self.name(in: bytes, at: index) else { return nil }
        let sign = bytes[index]
        let next = bytes.at(index + 1)
        var start = index + 1
        while start < bytes.count, bytes[start].isBlankByte || bytes[start] == 0x3D || bytes[start] == 0x3E {
            start += 1
        }
        if word == .authorization {
            match = Self.header(bytes, from: start)
            return
        }
        if sign == 0x3A, next != 0x3D, let value = Self.valueBehindType(bytes, from: start) { start = value }
        match = Self.value(bytes, from: start, key: key, word: word, sign: index)
    }

    /// Whether the sign at `index` assigns to the name of a secret.
    static func isNamed(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> Bool {
        name(in: bytes, at: index) != nil
    }

    @inline(__always) private static func name(in bytes: Bytes, at index: Int) -> (key: Key, word: Word)? {
        let sign = bytes[index]
        let next = bytes.at(index + 1)
        // `==`, `!=`, `<=`, `+=` compare or change; `::` names.
        if sign == 0x3D, next == 0x3D || makesComparison(bytes.at(index - 1)) { return nil }
        if sign == 0x3A, next == 0x3A || bytes.at(index - 1) == 0x3A { return nil }
        guard let key = key(in: bytes, before: index), let word = word(of: key.name) else { return nil }
        return (key, word)
    }

    private struct Key {
        let name: UnsafeBufferPointer<UInt8>
        let start: Int
        let isBare: Bool
    }

    /// What a name promises.
    private enum Word {
        case password, secret, token, apiKey, accessKey, secretKey, awsSecretKey, privateKey, signingKey, encryptionKey
        case authenticationKey, credential
        /// Half of a connection string of Azure: base64 with neither quotes nor a line of its own.
        case accountKey
        case authorization

        var kind: SecretKind {
            switch self {
            case .password: .assigned("password")
            case .secret: .assigned("secret")
            case .token: .assigned("token")
            case .apiKey: .assigned("API key")
            case .accessKey: .assigned("access key")
            case .secretKey: .assigned("secret key")
            case .awsSecretKey: .assigned("AWS secret key")
            case .privateKey: .assigned("private key")
            case .signingKey: .assigned("signing key")
            case .encryptionKey: .assigned("encryption key")
            case .authenticationKey: .assigned("authentication key")
            case .credential: .assigned("credential")
            case .accountKey: .assigned("account key")
            case .authorization: .authorization
            }
        }
    }

    @inline(__always) private static func makesComparison(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "="), UInt8(ascii: "!"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "+"),
            UInt8(ascii: "-"), UInt8(ascii: "*"), UInt8(ascii: "/"), UInt8(ascii: "|"), UInt8(ascii: "&"),
            UInt8(ascii: "^"), UInt8(ascii: "~"), UInt8(ascii: "%"):
            true
        default: false
        }
    }

    private static func key(in bytes: Bytes, before index: Int) -> Key? {
        var end = index
        while end > 0, bytes[end - 1].isBlankByte { end -= 1 }
        // `:=` of Go and Pascal.
        if end > 0, bytes[end - 1] == 0x3A { end -= 1 }
        let bareEnd = end
        if end > 0, bytes[end - 1] == UInt8(ascii: "]") { end -= 1 }
        if end > 0, bytes[end - 1].isQuoteByte { end -= 1 }
        var start = end
        while start > 0, end - start < LineSecrets.keyBytesMax,
            bytes[start - 1].isWordByte || bytes[start - 1] == 0x2D || bytes[start - 1] == 0x2E
        {
            start -= 1
        }
        guard end - start >= 3 else { return nil }
        return Key(name: Bytes(rebasing: bytes[start..<end]), start: start, isBare: bareEnd == end)
    }

    /// The words with which the name of a secret ends, without `_`, `-` and `.`; the longest first.
    private static let words: [(text: StaticString, word: Word)] = [
        ("secretaccesskey", .awsSecretKey), ("sharedaccesskey", .accountKey), ("authorization", .authorization),
        ("encryptionkey", .encryptionKey), ("credentials", .credential), ("privatekey", .privateKey),
        ("passphrase", .password), ("signingkey", .signingKey), ("accountkey", .accountKey),
        ("credential", .credential), ("accesskey", .accessKey), ("secretkey", .secretKey), ("password", .password),
        ("authkey", .authenticationKey), ("passwd", .password), ("secret", .secret), ("apikey", .apiKey),
        ("token", .token), ("pass", .password), ("pwd", .password),
    ]

    private static func word(of name: Bytes) -> Word? {
        var last = name.count - 1
        while last > 0, name[last].isASCIIDigit || name[last] == 0x5F || name[last] == 0x2D { last -= 1 }
        // Most names are none of these: the last letters tell.
        switch (name.at(last - 1).lowered, name[last].lowered) {
        case (UInt8(ascii: "e"), UInt8(ascii: "y")), (UInt8(ascii: "r"), UInt8(ascii: "d")),
            (UInt8(ascii: "w"), UInt8(ascii: "d")), (UInt8(ascii: "s"), UInt8(ascii: "e")),
            (UInt8(ascii: "s"), UInt8(ascii: "s")), (UInt8(ascii: "e"), UInt8(ascii: "t")),
            (UInt8(ascii: "e"), UInt8(ascii: "n")), (UInt8(ascii: "a"), UInt8(ascii: "l")),
            (UInt8(ascii: "l"), UInt8(ascii: "s")), (UInt8(ascii: "o"), UInt8(ascii: "n")):
            break
        default: return nil
        }
        for (text, word) in words {
            guard let start = begin(of: text, in: name, endingAt: last) else { continue }
            // `bypass`, `compass`: a word of its own or the end of a name in parts.
            if text.utf8CodeUnitCount == 4, start > 0, name[start - 1].isASCIILetter,
                !(name[start - 1].isASCIILower && name[start].isASCIIUpper)
            {
                return nil
            }
            return word
        }
        return nil
    }

    /// Where `text` begins in `name`, read from `last` to the left over what joins words; nil when it is not there.
    private static func begin(of text: StaticString, in name: Bytes, endingAt last: Int) -> Int? {
        var position = last
        var left = text.utf8CodeUnitCount
        while left > 0 {
            guard position >= 0 else { return nil }
            let byte = name[position].lowered
            if byte == text.utf8Start[left - 1] {
                left -= 1
            } else if byte != 0x5F, byte != 0x2D, byte != 0x2E {
                return nil
            }
            position -= 1
        }
        return position + 1
    }

    /// `password: String = "…"`: behind a type's name and a `=`.
    private static func valueBehindType(_ bytes: Bytes, from start: Int) -> Int? {
        guard bytes.at(start).isASCIILetter else { return nil }
        var end = start
        while end < bytes.count, end - start < 40, bytes[end].isWordByte || isTypeSign(bytes[end]) {
            end += 1
        }
        guard bytes.at(end) == 0x3D, bytes.at(end + 1) != 0x3D else { return nil }
        end += 1
        while end < bytes.count, bytes[end].isBlankByte { end += 1 }
        return end
    }

    @inline(__always) private static func isTypeSign(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "?"), UInt8(ascii: "."), UInt8(ascii: ","), 0x20,
            UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "|"):
            true
        default: false
        }
    }

    private static func header(_ bytes: Bytes, from start: Int) -> LineSecrets.Match? {
        var index = start
        if bytes.at(index).isQuoteByte { index += 1 }
        for scheme in ["bearer ", "basic ", "token "] as [StaticString] where bytes.hasFolded(scheme, at: index) {
            index += scheme.utf8CodeUnitCount
            var end = index
            while end < bytes.count, bytes[end].isBase64Byte || bytes[end] == 0x2E || bytes[end] == 0x7E { end += 1 }
            guard end - index >= 16, SecretValue(Bytes(rebasing: bytes[index..<end])).isRandomToken else { return nil }
            return LineSecrets.Match(range: index..<end, kind: .authorization)
        }
        return nil
    }

    private static func value(_ bytes: Bytes, from start: Int, key: Key, word: Word, sign: Int) -> LineSecrets.Match? {
        var index = start
        // Letters before a literal: `b"…"`, `@"…"`.
        while index - start < 2, bytes.at(index).isASCIILetter || bytes.at(index) == 0x40,
            bytes.at(index + 1).isQuoteByte || bytes.at(index + 2).isQuoteByte
        {
            index += 1
        }
        let isPassword = word == .password
        let quote = bytes.at(index)
        if quote.isQuoteByte {
            var end = index + 1
            while end < bytes.count, bytes[end] != quote, end - index < LineSecrets.valueBytesMax {
                end += bytes[end] == 0x5C ? 2 : 1
            }
            guard bytes.at(end) == quote else { return nil }
            let value = SecretValue(Bytes(rebasing: bytes[index + 1..<end]))
            guard value.isAssignedSecret(ofPassword: isPassword) else { return nil }
            return LineSecrets.Match(range: index + 1..<end, kind: word.kind)
        }
        let isPartOfConnection = bytes.at(key.start - 1) == UInt8(ascii: ";")
        guard word == .accountKey || isPartOfConnection || (key.isBare && startsLine(key, in: bytes)) else {
            return nil
        }
        var end = start
        while end < bytes.count, end - start < LineSecrets.valueBytesMax, !bytes[end].isBlankByte,
            !bytes[end].isQuoteByte, bytes[end] != UInt8(ascii: ";"), bytes[end] != UInt8(ascii: ",")
        {
            end += 1
        }
        let value = SecretValue(Bytes(rebasing: bytes[start..<end]))
        if word == .accountKey {
            return end - start >= 40 && value.isRandomToken
                ? LineSecrets.Match(range: start..<end, kind: word.kind) : nil
        }
        guard isPartOfConnection || endsLine(end, in: bytes) else { return nil }
        // `KEY=value` without blanks, or a name in capitals: files of settings, hardly ever a program.
        let isEnvironment =
            isPartOfConnection || (bytes[sign] == 0x3D && !bytes.at(sign - 1).isBlankByte && start == sign + 1)
        guard isEnvironment || bytes[sign] == 0x3A || key.name.allSatisfy({ !$0.isASCIILower }),
            value.isBareSecret(ofPassword: isPassword, inEnvironmentFile: isEnvironment)
        else { return nil }
        return LineSecrets.Match(range: start..<end, kind: word.kind)
    }

    /// Whether nothing stands on the line before the name but blanks, a list's dash, `export`.
    private static func startsLine(_ key: Key, in bytes: Bytes) -> Bool {
        // Read to the left: from the line's beginning all names of a line would read the same blanks.
        var start = key.start
        for word in ["set ", "ENV ", "export "] as [StaticString] {
            let before = start - word.utf8CodeUnitCount
            if bytes.has(word, at: before) { start = before }
        }
        while start > 0, bytes[start - 1].isBlankByte || bytes[start - 1] == 0x2D { start -= 1 }
        return start == 0
    }

    /// Whether nothing follows a value that ends at `valueEnd` but a comment.
    private static func endsLine(_ valueEnd: Int, in bytes: Bytes) -> Bool {
        var end = valueEnd
        while end < bytes.count, bytes[end].isBlankByte { end += 1 }
        return end == bytes.count || (bytes[end] == UInt8(ascii: "#") && end > valueEnd)
    }
}
