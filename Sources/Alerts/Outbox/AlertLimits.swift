/// How many alerts are kept and how hard they are tried to be sent. Everything has a bound; what is over is said aloud.
public struct AlertLimits: Sendable, Equatable {
    /// Alerts that are kept; above it those go first that are acknowledged, then the oldest that owe nothing.
    public var alertsMax = 2000
    /// Alerts that a target may be owed; one more is not sent there, which is said in the log, once until half are gone.
    public var owedMax = 500
    /// Claims that are remembered; above it those go first that matter no more the soonest.
    public var claimsMax = 20_000
    /// Days that alerts are kept: the retention of the logs.
    public var keptDays = 365
    /// Bytes from which on a journal that has doubled is begun anew.
    public var compactionBytes = 256 << 10
    /// Things that wait to be looked at; what comes above is counted and dropped, and told once.
    public var waitingMax = 1000
    /// Seconds that an alert is tried to be sent: a day.
    public var sendingSeconds: Int64 = 24 * 3600
    /// Times that it is tried.
    public var triesMax = 200

    /// The limits of the daemon.
    public init() {}
}
