import GitLab
import Platform
import Synchronization

/// Who we are at GitLab: our own doings are not acted upon, and only our own notes are edited.
final class BotUser: Sendable {
    private let gitlab: GitLabClient
    private let log: Log
    private let found = Mutex<Int?>(nil)

    /// The user that the token of `gitlab` belongs to.
    init(gitlab: GitLabClient, log: Log) {
        self.gitlab = gitlab
        self.log = log
    }

    /// GitLab's number of our user as far as it is known now.
    var id: Int? { found.withLock { $0 } }

    /// GitLab's number of our user, asked for when it is not known; nil when GitLab does not say.
    @discardableResult
    func known() async -> Int? {
        if let id { return id }
        do {
            let user = try await gitlab.currentUser()
            let isNew = found.withLock { found in
                defer { found = user.id }
                return found == nil
            }
            if isNew { log(.info, "gitlab answers", ["user": user.username]) }
            return user.id
        } catch {
            log(.warning, "gitlab does not say who we are", ["error": "\(error)"])
            return nil
        }
    }
}
