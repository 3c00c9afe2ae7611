import Glibc
public import UTCTime

/// Where the time comes from. Tests put their own in its place and turn the calendar.
public struct TimeSource: Sendable {
    /// The wall clock: for records and periods. It may jump either way.
    public var now: @Sendable () -> Instant
    /// Nanoseconds since some moment, never less than before: for deadlines and durations.
    public var monotonicNanoseconds: @Sendable () -> UInt64

    /// A time source of these two clocks.
    public init(now: @escaping @Sendable () -> Instant, monotonicNanoseconds: @escaping @Sendable () -> UInt64) {
        self.now = now
        self.monotonicNanoseconds = monotonicNanoseconds
    }

    /// The machine's clocks: CLOCK_REALTIME and CLOCK_MONOTONIC.
    public static let system = TimeSource(
        now: {
            let time = read(CLOCK_REALTIME)
            return Instant(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
        },
        monotonicNanoseconds: {
            let time = read(CLOCK_MONOTONIC)
            return UInt64(clamping: time.tv_sec) * 1_000_000_000 + UInt64(clamping: time.tv_nsec)
        })

    private static func read(_ clock: clockid_t) -> timespec {
        var time = timespec()
        clock_gettime(clock, &time)
        return time
    }
}
