public import JSON
public import UTCTime

/// One line of the audit log: who did what, when, why.
public struct AuditEntry: Sendable, Equatable {
    /// When it happened.
    public var time: Instant
    /// What happened: `reserved`, `refused`, `grant`.
    public var event: String
    /// Who did it; nil for Bursar itself.
    public var actor: String?
    /// The rest, in the order in which it is written.
    public var fields: [(String, JSONValue)] {
        get { object.members.map { ($0.key, $0.value) } }
        set { object = JSONObject(newValue) }
    }
    private var object: JSONObject

    /// An entry of these parts.
    public init(time: Instant, event: String, actor: String? = nil, fields: [(String, JSONValue)] = []) {
        self.time = time
        self.event = event
        self.actor = actor
        object = JSONObject(fields)
    }

    /// The entry as one line of JSON with its line break.
    var line: [UInt8] {
        var members: [(String, JSONValue)] = [
            ("time", .string(time.descriptionWithMilliseconds)), ("event", .string(event)),
        ]
        if let actor { members.append(("actor", .string(actor))) }
        // A name that comes twice would be no JSON that anybody reads alike.
        for member in object.members where !members.contains(where: { $0.0 == member.key }) {
            members.append((member.key, member.value))
        }
        return JSONValue.object(JSONObject(members)).bytes + [0x0A]
    }
}
