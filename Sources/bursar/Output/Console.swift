import Glibc
import Platform

/// Standard output for data, standard error for everything else.
enum Console {
    /// Writes `text` to standard output. Where it cannot be written (a full disk), the program ends with exit status 1;
    /// a reader that has gone away, such as `head`, has seen what it wanted.
    static func print(_ text: String) {
        guard let failure = write(text, to: 1), failure.code != EPIPE else { return }
        complain("Error: standard output: \(failure)\n")
        exit(1)
    }

    /// Writes `text` to standard error.
    static func complain(_ text: String) { _ = write(text, to: 2) }

    /// Whether colour may be used: on a terminal that is not `dumb`, unless `NO_COLOR` is set (no-color.org) or
    /// `--no-color` was given.
    static func usesColour(unless isRefused: Bool) -> Bool {
        guard !isRefused, isatty(1) == 1 else { return false }
        if let terminal = getenv("TERM"), strcmp(terminal, "dumb") == 0 { return false }
        if let value = getenv("NO_COLOR"), value.pointee != 0 { return false }
        return true
    }

    /// Columns of the terminal; 80 where there is none.
    static var width: Int {
        var size = winsize()
        guard ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

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
