import Budget

/// The monthly CSV: its columns, and what text becomes in a cell.
///
/// UTF-8, LF, one line for each record, RFC 4180 quoting. Line breaks and other control characters in text become blanks,
/// so that a line is always a record. Text that a spreadsheet would take for a formula gets an apostrophe in front.
public enum RowFormat {
    /// The columns in their order.
    public static let columns = [
        "year", "month", "day", "time", "project_id", "project_name", "mr_iid", "username", "input_tokens",
        "output_tokens", "total_tokens", "model", "duration_ms", "cache_write_tokens", "cache_read_tokens", "cost_usd",
        "price_id", "estimated_tokens", "agent", "command", "session_id", "usage_id",
    ]

    /// The first line of every file, without its line break.
    public static let header = columns.joined(separator: ",")

    /// Columns of the files that tools before Bursar wrote; they are read, not written.
    public static let oldColumnCount = 13

    /// Bytes a text field may have where records enter the books.
    public static let textBytesMax = 512

    /// Bytes a line may have: six short texts twice as long for their quotes, the session, and the numbers.
    static let lineBytesMax = 12 * 1024

    /// Whether a spreadsheet would take text that starts with `byte` for a formula.
    static func startsFormula(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), 0x09, 0x0D: true
        default: false
        }
    }

    /// Whether `text` has, behind any apostrophes, what starts a formula: then one apostrophe is added on the way out and
    /// taken away on the way in, and every text comes back as it was.
    static func needsApostrophe(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var index = 0
        while index < text.count, text[index] == UInt8(ascii: "'") { index += 1 }
        return index < text.count && startsFormula(text[index])
    }
}
