internal import JSON

/// A discussion that we began about a finding, as it stands on a merge request.
public struct Discussion: Sendable, Equatable {
    /// GitLab's id, a text.
    public let id: String
    /// The marker of our note that began it.
    public let marker: NoteMarker
    /// Whether it is resolved.
    public let isResolved: Bool
    /// Whether it was we who resolved it.
    public let isResolvedByUs: Bool
    /// Whether anybody else wrote in it.
    public let hasReplies: Bool

    /// Reads a discussion; nil unless the user `botUserID` began it with a note that ends with a finding's marker.
    init?(_ value: JSONValue, botUserID: Int) {
        guard let id = value["id"]?.words, let notes = value["notes"]?.array, let first = notes.first,
            let note = Note(first), note.authorID == botUserID, !note.isSystem,
            let marker = NoteMarker(endOf: note.body), marker.fingerprint != nil
        else { return nil }
        self.id = id
        self.marker = marker
        isResolved = first["resolved"]?.truth ?? false
        isResolvedByUs = isResolved && first["resolved_by"]?["id"]?.number == botUserID
        hasReplies = notes.dropFirst().contains { reply in
            Note(reply).map { !$0.isSystem && $0.authorID != botUserID } ?? false
        }
    }
}

/// A discussion to begin.
public struct NewDiscussion: Sendable, Equatable {
    /// Its first note, with a finding's marker.
    public let note: HarmlessNote
    /// Where it stands.
    public let position: DiffPosition

    /// A discussion of these parts.
    public init(note: HarmlessNote, position: DiffPosition) {
        self.note = note
        self.position = position
    }
}

/// What became of a discussion that was to be begun.
public enum PostedDiscussion: Sendable, Equatable {
    /// It stands now.
    case posted
    /// It stood already, from an earlier attempt or run.
    case found
    /// GitLab does not take it at this line, and never will: its text belongs elsewhere.
    case refused(GitLabError)
    /// It could not be posted, or nobody knows: the same call may be made again and posts nothing twice.
    case failed(GitLabError)
}
