/// The first rows of a list that may be long, and how many it has in all: a page shows so many and names the rest.
public struct Excerpt<Row: Sendable & Equatable>: Sendable, Equatable {
    /// The rows that are shown.
    public let rows: [Row]
    /// How many there are, shown or not.
    public let totalCount: Int

    /// The first `countMax` of `all`.
    public init(_ all: [Row], max countMax: Int) {
        rows = Array(all.prefix(Swift.max(0, countMax)))
        totalCount = all.count
    }

    /// `row` of each of the first `countMax` of `all`, made of no other; `omitted` more were left out before.
    public init<Source>(_ all: [Source], max countMax: Int, omitted: Int = 0, _ row: (Source) -> Row) {
        rows = all.prefix(Swift.max(0, countMax)).map(row)
        totalCount = all.count + omitted
    }

    /// Of an empty list.
    public static var none: Excerpt { Excerpt([], max: 0) }

    /// Whether there is nothing to show.
    var isEmpty: Bool { totalCount == 0 }

    /// How many are not shown.
    var hiddenCount: Int { totalCount - rows.count }

    /// "and 4,900 more", where rows are left out; `place` says where those are.
    func more(_ place: HTML? = nil) -> HTML? {
        hiddenCount > 0 ? "<p class=\"more\">and \(HTML.count(hiddenCount)) more\(place)</p>" : nil
    }

    /// The rows as a list: "ann, bob and 3 more".
    func words(_ word: (Row) -> HTML) -> HTML {
        """
        \(rows.enumerated().html { "\(", ", if: $0.offset > 0)\(word($0.element))" })\
        \(" <span class=\"quiet\">and \(grouped(hiddenCount)) more</span>" as HTML, if: hiddenCount > 0)
        """
    }
}
