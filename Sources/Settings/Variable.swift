/// One row of the settings table: what a person needs to know about one environment variable.
///
/// `.env.example`, the README's table, errors and help are all written from these rows.
public struct Variable: Sendable, Hashable {
    /// What the variable is about; a heading of `.env.example`.
    public enum Subject: String, Sendable, CaseIterable {
        /// The daily budget.
        case budget = "The budget"
        /// The files.
        case books = "The books"
        /// The daemon's own address.
        case server = "The daemon"
        /// The GitLab it serves.
        case gitlab = "GitLab"
        /// How reviews are made.
        case review = "Reviews"
        /// The model that reviews.
        case model = "The model"
        /// Where people hear of what needs them.
        case alerts = "Alerts"
        /// The log.
        case log = "The log"
    }

    /// Its name.
    public let name: String
    /// What it is about.
    public let subject: Subject
    /// Its value where none is set; empty where there is none.
    public let defaultText: String
    /// What it means, in one line.
    public let meaning: String
    /// What is accepted, for the error that refuses another value.
    public let accepted: String
    /// Whether its value is never shown.
    public let isSecret: Bool

    init(
        _ name: String, _ subject: Subject, default defaultText: String = "", accepted: String, secret: Bool = false,
        meaning: String
    ) {
        self.name = name
        self.subject = subject
        self.defaultText = defaultText
        self.meaning = meaning
        self.accepted = accepted
        self.isSecret = secret
    }

    /// Every variable that this version uses, in the order of the documents.
    public static let announced: [Variable] = Keys.all
}

/// A variable and the type its text is read as.
struct Key<Value: Sendable>: Sendable {
    let variable: Variable
    /// Nil refuses the text.
    let parse: @Sendable (String) -> Value?

    var name: String { variable.name }
}
