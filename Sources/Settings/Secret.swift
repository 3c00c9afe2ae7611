/// A text that is never shown: not in a log, not in an error, not by `dump`.
///
/// `==` is for tests and settings; what a stranger sends is compared with `revealed` in constant time.
public struct Secret: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The text itself, for the one place that sends or compares it.
    public let revealed: String

    /// A secret of `text`.
    public init(_ text: String) { revealed = text }

    /// `(hidden)`.
    public var description: String { "(hidden)" }

    /// `(hidden)`.
    public var debugDescription: String { "(hidden)" }

    /// Nothing.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
