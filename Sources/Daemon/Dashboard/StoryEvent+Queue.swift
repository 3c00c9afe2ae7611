import Dashboard
import Queue

extension StoryEvent {
    /// What happened in the queue, in words. `webBase` is where GitLab shows projects; nil where there is none.
    init(_ event: QueueEvent, webBase: String?) {
        switch event.subject {
        case .delivery(let record):
            let user = record.username.isEmpty ? "" : " by \(record.username)"
            self.init(
                time: event.time, what: "delivery \(record.status.rawValue)",
                details: "\(record.reason) [\(record.event)\(user), delivery \(record.id)]")
        case .wish(let job):
            let head = job.wish.head.isEmpty ? "" : " of \(job.wish.head.prefix(12))"
            let cause = job.wish.cause.rawValue.split(separator: "_").joined(separator: " ")
            self.init(
                time: event.time, what: "asked for", details: "\(job.wish.command)\(head), because: \(cause)")
        case .step(let step, let job):
            let (what, details) = Self.words(step)
            var note: WebAddress?
            if case .posted(let id?) = step, let webBase, !job.wish.projectPath.isEmpty {
                note = WebAddress(
                    "\(webBase)/\(job.wish.projectPath)/-/merge_requests/\(job.wish.mergeRequest.iid)#note_\(id)")
            }
            self.init(time: event.time, what: what, details: details, note: note)
        }
    }

    private static func words(_ step: JobStep.Event) -> (String, String) {
        switch step {
        case .started(let count): ("begun", count == 1 ? "" : "for the \(count). time in a row")
        case .planned(let head): ("head fetched", String(head.prefix(12)))
        case .reserved(let reservation, let tokens): ("tokens held", "\(tokens) under \(reservation)")
        case .dispatched(let reservation): ("model called", reservation)
        case .answered(let reservation): ("answer kept", reservation)
        case .settled(let reservation): ("call booked", reservation)
        case .lost(let reservation): ("no outcome", "the tokens stay held under \(reservation)")
        case .released(let reservation): ("tokens given back", reservation)
        case .posting: ("note on its way", "")
        case .posted(let noteID): ("note posted", noteID.map { "note \($0)" } ?? "GitLab did not say its number")
        case .deferred(let deferral):
            (deferral.kind == .budget ? "blocked" : "put off", "until \(deferral.until): \(deferral.reason)")
        case .finished(let result): ("review \(result.outcome.rawValue)", result.reason)
        }
    }
}
