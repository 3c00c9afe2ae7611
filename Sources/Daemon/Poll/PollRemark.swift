import GitLab
import Platform

/// A change of state that is worth a line: said once when it begins and once when it ends, never in every round.
enum PollRemark: Sendable, Equatable {
    /// GitLab refuses the token or its user.
    case tokenRefused(GitLabError)
    /// GitLab gives no answer, whatever is asked.
    case down(GitLabError)
    /// It answers again, or takes the token again.
    case worksAgain
    /// GitLab wants to be asked less often.
    case limited(seconds: Double)
    /// One project or group cannot be read.
    case targetFails(PollTarget, GitLabError)
    /// It can again.
    case targetWorksAgain(PollTarget)
    /// It is not there; it is asked for again in a day.
    case forgotten(PollTarget, GitLabError)
    /// A project's path leads somewhere else now.
    case moved(PollTarget, toProjectID: Int)
    /// There are more labelled merge requests than are read.
    case cut(PollTarget, count: Int)

    /// Writes its line.
    func write(to log: Log) {
        switch self {
        case .tokenRefused(let error): log(.error, "poll stops until gitlab takes the token", ["error": "\(error)"])
        case .down(let error): log(.warning, "poll gets no answer from gitlab", ["error": "\(error)"])
        case .worksAgain: log(.info, "poll works again")
        case .limited(let seconds): log(.warning, "poll pauses, gitlab limits it", ["seconds": "\(Int(seconds))"])
        case .targetFails(let target, let error):
            log(.warning, "poll cannot read merge requests", ["of": "\(target)", "error": "\(error)"])
        case .targetWorksAgain(let target): log(.info, "poll can read merge requests again", ["of": "\(target)"])
        case .forgotten(let target, let error):
            log(.warning, "poll leaves out for a day what is not there", ["of": "\(target)", "error": "\(error)"])
        case .moved(let target, let id):
            log(.warning, "poll follows a project that moved", ["of": "\(target)", "project_id": "\(id)"])
        case .cut(let target, let count):
            log(.warning, "poll reads only the oldest merge requests", ["of": "\(target)", "read": "\(count)"])
        }
    }
}
