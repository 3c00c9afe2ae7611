import Journal
import UTCTime

/// Writes entries as lines of the journal (`SealedLine` tells their form).
struct EntryWriter: ~Copyable {
    /// The number of the next line.
    var next: Int
    private var line = ByteLine(capacity: Self.lineBytesMax)

    /// The longest line: texts are cut where they enter the queue, and each byte may become two.
    static let lineBytesMax = 32 << 10

    init(next: Int = 1) { self.next = next }

    /// Appends `entry` to `output` with its line break.
    mutating func write(_ entry: QueueEntry, at time: Instant, to output: inout [UInt8]) {
        line.begin(sequence: next, at: time)
        put(entry)
        line.seal()
        output.append(contentsOf: line.written)
        next += 1
    }

    private mutating func put(_ entry: QueueEntry) {
        switch entry {
        case .begin(let version):
            line.field(word: "queue")
            line.field(version)
        case .wished(let id, let turn, let generation, let wish):
            line.field(word: "wished")
            line.field(id)
            line.field(turn)
            line.field(generation)
            put(wish)
        case .step(let job, let event):
            line.field(word: "step")
            line.field(job)
            put(event)
        case .withdrawn(let mergeRequest, let occurredAt, let generation):
            line.field(word: "withdrawn")
            put(mergeRequest)
            put(occurredAt)
            line.field(generation)
        case .delivery(let record):
            line.field(word: "delivery")
            line.field(record.id)
            put(record.mergeRequest)
            line.field(record.projectPath)
            line.field(record.event)
            line.field(record.username)
            line.field(record.status.rawValue)
            line.field(record.reason)
            line.field(record.jobID ?? "")
        case .notice(let mergeRequest, let state):
            line.field(word: "notice")
            put(mergeRequest)
            put(state)
        case .subject(let mergeRequest, let subject):
            line.field(word: "subject")
            put(mergeRequest)
            put(subject)
        }
    }

    private mutating func put(_ wish: Wish) {
        put(wish.mergeRequest)
        line.field(wish.projectPath)
        line.field(wish.head)
        line.field(wish.cause.rawValue)
        put(wish.occurredAt)
        line.field(wish.noteID)
        line.field(wish.username)
        line.field(wish.userID)
        line.field(wish.command)
        line.field(wish.deliveryID)
        line.field(wish.eventUUID ?? "")
    }

    private mutating func put(_ event: JobStep.Event) {
        switch event {
        case .started(let count):
            line.field(word: "started")
            line.field(count)
        case .planned(let head): put("planned", head)
        case .reserved(let reservation, let tokens):
            put("reserved", reservation)
            line.field(tokens)
        case .dispatched(let reservation): put("dispatched", reservation)
        case .answered(let reservation): put("answered", reservation)
        case .settled(let reservation): put("settled", reservation)
        case .lost(let reservation): put("lost", reservation)
        case .released(let reservation): put("released", reservation)
        case .posting: line.field(word: "posting")
        case .posted(let noteID):
            line.field(word: "posted")
            line.field(noteID)
        case .deferred(let deferral):
            put("deferred", deferral.kind.rawValue)
            put(deferral.until)
            put(deferral.since)
            line.field(deferral.failureCount)
            line.field(deferral.reason)
        case .finished(let result):
            put("finished", result.outcome.rawValue)
            line.field(result.reason)
        }
    }

    private mutating func put(_ verb: StaticString, _ text: String) {
        line.field(word: verb)
        line.field(text)
    }

    private mutating func put(_ mergeRequest: MergeRequestID) {
        line.field(mergeRequest.projectID)
        line.field(mergeRequest.iid)
    }

    private mutating func put(_ instant: Instant?) { line.field(instant.map { Int($0.milliseconds) }) }

    private mutating func put(_ notice: NoticeState) {
        switch notice {
        case .unknown: line.field(word: "unknown")
        case .absent: line.field(word: "absent")
        case .present(let noteID): line.field(noteID)
        }
    }

    private mutating func put(_ subject: Subject) {
        line.field(subject.path)
        line.field(subject.generation)
        line.field(subject.askedGeneration)
        put(subject.askedAt)
        put(subject.removedAt)
        put(subject.removalSeenAt)
        put(subject.notice)
        line.field(subject.heads.count)
        for head in subject.heads {
            line.field(head.sha)
            line.field(head.generation)
            put(head.reviewedAt)
            line.field(head.command)
        }
        line.field(subject.notes.count)
        for note in subject.notes { line.field(note) }
    }
}
