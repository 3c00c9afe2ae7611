import GitLab
import HTTPClient
import JSON
import UTCTime

/// Whether GitLab is where the settings say, which one it is, and whether its clock and ours agree.
struct AddressExamination: Sendable {
    /// Seconds by which the clocks may differ without a word.
    static let skewSecondsMax: Int64 = 30
    /// Seconds after which a signed delivery is refused (`WebhookAuthenticator`).
    static let signatureSecondsMax: Int64 = 300

    let base: GitLabBaseURL
    let token: String
    /// Whether a signing token is all that deliveries are proven by.
    let needsSigning: Bool
    let usesSigning: Bool
    let transport: any HTTPTransport
    let now: @Sendable () -> Instant

    func examine() async -> (checks: [Check], isThere: Bool) {
        let name = "gitlab address"
        let response: ClientResponse
        do throws(HTTPClientError) {
            response = try await ask(base.api + "/version", token: token)
        } catch {
            return ([.failed(name, error.description, Self.advice(error))], false)
        }
        guard Self.isAPI(response) else { return ([await explain(response)], false) }
        var checks: [Check] = [.ok(name, "GitLab's API answers at \(base.api)")]
        checks.append(version(response))
        checks.append(clock(response))
        return (checks, true)
    }

    private func ask(_ url: String, token: String?) async throws(HTTPClientError) -> ClientResponse {
        var request = ClientRequest(url: url, fields: ["Accept": "application/json"], answerBytesMax: 1 << 20)
        if let token { request.fields["PRIVATE-TOKEN"] = token }
        return try await transport.send(request)
    }

    /// The version, or GitLab's own 401 and 403, which are about the token.
    private static func isAPI(_ response: ClientResponse) -> Bool {
        guard let value = try? JSONValue(parsing: response.body), value.object != nil else { return false }
        switch response.status {
        case 200..<300: return value["version"]?.string != nil
        case 401, 403: return value["message"] != nil || value["error"] != nil
        default: return false
        }
    }

    private static func advice(_ error: HTTPClientError) -> String {
        switch error.cause {
        case .unreachable where error.description.contains("host is not known"):
            "Check the host in GITLAB_URL and this machine's DNS."
        case .unreachable where error.description.contains("does not speak https"):
            "Write http:// in GITLAB_URL, or the port that speaks https."
        case .unreachable where error.description.contains("TLS"):
            "This machine does not trust the certificate: install your authority's certificate here, and check host and clock."
        case .unreachable: "Check the port in GITLAB_URL, the firewall, and HTTPS_PROXY in the daemon's environment."
        case .timedOut: "A firewall that drops packets looks like this; so does a GitLab that is overloaded."
        case .connectionLost: "Check that http:// or https:// in GITLAB_URL is what that port speaks."
        case .invalidRequest, .answerTooLarge, .cancelled: "Check GITLAB_URL."
        }
    }

    private func explain(_ response: ClientResponse) async -> Check {
        let name = "gitlab address"
        let isPage = String(decoding: response.body.prefix(500), as: UTF8.self).lowercased().contains("<html")
        switch response.status {
        case 300..<400:
            let target = response.fields["Location"] ?? "somewhere"
            return .failed(
                name, "\(base.api) redirects to \(target.prefix(200))",
                "Set GITLAB_URL to where GitLab is in the end; the token is not sent after a redirect.")
        case 429: return .failed(name, "GitLab answers 429: it is asked too often", "Try again in a minute.")
        case 500...:
            return .failed(
                name, "\(base.api) answers \(response.status)",
                "GitLab or the proxy before it is down; deliveries are lost meanwhile, which the poll makes good.")
        default: break
        }
        let seen =
            isPage
            ? "\(base.api) answers \(response.status) with a web page instead of JSON"
            : "\(base.api) answers \(response.status), which GitLab's API does not"
        if base.description.contains("/api/") {
            return .failed(name, seen, "Take everything from /api on out of GITLAB_URL: it is appended here.")
        }
        let start = base.description.firstRange(of: "://")?.upperBound ?? base.description.startIndex
        if let slash = base.description[start...].firstIndex(of: "/") {
            // Without the token: only to see whether GitLab is at the root of the same host.
            let root = String(base.description[..<slash])
            if let answer = try? await ask(root + "/api/v4/version", token: nil), Self.isAPI(answer) {
                return .failed(name, seen, "GitLab answers at \(root): set GITLAB_URL to that, without a path.")
            }
        }
        return .failed(
            name, seen,
            "GITLAB_URL must be GitLab itself: its host, and its path if it is installed below one; no login page before it."
        )
    }

    private func version(_ response: ClientResponse) -> Check {
        let name = "gitlab version"
        guard let version = (try? JSONValue(parsing: response.body))?["version"]?.string else {
            return .skipped(name, "the token has to work first")
        }
        let major = version.prefix { $0 != "." }
        if needsSigning, major.utf8.count <= 3, let number = Int(major), number < 19 {
            return .failed(
                name, "GitLab \(version) has no signing tokens, and GITLAB_SIGNING_TOKEN is all that is set",
                "Set GITLAB_WEBHOOK_SECRET and the same secret token in the hook; signing tokens come with GitLab 19.0."
            )
        }
        return .ok(name, "GitLab \(version)")
    }

    private func clock(_ response: ClientResponse) -> Check {
        let name = "clock"
        guard let date = response.fields["Date"].flatMap({ Instant(httpDate: $0) }) else {
            return .skipped(name, "GitLab's answer has no date to compare with")
        }
        let difference = now().seconds - date.seconds
        let words = "this machine's clock is \(abs(difference)) s \(difference < 0 ? "behind" : "ahead of") GitLab's"
        if abs(difference) <= Self.skewSecondsMax { return .ok(name, "agrees with GitLab's") }
        let advice = "Set the clock by NTP: days and months of the budget end by it."
        return usesSigning && abs(difference) >= Self.signatureSecondsMax
            ? .failed(name, words + ": signed deliveries are refused as too old or from the future", advice)
            : .warning(name, words, advice)
    }
}
