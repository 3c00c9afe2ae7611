/// One thing that a review found, as it was written, before it is checked against the change.
public struct Finding: Sendable, Equatable {
    /// How bad it is.
    public var severity: Severity
    /// What sort of thing it is.
    public var kind: Kind
    /// The file it is in; empty when it is about none.
    public var path: String
    /// On which side of the change the line stands.
    public var side: Side
    /// The line's number on that side; nil when none was given.
    public var line: Int?
    /// A verbatim part of that line, without the diff's sign.
    public var quote: String
    /// What is wrong, in one line.
    public var title: String
    /// What goes wrong, when, and how to mend it, in Markdown; may be empty.
    public var text: String
    /// Consecutive lines of the new side that `replacement` would take the place of; empty for no suggestion.
    public var replaced: String
    /// What would stand there instead.
    public var replacement: String

    /// A finding of these parts.
    public init(
        severity: Severity, kind: Kind = .other, path: String = "", side: Side = .new, line: Int? = nil,
        quote: String = "", title: String, text: String = "", replaced: String = "", replacement: String = ""
    ) {
        self.severity = severity
        self.kind = kind
        self.path = path
        self.side = side
        self.line = line
        self.quote = quote
        self.title = title
        self.text = text
        self.replaced = replaced
        self.replacement = replacement
    }

    /// How bad a finding is, worst first.
    public enum Severity: String, Sendable, CaseIterable, Comparable {
        /// Data loss, a security hole or an outage.
        case critical
        /// A wrong result or a failure in a situation that will occur.
        case major
        /// A real problem that is rare or small.
        case minor
        /// Something that the author must answer.
        case question

        private var order: Int { Self.allCases.firstIndex(of: self) ?? 0 }

        /// The worse one is less.
        public static func < (left: Severity, right: Severity) -> Bool { left.order < right.order }

        /// A sign that tells it at a glance.
        public var sign: String {
            switch self {
            case .critical: "🔴"
            case .major: "🟠"
            case .minor: "🟡"
            case .question: "🔵"
            }
        }
    }

    /// What sort of thing a finding is about.
    public enum Kind: String, Sendable, CaseIterable {
        /// Wrong behaviour.
        case bug
        /// A way in for an attacker.
        case security
        /// A broken promise to users of an API, a format, a schema.
        case contract
        /// Slowness or resource use.
        case performance
        /// Risky behaviour that no test covers.
        case test
        /// Anything else.
        case other
        /// A secret that stands in the change; found without a model.
        case secret

        /// Those that a model is asked for.
        static let asked = allCases.filter { $0 != .secret }
    }

    /// A side of the change.
    public enum Side: String, Sendable, CaseIterable {
        /// After the change: added and unchanged lines.
        case new
        /// Before the change: removed lines.
        case old
    }
}
