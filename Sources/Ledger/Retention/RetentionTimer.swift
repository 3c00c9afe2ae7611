import Dispatch
import Glibc
public import Platform
import Synchronization
import UTCTime

/// Cleans once a day in a running daemon: a quarter of an hour after midnight UTC, and once soon after the start.
///
/// The timer is set to the wall clock, for one shot, and set again from the clock each time. A repeating timer would count
/// monotonic seconds, drift away from midnight and stand still while the machine sleeps.
public final class RetentionTimer: Sendable {
    private let queue = DispatchQueue(label: "ledger-retention")
    private let isCancelled = Atomic<Bool>(false)
    private let retention: Retention
    private let time: TimeSource
    private let log: Log

    /// Seconds between midnight and a cleaning.
    static let secondsAfterMidnight: Int64 = 15 * 60
    /// Seconds between the start and the first cleaning.
    static let secondsAfterStart: Int64 = 60

    /// Starts the timer. It stops with `cancel`.
    public init(_ retention: Retention, time: TimeSource = .system, log: Log) {
        self.retention = retention
        self.time = time
        self.log = log
        arm(at: time.now().adding(seconds: Self.secondsAfterStart))
    }

    /// Cleans no more. A cleaning that is under way ends by itself.
    public func cancel() { isCancelled.store(true, ordering: .releasing) }

    /// The next quarter past midnight after `now`.
    static func next(after now: Instant) -> Instant {
        let today = now.day.start.adding(seconds: secondsAfterMidnight)
        return now < today ? today : now.day.adding(days: 1).start.adding(seconds: secondsAfterMidnight)
    }

    private func arm(at instant: Instant) {
        let wallTime = DispatchWallTime(timespec: timespec(tv_sec: Int(instant.seconds), tv_nsec: 0))
        queue.asyncAfter(wallDeadline: wallTime) { [weak self] in self?.fire() }
    }

    private func fire() {
        guard !isCancelled.load(ordering: .acquiring) else { return }
        clean()
        arm(at: Self.next(after: time.now()))
    }

    private func clean() {
        do throws(POSIXFailure) {
            let result = retention.execute(try retention.plan(today: time.now().day))
            if result.summariesDeleted + result.logsDeleted > 0 {
                log(
                    .info, "expired files were removed",
                    ["summaries": "\(result.summariesDeleted)", "logs": "\(result.logsDeleted)"])
            }
            for failure in result.failures { log(.warning, "an expired file stays", ["failure": failure]) }
        } catch {
            log(.warning, "expired files could not be listed", ["failure": error.description])
        }
    }
}
