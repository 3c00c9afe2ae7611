import Budget
import UTCTime

/// Something for the audit log, as cheap to note as can be: its line is made by whoever writes it.
enum AuditItem: Sendable {
    case reserved(Hold, Instant)
    case refused(ReservationRequest, Refusal, Instant)
    case changed(Transition)
    case entry(AuditEntry)

    /// Nil for changes that are told elsewhere: a settlement is a row.
    var entry: AuditEntry? {
        switch self {
        case .reserved(let hold, let time): .reserved(hold, at: time)
        case .refused(let request, let refusal, let time): .refused(request, refusal, at: time)
        case .changed(let transition): .changed(transition)
        case .entry(let entry): entry
        }
    }
}
