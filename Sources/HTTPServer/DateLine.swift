import UTCTime

/// The `Date` field line, made anew when the second has changed.
struct DateLine {
    private var second: Int64?
    /// `Date: Sun, 06 Nov 1994 08:49:37 GMT` with its CR LF.
    private(set) var bytes: [UInt8] = []

    mutating func update(_ now: Instant) {
        guard now.seconds != second else { return }
        second = now.seconds
        bytes = Array("Date: \(now.httpDate)\r\n".utf8)
    }
}
