import UTCTime

/// What the queue remembers of one merge request when nothing is on its way.
struct Subject: Sendable, Equatable {
    /// A head that a review was asked for.
    struct Head: Sendable, Equatable {
        var sha: String
        /// The last generation in which it was asked for.
        var generation: Int
        /// When a review of it was posted last.
        var reviewedAt: Instant?
        /// What that review had been asked to do.
        var command = ""
    }

    var path = ""
    /// How often the label came anew; a review is made at most once for each head and generation.
    var generation = 0
    /// The generation in which a review was asked for last.
    var askedGeneration: Int?
    /// When, by GitLab's clock, the label was last known to be on in this generation.
    var askedAt: Instant?
    /// When, by GitLab's clock, the label was last taken away.
    var removedAt: Instant?
    /// When that was heard of.
    var removalSeenAt: Instant?
    /// The heads that were asked for, oldest first.
    var heads: [Head] = []
    /// The comments that asked, oldest first.
    var notes: [Int] = []
    /// What is known of our notice there.
    var notice = NoticeState.unknown
    /// When anything was last heard of it.
    var touchedAt: Instant

    var wasAsked: Bool { askedGeneration == generation }

    func head(_ sha: String) -> Head? { heads.last { $0.sha == sha } }

    func wasAsked(for sha: String) -> Bool { wasAsked && head(sha)?.generation == generation }

    /// Changes what is known of a head, which is then the newest.
    mutating func update(_ sha: String, _ change: (inout Head) -> Void) {
        var head = Head(sha: sha, generation: -1)
        if let place = heads.firstIndex(where: { $0.sha == sha }) { head = heads.remove(at: place) }
        change(&head)
        heads.append(head)
        if heads.count > QueueLimits.headsMax { heads.removeFirst() }
    }

    mutating func add(note id: Int) {
        guard !notes.contains(id) else { return }
        notes.append(id)
        if notes.count > QueueLimits.notesMax { notes.removeFirst() }
    }
}

/// What is known of our notice on a merge request: the one note that says why there is no review yet.
public enum NoticeState: Sendable, Equatable {
    /// There may be one: look for it.
    case unknown
    /// There is none.
    case absent
    /// It is this note.
    case present(noteID: Int)
}
