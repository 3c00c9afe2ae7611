import Dispatch
import Platform
import Synchronization
import UTCTime

/// Which reviews are wanted, which run, and what became of each delivery; survives any crash.
///
/// A delivery is answered when what it says is on the disk, and by whoever wrote: nothing here blocks. What is decided
/// together goes to the disk together, with one fdatasync(2).
public final class ReviewQueue: Sendable {
    /// Does one review and says what is to become of it.
    public typealias Run = @Sendable (Job) async -> Disposition

    let state: Mutex<QueueState>
    let file: Mutex<QueueFile>
    let commits = DispatchQueue(label: "queue.commit")
    let runner = Mutex<(concurrency: Int, run: Run)?>(nil)
    let time: TimeSource
    private let randomness: @Sendable () -> UInt64
    let log: Log
    /// Lines of the journal that could not be read when it was opened.
    public let problems: [QueueLineProblem]

    /// Milliseconds after a failed write in which nothing else is tried.
    static let attemptMilliseconds: UInt64 = 1000
    /// Milliseconds between two looks at what is due.
    static let tickMilliseconds = 1000

    init(
        _ opened: consuming sending QueueFile, _ load: JournalLoad, time: TimeSource,
        randomness: @escaping @Sendable () -> UInt64, log: Log, hasTimer: Bool
    ) {
        var state = QueueState(books: load.books)
        state.size = opened.size
        state.sizeAtStart = opened.size
        self.state = Mutex(state)
        file = Mutex(opened)
        self.time = time
        self.randomness = randomness
        self.log = log
        problems = load.problems
        if hasTimer { armTimer() }
    }

    /// One shot after the other, for as long as the queue is open.
    private func armTimer() {
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(Self.tickMilliseconds)) { [weak self] in
            guard let self, !state.withLock({ $0.isClosed }) else { return }
            tick()
            armTimer()
        }
    }

    // MARK: What is asked for

    /// Decides on a delivery and answers when that is certain to survive a power cut. Completions must be short.
    public func take(
        _ report: DeliveryReport, completion: @escaping @Sendable (Result<Verdict, QueueError>) -> Void
    ) {
        let now = time.now()
        let refusal = state.withLock { state -> QueueError? in
            if let error = obstacle(state, takesWork: true) { return error }
            do throws(QueueError) {
                let (verdict, entries) = try state.books.decide(
                    report, running: Set(state.turns.running.keys), at: now, newID: newID)
                add(entries, at: now, to: &state) { error in
                    completion(error.map { .failure($0) } ?? .success(verdict))
                }
                return nil
            } catch {
                return error
            }
        }
        if let refusal { return completion(.failure(refusal)) }
        commitSoon()
    }

    /// Decides on a wish that no delivery told of.
    public func offer(_ wish: Wish, sentence: String) async throws(QueueError) -> Verdict {
        let report = DeliveryReport(
            id: "", mergeRequest: wish.mergeRequest, projectPath: wish.projectPath, event: wish.cause.rawValue,
            username: wish.username, content: .wish(wish, sentence: sentence))
        let result = await withCheckedContinuation { continuation in
            take(report) { continuation.resume(returning: $0) }
        }
        return try result.get()
    }

    private func newID() -> String {
        let digits = String(randomness(), radix: 16)
        return "j" + String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }

    // MARK: What happens to a review

    /// Writes down what happened to a review; it is on the disk when this returns.
    public func record(_ event: JobStep.Event, of id: String) async throws(QueueError) {
        let error: QueueError? = await withCheckedContinuation { continuation in
            submit([.step(job: id, event)]) { continuation.resume(returning: $0) }
        }
        if let error { throw error }
    }

    /// Writes down what happened to a review, soon, without waiting for it.
    public func note(_ event: JobStep.Event, of id: String) { submit([.step(job: id, event)]) { _ in } }

    /// Writes down what is known of our notice on a merge request; it is on the disk when this returns.
    public func record(_ notice: NoticeState, on mergeRequest: MergeRequestID) async throws(QueueError) {
        let error: QueueError? = await withCheckedContinuation { continuation in
            submit([.notice(mergeRequest, notice)]) { continuation.resume(returning: $0) }
        }
        if let error { throw error }
    }

    func submit(_ entries: [QueueEntry], reply: @escaping @Sendable (QueueError?) -> Void) {
        let now = time.now()
        let refusal = state.withLock { state -> QueueError? in
            if let error = obstacle(state, takesWork: false) { return error }
            add(entries, at: now, to: &state, reply: reply)
            return nil
        }
        if let refusal { return reply(refusal) }
        commitSoon()
    }
}
