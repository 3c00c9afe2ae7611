package import JSON
package import Queue
package import Terminal
package import UTCTime

/// All that happened to a merge request, in order: what `GET /why` and `bursar why` tell.
package struct WhyStory: Sendable {
    /// One thing that happened.
    package struct Line: Sendable {
        /// When.
        package let time: Instant
        /// What, in a few words.
        package let what: String
        /// Why, and about what.
        package let details: String
        /// The note that was posted; nil where there is none.
        package let note: Note?
    }

    /// A note on the merge request.
    package struct Note: Sendable {
        /// The path of its project, and the merge request's number within it.
        package let project: String, iid: Int
        /// Its number.
        package let id: Int
    }

    /// What happened, the earliest first.
    package let lines: [Line]

    /// The story of the merge request `iid` of the project whose path or number is `project`.
    package init(_ reader: QueueReader, project: String, iid: Int) {
        self.init(reader.mergeRequests(project: project, iid: iid).flatMap { reader.history(of: $0) })
    }

    /// The story that `events` tell, which are in order.
    package init(_ events: [QueueEvent]) { lines = events.map(Line.init) }

    /// The lines as an array of `{"time", "what", "details"}`.
    package var json: JSONValue {
        .array(
            lines.map { line in
                [
                    "time": .string(line.time.descriptionWithMilliseconds), "what": .string(line.what),
                    "details": .string(line.details),
                ]
            })
    }

    /// The lines as rows.
    package var rows: Rows {
        Rows(
            columns: [.init("time", .exact), .init("what", .exact), .init("details", .prose)],
            rows: lines.map { [$0.time.descriptionWithMilliseconds, $0.what, $0.details] })
    }
}

/// A merge request as a person names it.
package struct MergeRequestName: Sendable {
    /// The project's path or number.
    package let project: String
    /// The merge request's number within it.
    package let iid: Int

    /// Reads `group/app!12` and `42!12`.
    package init?(_ text: String) {
        guard let mark = text.lastIndex(of: "!"), mark > text.startIndex else { return nil }
        let digits = text[text.index(after: mark)...].utf8
        guard 1...9 ~= digits.count, digits.allSatisfy({ 0x30...0x39 ~= $0 }) else { return nil }
        project = String(text[..<mark])
        iid = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
}

extension WhyStory.Line {
    init(_ event: QueueEvent) {
        time = event.time
        switch event.subject {
        case .delivery(let record):
            note = nil
            what = "delivery \(record.status.rawValue)"
            let user = record.username.isEmpty ? "" : " by \(record.username)"
            details = "\(record.reason) [\(record.event)\(user), delivery \(record.id)]"
        case .wish(let job):
            note = nil
            what = "review asked for"
            let head = job.wish.head.isEmpty ? "" : " of \(job.wish.head.prefix(12))"
            let cause = job.wish.cause.rawValue.split(separator: "_").joined(separator: " ")
            details = "\(job.wish.command)\(head), by \(cause), as \(job.id)"
        case .step(let step, let job):
            (what, details) = Self.words(step, job)
            if case .posted(let id?) = step, !job.wish.projectPath.isEmpty {
                note = WhyStory.Note(project: job.wish.projectPath, iid: job.wish.mergeRequest.iid, id: id)
            } else {
                note = nil
            }
        }
    }

    private static func words(_ step: JobStep.Event, _ job: Job) -> (String, String) {
        switch step {
        case .started(let count): ("review begun", count == 1 ? job.id : "\(job.id), for the \(count). time in a row")
        case .planned(let head): ("head fetched", String(head.prefix(12)))
        case .reserved(let reservation, let tokens): ("tokens held", "\(tokens) under \(reservation)")
        case .dispatched(let reservation): ("model called", reservation)
        case .answered(let reservation): ("answer kept", reservation)
        case .settled(let reservation): ("call booked", reservation)
        case .lost(let reservation): ("call without outcome", "its tokens stay held under \(reservation)")
        case .released(let reservation): ("tokens given back", reservation)
        case .posting: ("note being posted", job.id)
        case .posted(let noteID): ("note posted", noteID.map { "note \($0)" } ?? "GitLab did not say its number")
        case .deferred(let deferral):
            (
                deferral.kind == .budget ? "blocked" : "put off",
                "until \(deferral.until): \(deferral.reason)"
            )
        case .finished(let result): ("review \(result.outcome.rawValue)", result.reason)
        }
    }
}
