import Budget
import JSON
package import Platform
package import Review
import Synchronization

/// What calls have taught about each model's tokens. Kept in `state/calibration.json`; losing it costs only exactness.
package final class LearnedTokens: Sendable {
    /// What is known of each model, by its id.
    package struct Models: Sendable, Equatable {
        /// How its tokens differ from the estimate.
        package internal(set) var calibrations: [String: Calibration] = [:]
        /// How long its answers were.
        package internal(set) var outputs: [String: OutputHistory] = [:]

        /// Nothing.
        package init() {}
    }

    /// Models that are remembered; of others nothing is learned.
    static let modelsMax = 50
    /// Bytes of the file at most.
    static let bytesMax = 4 << 20

    private let path: String
    private let calls: FileCalls
    private let log: Log?
    private let models: Mutex<Models>
    /// Held while the file is written, so that the newest state is written last.
    private let writing = Mutex(())

    /// What the data directory `directory` has; nothing when there is no file or it cannot be read.
    package init(directory: String, calls: FileCalls = .system, log: Log? = nil) {
        path = directory + "/state/calibration.json"
        self.calls = calls
        self.log = log
        let bytes = try? calls.contents(of: path, limit: Self.bytesMax)
        models = Mutex(bytes.flatMap { Models($0) } ?? Models())
    }

    /// What is known now.
    package var current: Models { models.withLock { $0 } }

    /// Learns from a call that came back: `measure` of what was sent, where it is still known, and what was used.
    func record(_ measure: TextMeasure?, _ usage: TokenUsage, model: String, isCutOff: Bool) {
        writing.withLock { _ in
            let bytes = models.withLock { models -> [UInt8]? in
                guard models.outputs[model] != nil || models.outputs.count < Self.modelsMax else { return nil }
                models.outputs[model, default: OutputHistory()].record(usage.outputTokens, isCutOff: isCutOff)
                if let measure {
                    models.calibrations[model, default: Calibration()].record(measure, inputTokens: usage.inputTokens)
                }
                return models.bytes
            }
            guard let bytes else { return }
            do throws(POSIXFailure) {
                try calls.makingDirectories(FileCalls.parent(of: path))
                try calls.replacing(path, with: bytes, lasts: false)
            } catch {
                log?(.warning, "what was learned of the model's tokens could not be kept", ["error": "\(error)"])
            }
        }
    }
}

extension LearnedTokens.Models {
    /// The file: one JSON object, by model.
    var bytes: [UInt8] {
        var object = JSONObject([])
        for model in Set(calibrations.keys).union(outputs.keys).sorted() {
            object[model] = [
                "calibration": calibrations[model]?.json ?? .null, "outputs": outputs[model]?.json ?? .null,
            ]
        }
        let file: JSONValue = ["version": 1, "models": .object(object)]
        return file.bytes
    }

    /// Reads a file; nil when it is not one of ours. What cannot be read of a model is learned again.
    init?(_ bytes: [UInt8]) {
        guard let value = try? JSONValue(parsing: bytes), value["version"]?.integer == 1,
            let members = value["models"]?.object?.members
        else { return nil }
        for member in members.prefix(LearnedTokens.modelsMax) {
            calibrations[member.key] = member.value["calibration"].flatMap { Calibration(json: $0) }
            outputs[member.key] = member.value["outputs"].flatMap { OutputHistory(json: $0) }
        }
    }
}
