import Digest
import HTTPServer
import HTTPWire

/// Who may use the endpoints that spend or tell: whoever shows the API token.
///
/// Without one the daemon listens on loopback only and everybody there may, but not every page that somebody there has in a
/// browser: a request must name this machine as its host, for a page whose name was made to lead here (DNS rebinding) names
/// its own, and what changes something must not come from a page of another site.
struct APIAccess: Sendable {
    private let expected: SecretDigest?

    /// Access by `token`; nil lets everybody in, which the settings allow on loopback only.
    init(token: String?) { expected = token.map(SecretDigest.init) }

    /// For endpoints marked *token*: `Authorization: Bearer TOKEN` (RFC 6750 section 2.1).
    package var token: Access {
        Access { head, _ in expected == nil ? Self.refusalOfStrangers(head) : isAuthorized(head) ? nil : Self.refusal }
    }

    /// For endpoints that are open on loopback and marked *token* elsewhere.
    package var tokenUnlessLoopback: Access {
        Access { head, peer in
            if peer.isLoopback, Self.refusalOfStrangers(head) == nil { return nil }
            return expected == nil ? Self.refusalOfStrangers(head) : isAuthorized(head) ? nil : Self.refusal
        }
    }

    /// Whether `head` shows the token.
    func isAuthorized(_ head: RequestHead) -> Bool {
        guard let expected else { return true }
        guard let field = head.fields["authorization"] else { return false }
        let parts = field.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return false }
        return expected.matches(String(parts[1]))
    }

    /// What somebody is told who asks without a token by another name than this machine's, or from a page of another site.
    private static func refusalOfStrangers(_ head: RequestHead) -> Response? {
        // Every browser names the host.
        guard head.host == nil || DashboardAccess.namesLoopback(head.host) else {
            return .problem(
                421,
                detail: "Without BURSAR_API_TOKEN this daemon answers to localhost, 127.0.0.1 and [::1] alone, not to "
                    + "'\(head.host?.prefix(100) ?? "")'.")
        }
        guard head.method != .get, head.method != .head, DashboardAccess.isOtherPage(head) else { return nil }
        return .problem(403, detail: "This was sent by a page of another site.")
    }

    private static let refusal = Response.problem(
        401, detail: "This endpoint needs 'Authorization: Bearer' with the value of BURSAR_API_TOKEN.",
        fields: [("WWW-Authenticate", "Bearer realm=\"bursar\"")])
}
