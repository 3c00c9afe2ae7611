import GitLab
import Platform
import Synchronization
import UTCTime

/// Who we are at GitLab: our own doings are not acted upon, and only our own notes are edited.
final class BotUser: Sendable {
    private let gitlab: GitLabClient
    private let log: Log
    private let now: @Sendable () -> Instant
    private let found = Mutex<Int?>(nil)
    private let failedAt = Mutex<Instant?>(nil)

    /// Seconds after a failure in which GitLab is not asked again: the work goes on without.
    static let pauseSeconds: Int64 = 300

    /// The user that the token of `gitlab` belongs to.
    init(gitlab: GitLabClient, now: @escaping @Sendable () -> Instant, log: Log) {
        self.now = now
        self.gitlab = gitlab
        self.log = log
    }

    /// GitLab's number of our user as far as it is known now.
    var id: Int? { found.withLock { $0 } }

    /// GitLab's number of our user, asked for when it is not known; nil when GitLab does not say.
    @discardableResult
    func known() async -> Int? {
        if let id { return id }
        if let failed = failedAt.withLock({ $0 }), now() < failed.adding(seconds: Self.pauseSeconds) { return nil }
        do {
            let user = try await gitlab.currentUser()
            let isNew = found.withLock { found in
                defer { found = user.id }
                return found == nil
            }
            if isNew { log(.info, "gitlab answers", ["user": user.username]) }
            return user.id
        } catch {
            failedAt.withLock { $0 = now() }
            log(.warning, "gitlab does not say who we are", ["error": "\(error)"])
            return nil
        }
    }
}
