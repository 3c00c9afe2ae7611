/// What a report adds up by.
public enum UsageDimension: String, Sendable, CaseIterable {
    /// The project's full path.
    case project
    /// The person the call was for.
    case user
    /// The model's id.
    case model
    /// One merge request: `group/app!123`.
    case session
    /// The named reviewer.
    case agent
    /// What it was asked to do.
    case command
    /// An hour of a day: `2025-12-13T09`.
    case hour
    /// A day: `2025-12-13`.
    case day
    /// A week, by its Monday: `2025-12-08`.
    case week
    /// A month: `2025-12`.
    case month

    /// Whether it is a stretch of time rather than a name.
    public var isTime: Bool {
        switch self {
        case .hour, .day, .week, .month: true
        case .project, .user, .model, .session, .agent, .command: false
        }
    }
}
