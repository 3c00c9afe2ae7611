import Dashboard

/// What the dashboard needs of the alerts.
struct AlertBook: Sendable {
    /// Every alert that is kept, the latest first.
    var list: @Sendable () -> [AlertRow]
    /// How many nobody has acknowledged.
    var unreadCount: @Sendable () -> Int
    /// Acknowledges these, in the name of that person; answers whether all of them were there.
    var acknowledge: @Sendable ([String], String) -> Bool

    /// A book without alerts.
    static let empty = AlertBook(list: { [] }, unreadCount: { 0 }, acknowledge: { ids, _ in ids.isEmpty })
}
