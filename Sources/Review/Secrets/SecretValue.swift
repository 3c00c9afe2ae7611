/// A text that may be a secret: is it one, or a placeholder, a name, a reference to where the secret is?
struct SecretValue {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var digitCount = 0
    private var upperCount = 0
    private var lowerCount = 0
    private var otherCount = 0
    /// Changes between letters, digits and signs from one byte to the next.
    private var changeCount = 0
    /// How many of 64 sorts of bytes occur: few in `xxxxxxxx` and `********`.
    private let distinctCount: Int

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
        var seen: UInt64 = 0
        var previous = -1
        for byte in bytes {
            let sort: Int
            if byte.isASCIIDigit {
                digitCount += 1
                sort = 0
            } else if byte.isASCIILower {
                lowerCount += 1
                sort = 1
            } else if byte.isASCIIUpper {
                upperCount += 1
                sort = 1
            } else {
                otherCount += 1
                sort = 2
            }
            if previous >= 0, sort != previous { changeCount += 1 }
            previous = sort
            seen |= 1 << UInt64(byte & 63)
        }
        distinctCount = seen.nonzeroBitCount
    }

    private var letterCount: Int { upperCount + lowerCount }
    private var sortCount: Int {
        (digitCount > 0 ? 1 : 0) + (upperCount > 0 ? 1 : 0) + (lowerCount > 0 ? 1 : 0) + (otherCount > 0 ? 1 : 0)
    }

    /// Whether the part of a token that its issuer drew looks drawn.
    var isRandomToken: Bool {
        digitCount > 0 && letterCount > 0 && distinctCount >= 8 && !has(Self.tokenPlaceholders)
    }

    /// Whether a literal that is assigned to something called like a secret is one. Names are allowed digits at their
    /// end only where no password is meant.
    func isAssignedSecret(ofPassword: Bool) -> Bool {
        guard bytes.count >= 8, digitCount > 0, letterCount > 0, distinctCount >= 5, !isReference else { return false }
        if has(Self.placeholders) { return false }
        if has(Self.weakPlaceholders), sortCount < 4 { return false }
        return ofPassword || !isName
    }

    /// Whether a value without quotes, such as in a `.env`, is a secret rather than a name in a program.
    func isBareSecret(ofPassword: Bool, inEnvironmentFile: Bool) -> Bool {
        guard isAssignedSecret(ofPassword: ofPassword), bytes.allSatisfy({ !Self.codeSigns.contains($0) }) else {
            return false
        }
        return changeCount >= (inEnvironmentFile ? 1 : 2) && (inEnvironmentFile || !isName)
    }

    /// Whether the password of an address is one.
    func isConnectionPassword(user: UnsafeBufferPointer<UInt8>) -> Bool {
        guard bytes.count >= 4, distinctCount >= 3, !isReference, !bytes.elementsEqual(user) else { return false }
        return !has(Self.placeholders) && !(has(Self.weakPlaceholders) && sortCount < 3)
            && !Self.defaults.contains(where: { bytes.count == $0.utf8CodeUnitCount && bytes.hasFolded($0, at: 0) })
    }

    /// Words in which only the end of each part is a number: `auth_token_v2`, `refreshToken2`, `oauth2.token`.
    private var isName: Bool {
        var digits = 0
        var letters = 0
        for byte in bytes {
            if byte.isASCIIDigit {
                digits += 1
                if digits > 2 { return false }
            } else if byte.isASCIILetter {
                if digits > 0 { return false }
                letters += 1
            } else {
                guard "._-/:".utf8.contains(byte) else { return false }
                digits = 0
                letters = 0
            }
        }
        return true
    }

    /// Whether the value says where the secret comes from rather than what it is.
    private var isReference: Bool {
        let first = bytes.at(0)
        if "$%!&*@<[(/.~".utf8.contains(first) { return true }
        for (index, byte) in bytes.enumerated() {
            switch byte {
            case UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "<"), UInt8(ascii: ">"), 0x20: return true
            case UInt8(ascii: "$"): if [0x28, 0x7B].contains(bytes.at(index + 1)) { return true }
            case UInt8(ascii: ":"): if bytes.at(index + 1) == 0x2F, bytes.at(index + 2) == 0x2F { return true }
            case UInt8(ascii: "%"): if bytes.at(index + 1) | 0x20 == UInt8(ascii: "s") { return true }
            // `⟦`: what stands here was taken out before.
            case 0xE2: if bytes.at(index + 1) == 0x9F, bytes.at(index + 2) == 0xA6 { return true }
            default: break
            }
        }
        return false
    }

    private func has(_ words: [StaticString]) -> Bool {
        for index in 0..<bytes.count {
            for word in words where bytes[index].lowered == word.utf8Start[0] && bytes.hasFolded(word, at: index) {
                return true
            }
        }
        return false
    }

    /// Signs that a program has and a value without quotes seldom.
    private static let codeSigns = Set("()[]{}\"'`,;|\\".utf8)
    private static let tokenPlaceholders: [StaticString] = [
        "example", "xxxx", "0000000", "1234567890", "placeholder", "redacted", "your",
    ]
    private static let placeholders: [StaticString] = [
        "example", "changeme", "change-me", "change_me", "placeholder", "dummy", "xxxx", "redacted", "replace",
        "insert",
        "sample", "your-", "your_", "todo", "fixme", "foobar", "getenv", "environ", "process.env", "secrets.", "vault:",
        "arn:aws", "...", "***", "undefined", "notreal", "not-real", "fake",
    ]
    /// Words that real passwords have beside other signs, and examples have almost alone.
    private static let weakPlaceholders: [StaticString] = [
        "test", "secret", "password", "passwd", "token", "default", "mock", "demo", "admin", "user", "apikey",
        "api_key",
    ]
    private static let defaults: [StaticString] = [
        "pass", "pwd", "postgres", "mysql", "root", "guest", "admin", "minio123", "rabbitmq", "redis", "mongo",
    ]
}
