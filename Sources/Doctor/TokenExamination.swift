import GitLab
import UTCTime

/// Whether the access token works, may do what it must, and for how long.
struct TokenExamination: Sendable {
    /// Days before its end from which on a token is remarked.
    static let daysLeftMin = 14

    let client: GitLabClient
    let today: Day

    func examine() async -> (checks: [Check], works: Bool, userID: Int?) {
        let name = "token"
        let user: GitLabUser
        do throws(GitLabError) {
            user = try await client.currentUser()
        } catch {
            return ([.failed(name, error.reason, error.hint)], false, nil)
        }
        var checks: [Check] = [.ok(name, "GitLab takes it, for the user \(user.username)")]
        do throws(GitLabError) {
            let info = try await client.tokenInfo()
            checks.append(scope(info))
            checks.append(expiry(info))
        } catch {
            checks += ["token scope", "token expiry"].map {
                .skipped($0, "GitLab tells nothing about this token (before 15.5, or an OAuth token)")
            }
        }
        return (checks, true, user.id)
    }

    private func scope(_ info: TokenInfo) -> Check {
        let name = "token scope"
        let list = info.scopes.joined(separator: ", ")
        return info.scopes.contains("api")
            ? .ok(name, list)
            : .failed(
                name, "its scopes are \(list.isEmpty ? "none" : list); notes need api",
                "Make a new token with the scope api and set GITLAB_TOKEN.")
    }

    private func expiry(_ info: TokenInfo) -> Check {
        let name = "token expiry"
        guard info.isActive else {
            return .failed(name, "the token is not active", "Make a new token with the scope api and set GITLAB_TOKEN.")
        }
        guard let text = info.expiresOn, let day = Day(text.prefix(10)) else { return .ok(name, "it does not expire") }
        let days = day.number - today.number
        if days <= 0 {
            return .failed(name, "it expired on \(day)", "Make a new token with the scope api and set GITLAB_TOKEN.")
        }
        return days < Self.daysLeftMin
            ? .warning(name, "it expires on \(day), in \(days) \(days == 1 ? "day" : "days")", "Rotate it before that.")
            : .ok(name, "it expires on \(day)")
    }
}
