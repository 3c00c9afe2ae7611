import Glibc
import Platform
import Terminal

/// Standard output for data, standard error for everything else.
enum Console {
    /// Writes `text` to standard output. Where it cannot be written (a full disk), the program ends with exit status 1.
    ///
    /// False when the reader has gone away: `head` has seen what it wanted, nothing is wrong, and nothing more need be
    /// written.
    @discardableResult static func print(_ text: String) -> Bool {
        guard let failure = write(text, to: 1) else { return true }
        guard failure.code != EPIPE else { return false }
        complain("Error: standard output: \(failure)\n")
        exit(1)
    }

    /// Writes `rows` as a table to standard output: fitted to a terminal, whole anywhere else.
    static func print(table rows: Rows) { print(rows.table(width: tableWidth)) }

    /// Writes `text` to standard output, its lines wrapped at the width of a terminal, as they are anywhere else.
    static func print(prose text: String) {
        guard let width = tableWidth else {
            print(text)
            return
        }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        print(lines.flatMap { wrappedText(String($0), width: width) }.joined(separator: "\n"))
    }

    /// Writes `text` to standard error.
    static func complain(_ text: String) { _ = write(text, to: 2) }

    /// Whether standard output is a terminal.
    static var isTerminal: Bool { isatty(1) == 1 }

    /// Whether colour may be used: on a terminal that is not `dumb`, unless `NO_COLOR` is set (no-color.org) or
    /// `--no-color` was given.
    static func usesColour(unless isRefused: Bool) -> Bool {
        guard !isRefused, isTerminal, !isDumb else { return false }
        if let value = getenv("NO_COLOR"), value.pointee != 0 { return false }
        return true
    }

    /// Whether a line on standard error may be written and taken away again.
    static var showsProgress: Bool { isatty(2) == 1 && !isDumb }

    /// Columns that a table may take; nil where standard output is no terminal.
    static var tableWidth: Int? { isTerminal ? width(of: 1) : nil }

    /// Columns for a bar or a paragraph; 80 where standard output is no terminal.
    static var width: Int { tableWidth ?? defaultWidth }

    /// Columns of the terminal behind `descriptor`: what `COLUMNS` says, else what the terminal says, else 80.
    static func width(of descriptor: CInt) -> Int {
        if let text = getenv("COLUMNS"), let columns = Int(String(cString: text)), 1...columnsMax ~= columns {
            return columns
        }
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return defaultWidth }
        return Int(size.ws_col)
    }

    private static let defaultWidth = 80
    /// More is a slip.
    private static let columnsMax = 10_000

    private static var isDumb: Bool { getenv("TERM").map { strcmp($0, "dumb") == 0 } ?? false }

    private static func write(_ text: String, to descriptor: CInt) -> POSIXFailure? {
        var text = text
        return text.withUTF8 { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Glibc.write(
                    descriptor,
                    UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[rest.indices]).baseAddress,
                    rest.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return POSIXFailure("write") }
                rest = rest.dropFirst(count)
            }
            return nil
        }
    }
}
