package import Platform
import Synchronization
package import UTCTime

/// The clock of the demonstration: it runs like the machine's, and the play sets it forward.
package final class DemoClock: Sendable {
    private let offsetMilliseconds: Mutex<Int64>
    private let base: TimeSource

    /// A clock that stands at `start` now.
    package init(startingAt start: Instant, base: TimeSource = .system) {
        self.base = base
        offsetMilliseconds = Mutex(start.milliseconds - base.now().milliseconds)
    }

    /// Sets the clock forward to `instant`; does nothing when it is later already.
    package func advance(to instant: Instant) {
        let now = base.now().milliseconds
        offsetMilliseconds.withLock { $0 = max($0, instant.milliseconds - now) }
    }

    /// The clock as the daemon uses it. Deadlines run by the machine's own.
    package var timeSource: TimeSource {
        TimeSource(now: { self.now }, monotonicNanoseconds: base.monotonicNanoseconds)
    }

    /// The time it shows.
    package var now: Instant {
        let now = base.now().milliseconds
        return offsetMilliseconds.withLock { Instant(milliseconds: now + $0) }
    }
}
