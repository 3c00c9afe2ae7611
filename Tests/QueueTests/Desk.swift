import Platform
import Queue
import Synchronization
import TestDisk
import UTCTime

/// A queue on a disk in memory, with a clock that a test turns.
final class Desk: Sendable {
    static let start = Instant(seconds: 1_773_133_200)

    let disk = FakeDisk()
    let log = Lines()
    let limits: QueueLimits
    private let seconds = Mutex<Int64>(0)
    private let random: Mutex<SeededGenerator>
    private let open = Mutex<ReviewQueue?>(nil)

    init(limits: QueueLimits = QueueLimits(), seed: UInt64 = 1) {
        self.limits = limits
        random = Mutex(SeededGenerator(seed: seed))
    }

    var now: Instant { Self.start.adding(seconds: seconds.withLock { $0 }) }
    func wait(_ more: Int64) { seconds.withLock { $0 += more } }

    var layout: QueueLayout { QueueLayout(directory: "/books") }

    /// The queue, opened when it is not.
    func queue() throws -> ReviewQueue {
        if let queue = open.withLock({ $0 }) { return queue }
        let queue = try ReviewQueue.open(
            layout, limits: limits, files: disk.table,
            time: TimeSource(
                now: { self.now },
                monotonicNanoseconds: { UInt64(self.seconds.withLock { $0 } + 100) * 1_000_000_000 }),
            randomness: { self.random.withLock { $0.next() } }, log: Log(level: .debug, sink: log.add),
            hasTimer: false)
        open.withLock { $0 = queue }
        return queue
    }

    /// The process is gone.
    func kill() {
        disk.kill()
        open.withLock { $0 = nil }
    }

    /// The power is gone.
    func cutPower(_ random: inout SeededGenerator) {
        disk.cutPower(&random)
        open.withLock { $0 = nil }
    }

    func take(_ report: DeliveryReport) async throws -> Result<Verdict, QueueError> {
        let queue = try queue()
        return await withCheckedContinuation { continuation in
            queue.take(report) { continuation.resume(returning: $0) }
        }
    }

    /// The status that a delivery is answered with.
    @discardableResult
    func deliver(_ report: DeliveryReport) async throws -> DeliveryRecord.Status {
        try await take(report).get().status
    }
}

/// Lines of a log, kept for the test.
final class Lines: Sendable {
    private let lines = Mutex<[String]>([])
    var add: @Sendable (String) -> Void { { line in self.lines.withLock { $0.append(line) } } }
    var all: [String] { lines.withLock { $0 } }
}

extension MergeRequestID {
    static let one = MergeRequestID(projectID: 42, iid: 7)
}

extension DeliveryReport {
    /// A delivery of key `key` that asks for a review, `second` seconds after the start by GitLab's clock.
    static func wish(
        _ key: String, _ cause: Wish.Cause = .labelAdded, of mergeRequest: MergeRequestID = .one, head: String = "a1",
        second: Int64? = 0, note: Int? = nil, command: String = Wish.review
    ) -> DeliveryReport {
        let wish = Wish(
            mergeRequest: mergeRequest, projectPath: "group/app", head: head, cause: cause,
            occurredAt: second.map { Desk.start.adding(seconds: $0) }, noteID: note, username: "maria",
            command: command, deliveryID: key)
        return DeliveryReport(
            id: key, mergeRequest: mergeRequest, projectPath: "group/app", event: cause.rawValue, username: "maria",
            content: .wish(wish, sentence: "the label was added"))
    }

    /// A delivery that the label was taken away.
    static func removal(_ key: String, of mergeRequest: MergeRequestID = .one, second: Int64?) -> DeliveryReport {
        DeliveryReport(
            id: key, mergeRequest: mergeRequest, projectPath: "group/app", event: "label_removed", username: "maria",
            content: .withdrawal(
                occurredAt: second.map { Desk.start.adding(seconds: $0) }, sentence: "the label was removed"))
    }

    static func nothing(_ key: String, of mergeRequest: MergeRequestID = .one) -> DeliveryReport {
        DeliveryReport(
            id: key, mergeRequest: mergeRequest, projectPath: "group/app", event: "other_action", username: "maria",
            content: .nothing(sentence: "the action starts no review"))
    }
}
