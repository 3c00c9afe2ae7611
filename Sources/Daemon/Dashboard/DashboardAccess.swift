import Digest
import HTTPServer
import HTTPWire
import UTCTime

/// Who may see the dashboard and use its forms.
///
/// With an API token: whoever signed in with it, or shows it as a bearer. Without one the daemon listens on loopback only and
/// everybody there may; then the host that a request names must be loopback too, for a page of the internet whose name was
/// made to lead here (DNS rebinding) names its own.
struct DashboardAccess: Sendable {
    /// Somebody who may look.
    struct Visitor: Sendable {
        /// Goes with every form, and must come back with it.
        let formToken: String
        /// Whether there is a session to sign out of.
        let isSignedIn: Bool
        /// When he may no longer.
        let endsAt: Instant?
    }

    private let expected: SecretDigest?
    private let bearer: APIAccess
    let desk: SignInDesk
    /// For everybody who needs no session.
    private let openFormToken: String

    /// Access by `token`; nil lets everybody on loopback in.
    init(token: String?, desk: SignInDesk) {
        expected = token.map(SecretDigest.init)
        bearer = APIAccess(token: token)
        self.desk = desk
        openFormToken = desk.secret()
    }

    /// Whether there is something to sign in with.
    var needsSignIn: Bool { expected != nil }

    /// Whether `candidate` is the API token.
    func isToken(_ candidate: String) -> Bool { expected?.matches(candidate) ?? false }

    /// Who asks; nil: somebody who may not look.
    func visitor(_ head: RequestHead) -> Visitor? {
        guard needsSignIn else {
            return Self.namesLoopback(head.host)
                ? Visitor(formToken: openFormToken, isSignedIn: false, endsAt: nil) : nil
        }
        if let session = sessionIDs(head).lazy.compactMap(desk.session).first {
            return Visitor(formToken: session.formToken, isSignedIn: true, endsAt: session.endsAt)
        }
        // A bearer needs no form; no page of another site can make a browser send one.
        return head.fields["authorization"] != nil && bearer.isAuthorized(head)
            ? Visitor(formToken: openFormToken, isSignedIn: false, endsAt: nil) : nil
    }

    /// Ids that one request may show; more are not looked at.
    static let sessionIDsMax = 32

    /// The ids in the cookies. There may be several of one name, for whoever has another path or a sibling of this host can
    /// set one too (RFC 6265 section 8.6), and a browser does not say which is whose; what cannot be an id is not counted.
    func sessionIDs(_ head: RequestHead) -> [String] {
        var ids: [String] = []
        for line in head.fields.all("cookie") {
            for pair in line.split(separator: ";") {
                let parts = pair.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
                guard parts.count == 2, parts[0] == Self.cookie || parts[0] == Self.secureCookie,
                    SignInDesk.isSecret(parts[1])
                else { continue }
                ids.append(String(parts[1]))
                guard ids.count < Self.sessionIDsMax else { return ids }
            }
        }
        return ids
    }

    static let cookie = "bursar"
    /// A cookie of this name is taken by browsers only when it is `Secure` and for this host alone (RFC 6265bis 4.1.3.2).
    static let secureCookie = "__Host-bursar"

    /// The `Set-Cookie` line that begins a session, or with an empty id ends it.
    ///
    /// A proxy that says it was asked by https makes the cookie `Secure`; somebody who pretends so only hurts himself.
    static func cookieLine(_ id: String, _ head: RequestHead) -> String {
        let isSecure =
            head.fields["x-forwarded-proto"] == "https" || head.fields["origin"]?.hasPrefix("https://") == true
        let name = isSecure ? secureCookie : cookie
        let age = id.isEmpty ? 0 : SignInDesk.lifetimeSeconds
        return "\(name)=\(id); Path=/; Max-Age=\(age); HttpOnly; SameSite=Strict\(isSecure ? "; Secure" : "")"
    }

    /// Whether a form was sent from a page of ours. Browsers say so in `Sec-Fetch-Site`, old ones name the page's `Origin`;
    /// what says neither is no browser, and has the API.
    static func isOwnPage(_ head: RequestHead) -> Bool {
        if let site = head.fields["sec-fetch-site"] { return site == "same-origin" }
        guard let origin = head.fields["origin"], let host = head.host?.lowercased() else { return false }
        return origin.lowercased() == "http://\(host)" || origin.lowercased() == "https://\(host)"
    }

    /// Whether a browser says that a page of another site, or of another port, sent the request.
    static func isOtherPage(_ head: RequestHead) -> Bool {
        if let site = head.fields["sec-fetch-site"] { return site != "same-origin" && site != "none" }
        return head.fields["origin"] != nil && !isOwnPage(head)
    }

    /// Whether `host` is a name of this machine for itself: `localhost`, `127.0.0.1`, `[::1]`, with any port.
    static func namesLoopback(_ host: String?) -> Bool {
        guard var name = host?.lowercased()[...] else { return false }
        if name.hasPrefix("[") { return name == "[::1]" || name.hasPrefix("[::1]:") }
        if let colon = name.lastIndex(of: ":") { name = name[..<colon] }
        if name == "localhost" { return true }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil && $0.utf8.first != 0x2B }
    }
}
