internal import JSON

/// A user at GitLab.
public struct GitLabUser: Sendable, Equatable {
    /// The user's id.
    public let id: Int
    /// The user's name without `@`.
    public let username: String
}

extension GitLabClient {
    /// The role from which on a member may push: Developer (GitLab "Members API", access levels).
    public static let developerAccessLevel = 30

    /// Who the token belongs to. Asked briefly: the work can do without.
    public func currentUser() async throws(GitLabError) -> GitLabUser {
        let call = Call(operation: "ask GitLab whose token this is", path: "/user", isBrief: true)
        let response = try await send(call)
        let value = try Self.parse(response, call.operation)
        guard let id = value["id"]?.number else {
            throw Self.unreadable(call.operation, response, "the answer is not a user")
        }
        return GitLabUser(id: id, username: value["username"]?.string ?? "")
    }

    /// GitLab's version: `18.6.0-ee`.
    public func version() async throws(GitLabError) -> String {
        let value = try await value(Call(operation: "ask GitLab for its version", path: "/version"))
        return value["version"]?.words ?? ""
    }

    /// Whether a user may push to a project: an active member from Developer on, whose role may come from a group. Nobody who is no
    /// member may, 404, not even where everybody may read. An error says nothing either way: the caller decides, and may keep
    /// an answer for some minutes.
    public func mayPush(projectID: Int, userID: Int, eventUUID: String? = nil) async throws(GitLabError) -> Bool {
        try await memberAccessLevel(projectID: projectID, userID: userID, eventUUID: eventUUID)
            >= Self.developerAccessLevel
    }

    /// A user's role in a project, groups included: 0 for none, 10 guest, 20 reporter, 30 developer, 40 maintainer, 50 owner.
    public func memberAccessLevel(projectID: Int, userID: Int, eventUUID: String? = nil) async throws(GitLabError)
        -> Int
    {
        do throws(GitLabError) {
            let value = try await value(
                Call(
                    operation: "read the role of user \(userID) in project \(projectID)",
                    path: "/projects/\(projectID)/members/all/\(userID)", eventUUID: eventUUID))
            // Members of an invited group may be waiting for approval.
            guard value["state"]?.string ?? "active" == "active" else { return 0 }
            return value["access_level"]?.number ?? 0
        } catch  where error.kind == .notFound {
            return 0
        } catch {
            throw error
        }
    }
}
