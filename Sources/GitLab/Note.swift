internal import JSON

/// A comment on a merge request as the REST API tells it.
public struct Note: Sendable, Equatable {
    /// The note's id.
    public let id: Int
    /// Its text.
    public let body: String
    /// Who wrote it.
    public let authorID: Int?
    /// Whether GitLab wrote it itself.
    public let isSystem: Bool

    init?(_ value: JSONValue) {
        guard let id = value["id"]?.number else { return nil }
        self.id = id
        body = value["body"]?.string ?? ""
        authorID = value["author"]?["id"]?.number
        isSystem = value["system"]?.truth ?? false
    }
}

/// What became of a note that was to be posted.
public enum PostedNote: Sendable, Equatable {
    /// It was created, with this id.
    case created(id: Int)
    /// It was there already, from an earlier attempt or run.
    case found(id: Int)
    /// GitLab took it without saying under which id: a stand-in, or a note of which nothing but commands was left.
    case accepted

    /// The note's id, where known.
    public var id: Int? {
        switch self {
        case .created(let id), .found(let id): id
        case .accepted: nil
        }
    }
}
