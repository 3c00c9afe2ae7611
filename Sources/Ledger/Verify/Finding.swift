/// Something that `bursar verify` found.
public struct Finding: Sendable, Equatable, CustomStringConvertible {
    /// What is checked. Each check has its own messages.
    public enum Check: String, Sendable, CaseIterable {
        /// Every line of every month is a record, and no row that the journal or a summary knows of is gone.
        case rows
        /// The times of a month do not go back.
        case order
        /// No id comes twice.
        case ids
        /// Each summary says what the rows of its day say.
        case summaries
        /// Every line of the journal has its number and its checksum.
        case journal
        /// Every line of the audit logs is JSON.
        case audit
        /// What merge requests used in months whose rows are gone can be read, and is not less than what the rows say where
        /// there are some.
        case carried
        /// Every file ends with a line break.
        case tails
    }

    /// The check that failed.
    public let check: Check
    /// Where, from the data directory on, with the line where there is one: `token-logs/2025-12.csv:17`.
    public let place: String
    /// What is wrong.
    public let message: String

    /// A finding of these parts.
    public init(check: Check, place: String, message: String) {
        self.check = check
        self.place = place
        self.message = message
    }

    /// `rows: token-logs/2025-12.csv:17: …`.
    public var description: String { "\(check.rawValue): \(place): \(message)" }
}

/// What `bursar verify --repair` did.
public struct RepairReport: Sendable, Equatable {
    /// Each thing that was done, in words.
    public var actions: [String] = []
    /// Copies of the files as they were.
    public var copies: [String] = []
}
