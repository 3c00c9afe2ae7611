internal import JSON

/// A note that waits to be published with others (GitLab "Draft notes API"). Only its author sees it.
struct DraftNote: Sendable, Equatable {
    let id: Int
    /// The marker that ends it; nil when it is not ours but of the person whose token we have.
    let marker: NoteMarker?
    let body: String
    /// Whether it stands at a line; nil when GitLab does not say.
    let isPlaced: Bool?
    private let position: [JSONValue?]

    init?(_ value: JSONValue) {
        guard let id = value["id"]?.number else { return nil }
        self.id = id
        body = value["note"]?.string ?? ""
        marker = NoteMarker(endOf: body)
        let place = value["position"]
        let lines = [place?["old_line"], place?["new_line"]]
        isPlaced = place.map { !$0.isNull && lines.contains { $0?.number != nil } }
        position = Self.parts(place)
    }

    /// Whether this is `discussion`, word for word, at the same line of the same diff.
    func isDraft(of discussion: NewDiscussion) -> Bool {
        body == discussion.note.body && position == Self.parts(discussion.position.json)
    }

    private static func parts(_ position: JSONValue?) -> [JSONValue?] {
        ["head_sha", "new_path", "old_line", "new_line"].map { key in
            position?[key].flatMap { $0.isNull ? nil : $0 }
        }
    }
}
