import Journal
import UTCTime

extension QueueEntry {
    /// Reads the fields behind the time of `line`.
    init(_ line: SealedLine) throws(JournalError) {
        var fields = line.fields
        let verb = try fields.text()
        switch verb {
        case "queue": self = .begin(version: try fields.number())
        case "wished":
            self = .wished(
                id: try fields.text(), turn: try fields.number(), generation: try fields.number(),
                try fields.wish())
        case "step": self = .step(job: try fields.text(), try fields.event())
        case "withdrawn":
            self = .withdrawn(
                try fields.mergeRequest(), occurredAt: try fields.instant(), generation: try fields.number())
        case "delivery": self = .delivery(try fields.delivery(at: line.time))
        case "notice": self = .notice(try fields.mergeRequest(), try fields.notice())
        case "subject": self = .subject(try fields.mergeRequest(), try fields.subject(touchedAt: line.time))
        default: throw JournalError(reason: "\"\(verb)\" is nothing that happens")
        }
        guard fields.isAtEnd else { throw JournalError(reason: "the line has too many fields") }
    }
}

extension JournalFields {
    fileprivate mutating func mergeRequest() throws(JournalError) -> MergeRequestID {
        MergeRequestID(projectID: try number(), iid: try number())
    }

    fileprivate mutating func instant() throws(JournalError) -> Instant? {
        try optionalNumber().map { Instant(milliseconds: Int64($0)) }
    }

    private mutating func certainInstant() throws(JournalError) -> Instant {
        Instant(milliseconds: Int64(try number()))
    }

    fileprivate mutating func optionalText() throws(JournalError) -> String? {
        let text = try text()
        return text.isEmpty ? nil : text
    }

    /// The next field as one of the words of an enumeration.
    private mutating func word<Word: RawRepresentable>(
        _ type: Word.Type, _ name: StaticString
    ) throws(JournalError) -> Word where Word.RawValue == String {
        let text = try text()
        guard let word = Word(rawValue: text) else {
            throw JournalError(reason: "\"\(text.cut(to: 40))\" is no \(name)")
        }
        return word
    }

    /// The next field as a number of things that follow.
    private mutating func count(upTo limit: Int) throws(JournalError) -> Int {
        let count = try number()
        guard 0...limit ~= count else { throw JournalError(reason: "a list is too long") }
        return count
    }

    fileprivate mutating func wish() throws(JournalError) -> Wish {
        Wish(
            mergeRequest: try mergeRequest(), projectPath: try text(), head: try text(),
            cause: try word(Wish.Cause.self, "cause"), occurredAt: try instant(), noteID: try optionalNumber(),
            username: try text(), userID: try optionalNumber(), command: try text(), deliveryID: try text(),
            eventUUID: try optionalText())
    }

    fileprivate mutating func delivery(at time: Instant) throws(JournalError) -> DeliveryRecord {
        DeliveryRecord(
            id: try text(), mergeRequest: try mergeRequest(), projectPath: try text(), event: try text(),
            username: try text(), status: try word(DeliveryRecord.Status.self, "status"), reason: try text(),
            jobID: try optionalText(), time: time)
    }

    fileprivate mutating func notice() throws(JournalError) -> NoticeState {
        switch try text() {
        case "unknown": return .unknown
        case "absent": return .absent
        case let digits:
            var value = 0
            for digit in digits.utf8.prefix(18) {
                guard 0x30...0x39 ~= digit else { throw JournalError(reason: "a notice has no number") }
                value = value * 10 + Int(digit - 0x30)
            }
            guard value > 0 else { throw JournalError(reason: "a notice has no number") }
            return .present(noteID: value)
        }
    }

    fileprivate mutating func subject(touchedAt: Instant) throws(JournalError) -> Subject {
        var subject = Subject(path: try text(), generation: try number(), touchedAt: touchedAt)
        subject.askedGeneration = try optionalNumber()
        subject.askedAt = try instant()
        subject.removedAt = try instant()
        subject.removalSeenAt = try instant()
        subject.notice = try notice()
        for _ in 0..<(try count(upTo: QueueLimits.headsMax)) {
            subject.heads.append(
                Subject.Head(
                    sha: try text(), generation: try number(), reviewedAt: try instant(), command: try text()))
        }
        for _ in 0..<(try count(upTo: QueueLimits.notesMax)) { subject.notes.append(try number()) }
        return subject
    }

    fileprivate mutating func event() throws(JournalError) -> JobStep.Event {
        let verb = try text()
        switch verb {
        case "started": return .started(count: try number())
        case "planned": return .planned(head: try text())
        case "reserved": return .reserved(reservation: try text(), tokens: try number())
        case "dispatched": return .dispatched(reservation: try text())
        case "answered": return .answered(reservation: try text())
        case "settled": return .settled(reservation: try text())
        case "lost": return .lost(reservation: try text())
        case "released": return .released(reservation: try text())
        case "posting": return .posting
        case "posted": return .posted(noteID: try optionalNumber())
        case "deferred":
            return .deferred(
                Deferral(
                    kind: try word(Deferral.Kind.self, "kind of waiting"), until: try certainInstant(),
                    since: try certainInstant(), failureCount: try number(), reason: try text()))
        case "finished":
            return .finished(JobResult(try word(JobResult.Outcome.self, "outcome"), try text()))
        default: throw JournalError(reason: "\"\(verb.cut(to: 40))\" is no step")
        }
    }
}
