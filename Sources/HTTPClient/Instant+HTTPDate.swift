public import UTCTime

extension Instant {
    /// Reads the IMF-fixdate of RFC 9110 section 5.6.7, `Sun, 06 Nov 1994 08:49:37 GMT`; nil for anything else.
    public init?(httpDate text: String) {
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        guard text.utf8.count == 29, parts.count == 6, parts[5] == "GMT", let day = Int(parts[1]),
            let month = months.firstIndex(of: String(parts[2])), let year = Int(parts[3]),
            let date = Day(year: year, month: month + 1, day: day), let time = TimeOfDay(parts[4]),
            date.at(time).httpDate == text
        else { return nil }
        self = date.at(time)
    }
}
