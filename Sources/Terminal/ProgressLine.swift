/// One line that says how far something is, for as long as it takes.
package struct ProgressLine: Sendable {
    /// Seconds without a line: what is over sooner needs none.
    package static let delaySeconds = 1.0

    private let what: String
    private let totalBytes: Int?

    /// A line about `what`; `totalBytes` is how much there is to read, when that is known.
    package init(_ what: String, totalBytes: Int? = nil) {
        self.what = what
        self.totalBytes = totalBytes
    }

    /// Takes the line away and leaves the cursor at its beginning.
    package static let erasure = "\r\u{1B}[K"

    /// The line after `seconds` and `bytes`, in place of the last one, on a terminal of `width` columns; nil while it is
    /// too early.
    package func text(seconds: Double, bytes: Int, width: Int) -> String? {
        guard seconds >= Self.delaySeconds else { return nil }
        var parts: [String] = []
        if let totalBytes, totalBytes > 0, bytes > 0 {
            // It is not over while the line is there, whatever was read twice.
            parts.append("\(min(99, Int(Double(bytes) / Double(totalBytes) * 100))) %")
        }
        if bytes >= 1_000_000 { parts.append("\(grouped(bytes / 1_000_000)) MB") }
        parts.append("\(grouped(Int(seconds))) s")
        // A line as wide as the terminal would move to the next.
        return Self.erasure + "\(what): \(parts.joined(separator: ", "))".cut(to: max(1, width - 1))
    }
}
