public import Budget
import UTCTime

/// What one line of the journal says.
enum JournalEntry: Equatable, Sendable {
    /// The first line of a file: the version of the format.
    case begin(version: Int)
    /// A change of a reservation.
    case transition(Transition)
    /// A reservation that held tokens when the file was begun.
    case hold(Hold)
    /// One that had been given back, because it was not dispatched in time or because nothing had been spent.
    case gone(Hold, wasExpired: Bool)
    /// What the rows certainly hold.
    case mark(JournalMark)
    /// More of a budget for one period.
    case grant(Grant)

    static let version = 1
}

/// What the rows certainly held when it was written, so that rows that vanish are missed.
struct JournalMark: Equatable, Sendable {
    /// The earliest month in which a row may be that the journal does not know of.
    var oldestMonth: Month
    /// The month of the day.
    var month: Month
    /// Rows of that month.
    var monthRows: Int
    /// The day, and what was settled on it.
    var day: Day
    var inputTokens: Int
    var outputTokens: Int
    var requestCount: Int
}

/// More of one budget for its current period, by an operator.
public struct Grant: Sendable, Hashable {
    /// How much of what, and until when.
    public let given: BudgetGrant
    /// Who gave it.
    public let author: String
    /// Why.
    public let reason: String

    /// A grant of these parts.
    public init(_ given: BudgetGrant, author: String, reason: String) {
        self.given = given
        self.author = author
        self.reason = reason
    }
}
