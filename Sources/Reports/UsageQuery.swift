import Budget
public import UTCTime

/// Which records a report adds up, and by what.
public struct UsageQuery: Sendable, Equatable {
    /// By what, the first being the outermost; none: all in one sum.
    public var dimensions: [UsageDimension]
    /// From which day to which, both included.
    public var days: ClosedRange<Day>
    /// Only this project: its full path, or its last part.
    public var project: String?
    /// Only this user.
    public var user: String?
    /// Only this model.
    public var model: String?
    /// Only this session.
    public var session: String?

    /// A query of these parts.
    public init(
        by dimensions: [UsageDimension], days: ClosedRange<Day>, project: String? = nil, user: String? = nil,
        model: String? = nil, session: String? = nil
    ) {
        self.dimensions = dimensions
        self.days = days
        self.project = project
        self.user = user
        self.model = model
        self.session = session
    }

    /// Whether more of a record counts than the rows of older tools have as it stands: they leave out the session, the agent
    /// and the command, and their project may be a path of which the last part is asked for.
    var needsSession: Bool {
        project != nil || session != nil || dimensions.contains { [.session, .agent, .command].contains($0) }
    }

    /// Whether `record` is one of those asked for.
    func wants(_ record: UsageRecord) -> Bool {
        let context = record.context
        return days.contains(record.time.day) && Self.matches(user, context.user)
            && Self.matches(model, context.model) && Self.matches(session, context.sessionID)
            && (Self.matches(project, context.project) || Self.matches(project, context.projectName))
    }

    /// By the bytes, as everywhere: to `String` two spellings of é are one name.
    private static func matches(_ wanted: String?, _ name: String) -> Bool {
        wanted.map { $0.utf8.elementsEqual(name.utf8) } ?? true
    }
}
