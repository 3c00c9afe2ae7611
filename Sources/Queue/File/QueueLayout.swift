/// The names of the queue's files in a data directory.
public struct QueueLayout: Sendable, Equatable {
    /// The data directory.
    public let directory: String

    /// The layout of `directory`.
    public init(directory: String) { self.directory = directory }

    /// What belongs to the daemon alone.
    public var state: String { directory + "/state" }
    /// What was asked for and what became of it.
    public var journal: String { state + "/queue.journal" }
    /// Answers that were paid for and are not posted yet.
    public var answers: String { state + "/answers" }
    /// Bytes that recovery took out of a file.
    public var recovered: String { state + "/recovered" }
}
