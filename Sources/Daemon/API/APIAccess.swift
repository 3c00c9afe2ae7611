import Digest
import HTTPServer
import HTTPWire

/// Who may use the endpoints that spend or tell: whoever shows the API token.
struct APIAccess: Sendable {
    private let expected: SecretDigest?

    /// Access by `token`; nil lets everybody in, which the settings allow on loopback only.
    init(token: String?) { expected = token.map(SecretDigest.init) }

    /// For endpoints marked *token*: `Authorization: Bearer TOKEN` (RFC 6750 section 2.1).
    package var token: Access { Access { head, _ in isAuthorized(head) ? nil : Self.refusal } }

    /// For endpoints that are open on loopback and marked *token* elsewhere.
    package var tokenUnlessLoopback: Access {
        Access { head, peer in peer.isLoopback || isAuthorized(head) ? nil : Self.refusal }
    }

    /// Whether `head` shows the token.
    func isAuthorized(_ head: RequestHead) -> Bool {
        guard let expected else { return true }
        guard let field = head.fields["authorization"] else { return false }
        let parts = field.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return false }
        return expected.matches(String(parts[1]))
    }

    private static let refusal = Response.problem(
        401, detail: "This endpoint needs 'Authorization: Bearer' with the value of BURSAR_API_TOKEN.",
        fields: [("WWW-Authenticate", "Bearer realm=\"bursar\"")])
}
