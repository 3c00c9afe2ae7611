/// A value that is given to something called a password, a token or a key: `password = "…"`, `DB_PASS=…`,
/// `"api_key": "…"`, `Authorization: Bearer …`.
struct SecretAssignment {
    /// The secret; nil when the value is none.
    let match: LineSecrets.Match?

    private typealias Bytes = UnsafeBufferPointer<UInt8>

    /// What the sign at `index` (`=` or `:`) assigns; nil when the name before it is no secret's.
    init?(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) {
        let sign = bytes[index]
        let next = bytes.at(index + 1)
        // `==`, `!=`, `<=`, `+=` compare or change; `::` names.
        if sign == 0x3D, next == 0x3D || "=!<>+-*/|&^~%".utf8.contains(bytes.at(index - 1)) { return nil }
        if sign == 0x3A, next == 0x3A || bytes.at(index - 1) == 0x3A { return nil }
        guard let key = Self.key(in: bytes, before: index), let word = Self.word(of: key.name) else { return nil }
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

    private struct Key {
        let name: UnsafeBufferPointer<UInt8>
        let start: Int
        let isBare: Bool
    }

    /// What a name promises.
    private enum Word: Equatable {
        case password
        case secret(String)
        /// Half of a connection string of Azure: base64 with neither quotes nor a line of its own.
        case accountKey
        case authorization
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

    /// The words with which the name of a secret ends, without `_` and `-`.
    private static let words: [(StaticString, Word)] = [
        ("password", .password), ("passwd", .password), ("passphrase", .password), ("pwd", .password),
        ("pass", .password), ("secret", .secret("secret")), ("token", .secret("token")), ("apikey", .secret("API key")),
        ("accesskey", .secret("access key")), ("secretkey", .secret("secret key")),
        ("secretaccesskey", .secret("AWS secret key")), ("privatekey", .secret("private key")),
        ("signingkey", .secret("signing key")), ("encryptionkey", .secret("encryption key")),
        ("authkey", .secret("authentication key")), ("credential", .secret("credential")),
        ("credentials", .secret("credential")), ("accountkey", .accountKey), ("sharedaccesskey", .accountKey),
        ("authorization", .authorization),
    ]

    private static func word(of name: Bytes) -> Word? {
        // Most names are none of these: the last letter tells.
        var last = name.count - 1
        while last > 0, name[last].isASCIIDigit || name[last] == 0x5F || name[last] == 0x2D { last -= 1 }
        switch name[last].lowered {
        case UInt8(ascii: "d"), UInt8(ascii: "e"), UInt8(ascii: "t"), UInt8(ascii: "n"), UInt8(ascii: "y"),
            UInt8(ascii: "l"), UInt8(ascii: "s"):
            break
        default: return nil
        }
        var folded: [UInt8] = []
        folded.reserveCapacity(name.count)
        for byte in name[...last] where byte != 0x5F && byte != 0x2D && byte != 0x2E { folded.append(byte.lowered) }
        var found: (StaticString, Word)?
        folded.withUnsafeBufferPointer { folded in
            for candidate in words where folded.has(candidate.0, at: folded.count - candidate.0.utf8CodeUnitCount) {
                if candidate.0.utf8CodeUnitCount > found?.0.utf8CodeUnitCount ?? 0 { found = candidate }
            }
        }
        // `bypass`, `compass`: a word of its own or the end of a name in parts.
        if let found, found.0.utf8CodeUnitCount == 4 {
            let before = last - 4
            guard
                before < 0 || !name[before].isASCIILetter
                    || (name[before].isASCIILower && name[before + 1].isASCIIUpper)
            else { return nil }
        }
        return found?.1
    }

    /// `password: String = "…"`: behind a type's name and a `=`.
    private static func valueBehindType(_ bytes: Bytes, from start: Int) -> Int? {
        guard bytes.at(start).isASCIILetter else { return nil }
        var end = start
        while end < bytes.count, end - start < 40, bytes[end].isWordByte || "<>?., []|".utf8.contains(bytes[end]) {
            end += 1
        }
        guard bytes.at(end) == 0x3D, bytes.at(end + 1) != 0x3D else { return nil }
        end += 1
        while end < bytes.count, bytes[end].isBlankByte { end += 1 }
        return end
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
            return LineSecrets.Match(range: index + 1..<end, kind: kind(word))
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
                ? LineSecrets.Match(range: start..<end, kind: kind(word)) : nil
        }
        let isPartOfConnection = bytes.at(key.start - 1) == UInt8(ascii: ";")
        guard isPartOfConnection || (key.isBare && isWholeLine(bytes, key: key, valueEnd: end)) else { return nil }
        // `KEY=value` without blanks, or a name in capitals: files of settings, hardly ever a program.
        let isEnvironment =
            isPartOfConnection || (bytes[sign] == 0x3D && !bytes.at(sign - 1).isBlankByte && start == sign + 1)
        guard isEnvironment || bytes[sign] == 0x3A || key.name.allSatisfy({ !$0.isASCIILower }),
            value.isBareSecret(ofPassword: isPassword, inEnvironmentFile: isEnvironment)
        else { return nil }
        return LineSecrets.Match(range: start..<end, kind: kind(word))
    }

    /// Whether nothing but the assignment stands on the line, `export`, a list's dash and a comment aside.
    private static func isWholeLine(_ bytes: Bytes, key: Key, valueEnd: Int) -> Bool {
        var start = 0
        while start < key.start, bytes[start].isBlankByte || bytes[start] == 0x2D { start += 1 }
        for word in ["export ", "ENV ", "set "] as [StaticString] where bytes.has(word, at: start) {
            start += word.utf8CodeUnitCount
        }
        guard start == key.start else { return false }
        var end = valueEnd
        while end < bytes.count, bytes[end].isBlankByte { end += 1 }
        return end == bytes.count || (bytes[end] == UInt8(ascii: "#") && end > valueEnd)
    }

    private static func kind(_ word: Word) -> SecretKind {
        switch word {
        case .password: .assigned("password")
        case .secret(let words): .assigned(words)
        case .accountKey: .assigned("account key")
        case .authorization: .authorization
        }
    }
}
