import JSON
import Ledger
import Queue

extension Reviewer {
    /// Adds to the audit log what became of a review.
    func audit(_ event: String, _ job: Job, _ fields: [(String, JSONValue)]) {
        ledger.audit(
            AuditEntry(
                time: now(), event: event,
                fields: [
                    ("job", .string(job.id)), ("project", .string(job.wish.projectPath)),
                    ("merge_request", .integer(job.wish.mergeRequest.iid)),
                ] + fields))
    }
}
