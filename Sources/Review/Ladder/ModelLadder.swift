/// Which model to use while at least which share of the budget is left (`MODEL_LADDER`).
public struct ModelLadder: Sendable, Equatable {
    /// A model, and the share of the budget from which on it may be used.
    public struct Rung: Sendable, Equatable {
        /// The model's id.
        public var model: String
        /// The least share of the budget that must be left, in millionths of it.
        public var leastShareMillionths: Int

        /// A rung of these parts.
        public init(model: String, leastShareMillionths: Int) {
            self.model = model
            self.leastShareMillionths = leastShareMillionths
        }
    }

    /// What the ladder does (`MODEL_LADDER_MODE`).
    public enum Mode: String, Sendable, CaseIterable {
        /// It chooses the model.
        case auto
        /// It says what it would have chosen.
        case warn
    }

    /// The rungs, the highest share first.
    public var rungs: [Rung]
    /// What the ladder does.
    public var mode: Mode

    /// A ladder of `rungs`, in any order.
    public init(rungs: [Rung], mode: Mode = .auto) {
        self.rungs = rungs.sorted { $0.leastShareMillionths > $1.leastShareMillionths }
        self.mode = mode
    }
}
