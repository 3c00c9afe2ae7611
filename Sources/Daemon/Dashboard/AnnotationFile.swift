import Dashboard
import JSON
import Platform
import Synchronization
import UTCTime

/// The remarks of people on days, in `state/annotations.json`. What cannot be read is left as it is, and nothing is added.
final class AnnotationFile: Sendable {
    /// Why a remark is not kept.
    struct Refusal: Error, CustomStringConvertible {
        /// For a person.
        let description: String
    }

    private struct State {
        var annotations: [Annotation] = []
        var damage: String?
        var revision: UInt64 = 0
    }

    /// Remarks in all.
    static let annotationsMax = 2000
    /// Remarks of one day.
    static let annotationsOfDayMax = 10
    /// Bytes of a remark.
    static let textBytesMax = 200
    private static let bytesMax = 2 << 20

    private let path: String
    private let calls: FileCalls
    private let randomness: @Sendable () -> UInt64
    private let state: Mutex<State>

    /// The remarks in the data directory `directory`.
    init(directory: String, calls: FileCalls = .system, randomness: @escaping @Sendable () -> UInt64) {
        path = directory + "/state/annotations.json"
        self.calls = calls
        self.randomness = randomness
        var read = State()
        do throws(POSIXFailure) {
            let bytes = try calls.contents(of: path, limit: Self.bytesMax + 1)
            if let annotations = Self.annotations(bytes) {
                read.annotations = annotations
            } else {
                read.damage = "'\(path)' is no list of remarks; mend it or move it away"
            }
        } catch {
            if error.code != 2 { read.damage = "\(error)" }
        }
        state = Mutex(read)
    }

    /// Another number after each change.
    var revision: UInt64 { state.withLock { $0.revision } }

    /// The remarks on the days of `month`, the earliest first.
    func annotations(in month: Month) -> [Annotation] {
        state.withLock { state in state.annotations.filter { $0.day.month == month }.sorted { $0.day < $1.day } }
    }

    /// Keeps `text` as a remark on `day`.
    func add(_ text: String, on day: Day) throws(Refusal) {
        guard 1...Self.textBytesMax ~= text.utf8.count, !text.unicodeScalars.contains(where: { $0.value < 0x20 }) else {
            throw Refusal(
                description: "A remark has 1 to \(Self.textBytesMax) bytes in one line; this has \(text.utf8.count).")
        }
        let id = String(randomness(), radix: 16)
        try change { annotations throws(Refusal) in
            guard annotations.count < Self.annotationsMax else {
                throw Refusal(description: "There are \(Self.annotationsMax) remarks; remove some first.")
            }
            guard annotations.count(where: { $0.day == day }) < Self.annotationsOfDayMax else {
                throw Refusal(description: "\(day) has \(Self.annotationsOfDayMax) remarks; remove one first.")
            }
            annotations.append(Annotation(id: id, day: day, text: text))
        }
    }

    /// Removes the remark `id`.
    func remove(_ id: String) throws(Refusal) {
        try change { annotations throws(Refusal) in
            guard annotations.contains(where: { $0.id == id }) else {
                throw Refusal(description: "There is no such remark any more.")
            }
            annotations.removeAll { $0.id == id }
        }
    }

    /// The disk is written first; what cannot be kept is not shown either.
    private func change(_ body: (inout [Annotation]) throws(Refusal) -> Void) throws(Refusal) {
        try state.withLock { state throws(Refusal) in
            if let damage = state.damage { throw Refusal(description: "The remarks cannot be read: \(damage).") }
            var annotations = state.annotations
            try body(&annotations)
            do throws(POSIXFailure) {
                try calls.makingDirectories(FileCalls.parent(of: path))
                try calls.replacing(path, with: Self.bytes(annotations))
            } catch {
                throw Refusal(description: "The remark could not be kept: \(error).")
            }
            state.annotations = annotations
            state.revision += 1
        }
    }

    private static func bytes(_ annotations: [Annotation]) -> [UInt8] {
        let rows = annotations.map { annotation -> JSONValue in
            [
                "id": .string(annotation.id), "day": .string(annotation.day.description),
                "text": .string(annotation.text),
            ]
        }
        let value: JSONValue = ["version": 1, "annotations": .array(rows)]
        return value.bytes + [0x0A]
    }

    private static func annotations(_ bytes: [UInt8]) -> [Annotation]? {
        guard bytes.count <= bytesMax, let value = try? JSONValue(parsing: bytes), value["version"]?.integer == 1,
            let rows = value["annotations"]?.array, rows.count <= annotationsMax
        else { return nil }
        var annotations: [Annotation] = []
        for row in rows {
            guard let id = row["id"]?.string, let day = row["day"]?.string.flatMap({ Day($0) }),
                let text = row["text"]?.string
            else { return nil }
            annotations.append(Annotation(id: id, day: day, text: text))
        }
        return annotations
    }
}
