import UTCTime

/// One line of the journal: what happened to an alert.
enum AlertEntry: Sendable, Equatable {
    /// The version of the format, on the first line.
    static let version = 1

    case begin(version: Int)
    /// An alert, with its claim, the claim before it, and the targets it is owed to.
    case raised(id: String, AlertCandidate, previous: AlertClaim?, targets: [String])
    case sent(id: String, target: String)
    case dropped(id: String, target: String, reason: String)
    /// It was never told, and what it tells is not so any more.
    case withdrawn(id: String)
    case acknowledged(id: String, author: String)
    /// It is old, or there are too many.
    case forgotten(id: String)
    /// What was claimed, in a journal that is begun anew.
    case claimed(AlertClaim)
    /// The thing has ended: when it comes again, it is told again.
    case cleared(key: String)
}
