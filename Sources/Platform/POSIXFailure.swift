public import Glibc

/// A system call that failed: which one, on what, and why.
public struct POSIXFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// The call's name: `open`, `fdatasync`.
    public let operation: String
    /// What it was called on: a path, an address; empty where there is nothing to name.
    public let subject: String
    /// The value of `errno`.
    public let code: CInt

    /// A failure of `operation` on `subject` with `code`, by default the current `errno`.
    public init(_ operation: String, _ subject: String = "", code: CInt = errno) {
        self.operation = operation
        self.subject = subject
        self.code = code
    }

    /// `open /data/lock: Permission denied (errno 13)`.
    public var description: String {
        "\(operation)\(subject.isEmpty ? "" : " \(subject)"): \(Self.text(code)) (errno \(code))"
    }

    /// The system's words for an error number: `No space left on device`.
    public static func text(_ code: CInt) -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard strerror_r(code, &buffer, buffer.count) == 0 else { return "error \(code)" }
        return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
