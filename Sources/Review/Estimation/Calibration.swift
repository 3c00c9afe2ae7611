// What calls have taught about one model's tokenizer.
//
// A single factor is not enough: a tokenizer that is poor at Chinese or at indentation is off by another factor for
// each change. So each kind of piece has a multiplier of its own, fitted to the newest calls: the squares of the
// relative errors, plus a pull of every multiplier towards the common factor, which keeps twenty calls from explaining
// noise. Calls far off the others (a proxy that counts wrong, a server that cut the prompt) lose their weight. All in
// whole numbers, so that the same calls give the same estimate everywhere.

/// Corrects the estimates for one model by what its calls really used. A value: record, store, read back.
public struct Calibration: Sendable, Equatable {
    /// A call: what was sent, and what the vendor counted.
    public struct Observation: Sendable, Equatable {
        /// The measure of all that was sent.
        public let measure: TextMeasure
        /// Input tokens the vendor counted, cached ones included.
        public let inputTokens: Int
    }

    /// The newest calls, oldest first.
    public private(set) var observations: [Observation]

    /// The most calls that are remembered; tokenizers change with models' versions, so older ones must go.
    public static let observationsMax = 64
    /// The fewest calls from which anything is learned.
    public static let observationsMin = 5
    /// The fewest tokens of a call that is learned from: in smaller ones the vendor's preamble weighs too much.
    public static let inputTokensMin = 200

    /// Nothing learned yet.
    public init() { observations = [] }

    /// What `observations` teach; the newest `observationsMax` of them.
    public init(observations: [Observation]) {
        self.observations = observations.suffix(Self.observationsMax)
    }

    /// Takes a call into account: `measure` of everything sent, and the input tokens that came back.
    ///
    /// Calls that are too small, or that no tokenizer could have counted so, are passed over.
    public mutating func record(_ measure: TextMeasure, inputTokens: Int) {
        guard inputTokens >= Self.inputTokensMin, measure.hundredths >= Self.inputTokensMin * 100,
            // More tokens than bytes, but for a preamble: another prompt than ours was counted.
            inputTokens <= measure.bytes + 4096
        else { return }
        observations.append(Observation(measure: measure, inputTokens: inputTokens))
        if observations.count > Self.observationsMax { observations.removeFirst() }
    }

    /// How many calls were learned from.
    public var count: Int { observations.count }

    /// Whether estimates are corrected yet.
    public var isInForce: Bool { count >= Self.observationsMin }

    /// The fewest calls whose spread is believed.
    static let spreadCountMin = 12
}
