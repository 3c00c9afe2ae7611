/// What of a call has a name that decides, whatever the rest is, about some of its counters.
///
/// Its merge request is none: there are as many as calls, so that nothing would be gained by remembering them.
enum CallPart: Int, CaseIterable {
    case agent
    case command
    case model
    /// Decides about the person's teams too.
    case user
    /// Decides about the groups above it too.
    case project

    /// The scopes about which it decides.
    var kinds: [ScopeKind] {
        switch self {
        case .agent: [.agent]
        case .command: [.command]
        case .model: [.model]
        case .user: [.user, .team]
        case .project: [.project, .group]
        }
    }

    /// What it is called in `context`, as counters have it: in small letters where GitLab makes no difference.
    func name(in context: CallContext) -> String {
        switch self {
        case .agent: context.agent
        case .command: context.command
        case .model: context.model
        case .user: context.user.withSmallLetters
        case .project: context.project.withSmallLetters
        }
    }
}
