public import UTCTime

/// What has been told about one thing, so that it is not told again: on the disk before anything is sent.
///
/// For most alerts the key alone counts: it names the thing (a reservation, a day and an hour) and is claimed once. The
/// key of a budget names the budget, its counter and the window, and the claim says how far it has been told.
public struct AlertClaim: Sendable, Equatable {
    /// What it is about: `budget|daily|all|1765584000000`.
    public var key: String
    /// The amount at which the threshold stood, in the budget's unit; 0 for other alerts.
    public var amount: Int
    /// What was used or held when it was told; at least `amount`.
    public var reached: Int
    /// The threshold's share of the limit, in hundredths of a percent.
    public var share: Int
    /// When it no longer matters; nil: never.
    public var until: Instant?

    /// A claim of these parts.
    public init(key: String, amount: Int = 0, reached: Int = 0, share: Int = 0, until: Instant?) {
        self.key = key
        self.amount = amount
        self.reached = max(amount, reached)
        self.share = share
        self.until = until
    }

    /// Whether this says more than `told`: a higher share of the limit, or an amount that had not been reached when
    /// `told` was said.
    ///
    /// A grant moves a threshold up: when what it now stands at is reached, that is another fact and is told. A limit that
    /// moves up below what is used already tells nothing again.
    public func isBeyond(_ told: AlertClaim) -> Bool { share > told.share || amount > told.reached }
}
