// The texts of times that Bursar writes and reads: RFC 3339 (section 5.6), `2025-12-13`, `2025-12`, `HH:MM:SS` and the
// IMF-fixdate of HTTP (RFC 9110 section 5.6.7). Fixed width, ASCII, UTC.

extension Instant: CustomStringConvertible {
    /// RFC 3339 to the second: `2025-12-13T14:32:15Z`.
    public var description: String {
        let (year, month, dayOfMonth) = day.parts
        let time = timeOfDay
        return String(unsafeUninitializedCapacity: 20) { buffer in
            var position = 0
            func put(_ value: Int, _ width: Int, _ end: UInt8) {
                var rest = value
                for place in stride(from: position + width - 1, through: position, by: -1) {
                    buffer[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                    rest /= 10
                }
                buffer[position + width] = end
                position += width + 1
            }
            put(year, 4, UInt8(ascii: "-"))
            put(month, 2, UInt8(ascii: "-"))
            put(dayOfMonth, 2, UInt8(ascii: "T"))
            put(time.hour, 2, UInt8(ascii: ":"))
            put(time.minute, 2, UInt8(ascii: ":"))
            put(time.second, 2, UInt8(ascii: "Z"))
            return position
        }
    }

    /// RFC 3339 to the millisecond: `2025-12-13T14:32:15.042Z`.
    public var descriptionWithMilliseconds: String {
        let rest = Int(floorDivide(milliseconds, 1000).remainder)
        return "\(day)T\(timeOfDay).\(padded(rest, 3))Z"
    }

    /// The date of HTTP's `Date` field: `Sun, 06 Nov 1994 08:49:37 GMT`.
    public var httpDate: String {
        let names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let (year, month, dayOfMonth) = day.parts
        return
            "\(names[day.weekday - 1]), \(padded(dayOfMonth, 2)) \(months[month - 1]) \(padded(year, 4)) \(timeOfDay) GMT"
    }

    /// Reads `2025-12-13T14:32:15Z`, with or without a fraction of one to nine digits (cut to milliseconds).
    /// Nil for anything else, offsets other than `Z` included.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes[10] == UInt8(ascii: "T"), bytes[bytes.count - 1] == UInt8(ascii: "Z"),
            let day = Day(ascii: bytes[0..<10]), let time = TimeOfDay(ascii: bytes[11..<19])
        else { return nil }
        var thousandths = 0
        if bytes.count > 20 {
            let digits = bytes[20..<(bytes.count - 1)]
            guard bytes[19] == UInt8(ascii: "."), 1...9 ~= digits.count, decimal(digits) != nil else { return nil }
            for place in 0..<3 {
                thousandths = thousandths * 10 + (place < digits.count ? Int(digits[20 + place]) - 48 : 0)
            }
        }
        self.init(milliseconds: day.at(time).milliseconds + Int64(thousandths))
    }
}

extension Day: CustomStringConvertible {
    /// `2025-12-13`.
    public var description: String {
        let (year, month, day) = parts
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
    }

    /// Reads `2025-12-13`; nil for anything else and for days that do not exist.
    public init?(_ text: some StringProtocol) { self.init(ascii: Array(text.utf8)[...]) }

    init?(ascii bytes: ArraySlice<UInt8>) {
        let first = bytes.startIndex
        guard bytes.count == 10, bytes[first + 4] == UInt8(ascii: "-"), bytes[first + 7] == UInt8(ascii: "-"),
            let year = decimal(bytes[first..<first + 4]), let month = decimal(bytes[first + 5..<first + 7]),
            let day = decimal(bytes[first + 8..<first + 10])
        else { return nil }
        self.init(year: year, month: month, day: day)
    }
}

extension Month: CustomStringConvertible {
    /// `2025-12`.
    public var description: String { "\(padded(year, 4))-\(padded(month, 2))" }

    /// Reads `2025-12`; nil for anything else.
    public init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count == 7, bytes[4] == UInt8(ascii: "-"), let year = decimal(bytes[0..<4]),
            let month = decimal(bytes[5..<7])
        else { return nil }
        self.init(year: year, month: month)
    }
}

extension TimeOfDay: CustomStringConvertible {
    /// `14:32:15`.
    public var description: String { "\(padded(hour, 2)):\(padded(minute, 2)):\(padded(second, 2))" }

    /// Reads `14:32:15`; nil for anything else, 24:00:00 and leap seconds included.
    public init?(_ text: some StringProtocol) { self.init(ascii: Array(text.utf8)[...]) }

    init?(ascii bytes: ArraySlice<UInt8>) {
        let first = bytes.startIndex
        guard bytes.count == 8, bytes[first + 2] == UInt8(ascii: ":"), bytes[first + 5] == UInt8(ascii: ":"),
            let hour = decimal(bytes[first..<first + 2]), let minute = decimal(bytes[first + 3..<first + 5]),
            let second = decimal(bytes[first + 6..<first + 8])
        else { return nil }
        self.init(validHour: hour, minute: minute, second: second)
    }
}

/// `value` in decimal with leading zeros up to `width` digits. `value` must not be negative.
func padded(_ value: Int, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
}

/// The value of at most nine ASCII digits; nil for an empty slice or any other byte.
private func decimal(_ digits: ArraySlice<UInt8>) -> Int? {
    guard 1...9 ~= digits.count else { return nil }
    var value = 0
    for digit in digits {
        guard UInt8(ascii: "0")...UInt8(ascii: "9") ~= digit else { return nil }
        value = value * 10 + Int(digit - UInt8(ascii: "0"))
    }
    return value
}
