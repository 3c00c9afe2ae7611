/// Fields that frame the message, or that decide who may do what: a second line of one is refused.
///
/// Which of two lines counts is where a proxy and a server disagree. GitLab's names and those of Standard Webhooks are
/// here because the parser is where a second line can still be seen.
enum KnownField: UInt32 {
    case host, expect, webhookID, contentType, authorization, contentLength, gitLabToken, gitLabEvent, idempotencyKey
    case contentEncoding, transferEncoding, webhookSignature, webhookTimestamp, gitLabEventUUID

    /// The field with the name in `range`, in any letter case; nil for a field that may come twice.
    init?(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        func isNamed(_ name: StaticString) -> Bool { equalsIgnoringCase(bytes, range, name) }
        let found: KnownField? =
            switch range.count {
            case 4: isNamed("host") ? .host : nil
            case 6: isNamed("expect") ? .expect : nil
            case 10: isNamed("webhook-id") ? .webhookID : nil
            case 12: isNamed("content-type") ? .contentType : nil
            case 13: isNamed("authorization") ? .authorization : nil
            case 14:
                isNamed("content-length")
                    ? .contentLength
                    : isNamed("x-gitlab-token") ? .gitLabToken : isNamed("x-gitlab-event") ? .gitLabEvent : nil
            case 15: isNamed("idempotency-key") ? .idempotencyKey : nil
            case 16: isNamed("content-encoding") ? .contentEncoding : nil
            case 17:
                isNamed("transfer-encoding")
                    ? .transferEncoding
                    : isNamed("webhook-signature")
                        ? .webhookSignature : isNamed("webhook-timestamp") ? .webhookTimestamp : nil
            case 19: isNamed("x-gitlab-event-uuid") ? .gitLabEventUUID : nil
            default: nil
            }
        guard let found else { return nil }
        self = found
    }
}
