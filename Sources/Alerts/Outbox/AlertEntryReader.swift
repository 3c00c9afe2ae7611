import JSON
import Journal
import UTCTime

extension AlertEntry {
    /// Reads the fields behind a line's time.
    init(_ fields: inout JournalFields) throws(JournalError) {
        let verb = try fields.text()
        switch verb {
        case "alerts": self = .begin(version: try fields.number())
        case "raised": self = try Self.raised(&fields)
        case "sent": self = .sent(id: try fields.text(), target: try fields.text())
        case "dropped":
            self = .dropped(id: try fields.text(), target: try fields.text(), reason: try fields.text())
        case "withdrawn": self = .withdrawn(id: try fields.text())
        case "acknowledged": self = .acknowledged(id: try fields.text(), author: try fields.text())
        case "forgotten": self = .forgotten(id: try fields.text())
        case "claimed": self = .claimed(try AlertClaim(&fields))
        case "cleared": self = .cleared(key: try fields.text())
        default: throw JournalError(reason: "an unknown word")
        }
        guard fields.isAtEnd else { throw JournalError(reason: "the line has too many fields") }
    }

    private static func raised(_ fields: inout JournalFields) throws(JournalError) -> AlertEntry {
        let id = try fields.text()
        guard let kind = AlertKind(rawValue: try fields.text()) else {
            throw JournalError(reason: "an unknown kind of alert")
        }
        let claim = try AlertClaim(&fields)
        let previous = try fields.number() == 1 ? try AlertClaim(&fields) : nil
        let targets = try fields.text().split(separator: ",").map(String.init)
        let title = try fields.text()
        let text = try fields.text()
        guard let facts = try? JSONValue(parsing: try fields.text()).object else {
            throw JournalError(reason: "the facts are no JSON object")
        }
        return .raised(
            id: id, AlertCandidate(kind: kind, claim: claim, title: title, text: text, facts: facts),
            previous: previous, targets: targets)
    }
}

extension AlertClaim {
    fileprivate init(_ fields: inout JournalFields) throws(JournalError) {
        self.init(
            key: try fields.text(), amount: try fields.number(), reached: try fields.number(),
            share: try fields.number(),
            until: try fields.optionalNumber().map { Instant(milliseconds: Int64($0)) })
    }
}
