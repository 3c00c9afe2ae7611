import Dispatch
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
        arm(afterSeconds: Self.secondsAfterStart)
    }

    /// Cleans no more. A cleaning that is under way ends by itself.
    public func cancel() { isCancelled.store(true, ordering: .releasing) }

    /// The next quarter past midnight after `now`.
    static func next(after now: Instant) -> Instant {
        let today = now.day.start.adding(seconds: secondsAfterMidnight)
        return now < today ? today : now.day.adding(days: 1).start.adding(seconds: secondsAfterMidnight)
    }

    /// Wall time, reckoned from the clock that was handed in: a clock of another date must not make it fire at once, again
    /// and again.
    private func arm(afterSeconds seconds: Int64) {
        let delay = DispatchTimeInterval.seconds(Int(max(1, seconds)))
        queue.asyncAfter(wallDeadline: .now() + delay) { [weak self] in self?.fire() }
    }

    private func fire() {
        guard !isCancelled.load(ordering: .acquiring) else { return }
        clean()
        let now = time.now()
        arm(afterSeconds: Self.next(after: now).seconds - now.seconds + 1)
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
