public import Budget
import JSON
public import UTCTime

// What went wrong and needs a person.

extension AlertCandidate {
    /// The key of trouble with the books: cleared when they can be kept again.
    public static let booksKey = "books_trouble"

    /// The books cannot be kept, for `reason`. Told once until they can.
    public static func booksTrouble(_ reason: String) -> AlertCandidate {
        AlertCandidate(
            kind: .booksTrouble, claim: AlertClaim(key: booksKey, until: nil),
            title: "The books cannot be kept",
            text: "\(reason). Reservations may be refused, and usage may be in memory alone. Look at the disk of "
                + "TOKEN_DATA_DIR and run 'bursar verify'.",
            facts: JSONObject([("reason", .string(reason))]))
    }

    /// The outcome of a call is unknown.
    public static func unresolvedHold(_ reservation: Reservation) -> AlertCandidate {
        let context = reservation.context
        return AlertCandidate(
            kind: .unresolvedHold,
            claim: AlertClaim(
                key: "unresolved_hold|\(reservation.id)", until: reservation.createdAt.day.adding(days: keptDays).start),
            title: "The outcome of a call is unknown, \(Figures.grouped(reservation.tokens)) tokens stay held",
            text: "Agent \(context.agent.oneLine), \(context.model.oneLine)"
                + "\(context.sessionID.isEmpty ? "" : ", \(context.sessionID.oneLine)"). They count until the day ends; if you "
                + "know what the call used: bursar resolve \(reservation.id) --tokens IN,OUT, or --release.",
            facts: JSONObject([
                ("reservation", .string(reservation.id)), ("tokens", .integer(reservation.tokens)),
                ("session", .string(context.sessionID)), ("agent", .string(context.agent)),
                ("model", .string(context.model)),
            ]))
    }

    /// The review `job` of `mergeRequest` failed for good.
    public static func reviewFailed(
        job: String, mergeRequest: String, reason: String, isPaid: Bool, at now: Instant
    ) -> AlertCandidate {
        AlertCandidate(
            kind: .reviewFailed,
            claim: AlertClaim(key: "review_failed|\(job)", until: now.day.adding(days: keptDays).start),
            title: isPaid
                ? "A paid review of \(mergeRequest) could not be posted" : "The review of \(mergeRequest) failed",
            text: reason.oneLine
                + (isPaid
                    ? "\nIts text is kept in state/answers."
                    : "\nIt is told on the merge request and not tried "
                        + "again by itself; bursar why \(mergeRequest) tells more."),
            facts: JSONObject([
                ("merge_request", .string(mergeRequest)), ("job", .string(job)), ("reason", .string(reason)),
                ("paid", .bool(isPaid)),
            ]))
    }
}
