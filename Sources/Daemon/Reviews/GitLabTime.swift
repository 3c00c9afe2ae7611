import UTCTime

/// The times in GitLab's payloads and answers, which have had several forms.
enum GitLabTime {
    /// Reads `2026-03-10 09:00:00 UTC`, `2026-03-10T09:00:00.123Z` and both with an offset; nil for anything else.
    static func instant(_ text: String?) -> Instant? {
        guard let text, 19...40 ~= text.utf8.count else { return nil }
        var bytes = Array(text.utf8)
        guard bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: " ") else { return nil }
        bytes[10] = UInt8(ascii: "T")
        var offsetSeconds: Int64 = 0
        let zone = bytes[19...].drop { $0 == UInt8(ascii: ".") || 0x30...0x39 ~= $0 }
        let name = String(decoding: zone, as: UTF8.self)
        switch name {
        case "Z", "z", " UTC", "UTC", " +0000", "": break
        default:
            guard let seconds = offset(name) else { return nil }
            offsetSeconds = seconds
        }
        bytes.removeLast(zone.count)
        let local = Instant(String(decoding: bytes, as: UTF8.self) + "Z")
        return local.map { $0.adding(seconds: -offsetSeconds) }
    }

    /// `+02:00`, ` -0530`.
    private static func offset(_ text: String) -> Int64? {
        var bytes = Array(text.utf8)
        if bytes.first == UInt8(ascii: " ") { bytes.removeFirst() }
        guard let sign = bytes.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { return nil }
        let digits = bytes.dropFirst().filter { $0 != UInt8(ascii: ":") }
        guard digits.count == 4, digits.allSatisfy({ 0x30...0x39 ~= $0 }) else { return nil }
        let numbers = digits.map { Int64($0 - 0x30) }
        let seconds = (numbers[0] * 10 + numbers[1]) * 3600 + (numbers[2] * 10 + numbers[3]) * 60
        return sign == UInt8(ascii: "-") ? -seconds : seconds
    }
}
