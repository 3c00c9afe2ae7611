public import JSON

extension Calibration {
    /// The calls as a small JSON value, from which `init(json:)` makes the same calibration again.
    public var json: JSONValue {
        [
            "version": 1,
            "observations": .array(
                observations.map { observation in
                    let measure = observation.measure
                    return .array(
                        [
                            observation.inputTokens, measure.bytes, measure.words, measure.signs, measure.blanks,
                            measure.digits, measure.wide, measure.wordCount, measure.unlucky,
                        ].map { .integer($0) })
                }),
        ]
    }

    /// Reads what `json` wrote; nil when it is something else. A calibration is worth little: without it, it is learned
    /// again.
    public init?(json: JSONValue) {
        guard json["version"]?.integer == 1, let rows = json["observations"]?.array,
            rows.count <= Self.observationsMax
        else { return nil }
        var observations: [Observation] = []
        for row in rows {
            let numbers = (row.array ?? []).compactMap(\.integer)
            guard numbers.count == 9, row.array?.count == 9, numbers.allSatisfy({ 0...1_000_000_000_000 ~= $0 })
            else { return nil }
            var measure = TextMeasure()
            measure.bytes = numbers[1]
            measure.words = numbers[2]
            measure.signs = numbers[3]
            measure.blanks = numbers[4]
            measure.digits = numbers[5]
            measure.wide = numbers[6]
            measure.wordCount = numbers[7]
            measure.unlucky = numbers[8]
            observations.append(Observation(measure: measure, inputTokens: numbers[0]))
        }
        self.init(observations: observations)
    }
}
