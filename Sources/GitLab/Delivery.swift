internal import Digest
internal import JSON

/// One webhook delivery as Bursar understands it. Reading never fails: what cannot be read says so.
public struct Delivery: Sendable, Equatable {
    /// What the delivery tells.
    public enum Content: Sendable, Equatable {
        /// A merge request was opened, changed, closed or merged.
        case mergeRequest(MergeRequestEvent)
        /// Someone wrote or changed a comment.
        case note(NoteEvent)
        /// Another kind of event: `push`, `pipeline`, …
        case unsupported(kind: String)
        /// Not what GitLab sends; the sentence says what is wrong.
        case malformed(reason: String)
    }

    /// Characters of a delivery id that are believed; longer ones are replaced.
    public static let idCharactersMax = 200

    /// The same for each attempt to deliver the same event: `webhook-id`, `Idempotency-Key` (17.4 and later), else a digest of
    /// the event's UUID and the body.
    public let id: String
    /// `X-Gitlab-Event-UUID`: sent back with our requests, it keeps GitLab from firing hooks in a circle.
    public let eventUUID: String?
    /// `X-Gitlab-Instance`: the base URL that GitLab says it has. For messages, never to send anything to.
    public let instance: String?
    /// What the delivery tells.
    public let content: Content

    /// Reads a delivery. `field` looks a header field up by its name, in any case.
    public static func decode(field: (String) -> String?, body: [UInt8]) -> Delivery {
        let eventUUID = field("X-Gitlab-Event-UUID").flatMap { isIdentifier($0) ? $0 : nil }
        let id = [field("webhook-id"), field("Idempotency-Key")].lazy.compactMap { $0 }.first { isIdentifier($0) }
        return Delivery(
            id: id ?? "sha256-" + SHA256.digest(Array("\(eventUUID ?? "")\n".utf8) + body).hexadecimal,
            eventUUID: eventUUID, instance: field("X-Gitlab-Instance"), content: content(body))
    }

    private static func isIdentifier(_ text: String) -> Bool {
        1...idCharactersMax ~= text.utf8.count && text.utf8.allSatisfy { 0x21...0x7E ~= $0 }
    }

    private static func content(_ body: [UInt8]) -> Content {
        let payload: JSONValue
        do {
            payload = try JSONValue(parsing: body)
        } catch {
            return .malformed(reason: "\(error)")
        }
        guard payload.object != nil else { return .malformed(reason: "the body is \(payload.kind), not an object") }
        // System hooks and project hooks share the body's `object_kind`; the oldest system hooks have `event_name` only.
        guard let kind = (payload["object_kind"] ?? payload["event_type"] ?? payload["event_name"])?.words else {
            return .malformed(
                reason: "no object_kind: is a custom webhook template in use? Bursar needs GitLab's own body")
        }
        switch kind {
        case "merge_request":
            guard let event = MergeRequestEvent(payload) else {
                return .malformed(reason: "a merge request event without a project id or object_attributes.iid")
            }
            return .mergeRequest(event)
        case "note":
            guard let event = NoteEvent(payload) else {
                return .malformed(reason: "a note event without a project id or object_attributes")
            }
            return .note(event)
        default: return .unsupported(kind: String(kind.prefix(100)))
        }
    }
}
