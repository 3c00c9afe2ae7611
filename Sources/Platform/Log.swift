import Glibc
import Synchronization
public import UTCTime

/// The one log of the program: a constant message and named values, one line each.
///
/// Callers never pass tokens, secrets, payloads or prompts. Control characters are escaped here, so that text from
/// outside cannot forge a line.
public struct Log: Sendable {
    /// How much a line matters, least first.
    public enum Level: String, Sendable, Comparable, CaseIterable {
        /// For finding faults; off by default.
        case debug
        /// What a working day looks like.
        case info
        /// Someone should look at it some time.
        case warning
        /// Something does not work.
        case error

        /// Least first.
        public static func < (left: Level, right: Level) -> Bool {
            (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
        }
    }

    /// How a line looks.
    public enum Format: String, Sendable, CaseIterable {
        /// `2025-12-13T14:32:15.042Z info  review posted project=group/app iid=123`.
        case text
        /// One JSON object a line with `time`, `level`, `message` and the fields.
        case json
    }

    /// Lines below this level are dropped.
    public var level: Level { threshold.level.withLock { $0 } }
    private let threshold: Threshold
    private let format: Format
    private let now: @Sendable () -> Instant
    private let sink: @Sendable (String) -> Void

    /// A log that hands each finished line, line break included, to `sink`.
    public init(
        level: Level = .info, format: Format = .text, now: @escaping @Sendable () -> Instant = TimeSource.system.now,
        sink: @escaping @Sendable (String) -> Void = Log.standardError
    ) {
        threshold = Threshold(level)
        self.format = format
        self.now = now
        self.sink = sink
    }

    /// Changes the level of this log and of all its copies.
    public func setLevel(_ level: Level) { threshold.level.withLock { $0 = level } }

    private final class Threshold: Sendable {
        let level: Mutex<Level>
        init(_ level: Level) { self.level = Mutex(level) }
    }

    /// A log that drops everything.
    public static let silent = Log(level: .error, sink: { _ in })

    /// Writes `line` to descriptor 2 in one call; what does not fit is given up rather than waited for.
    public static let standardError: @Sendable (String) -> Void = { line in
        var line = line
        line.withUTF8 { bytes in _ = Glibc.write(2, bytes.baseAddress, bytes.count) }
    }

    /// Writes a line at `level` with `fields` in their order.
    public func callAsFunction(_ level: Level, _ message: StaticString, _ fields: KeyValuePairs<String, String> = [:]) {
        guard level >= self.level else { return }
        let time = now().descriptionWithMilliseconds
        var line: String
        switch format {
        case .text:
            let name = level.rawValue + String(repeating: " ", count: 7 - level.rawValue.utf8.count)
            line = "\(time) \(name) \(message)"
            for (key, value) in fields { line += " \(key)=\(Self.plain(value))" }
        case .json:
            line = "{\"time\":\"\(time)\",\"level\":\"\(level.rawValue)\",\"message\":\(Self.quoted("\(message)"))"
            for (key, value) in fields { line += ",\(Self.quoted(key)):\(Self.quoted(value))" }
            line += "}"
        }
        sink(line + "\n")
    }

    /// `value` as it is when it is one word of printable text, else quoted; cut after 2,000 characters.
    private static func plain(_ value: String) -> String {
        let needsQuotes =
            value.isEmpty
            || value.unicodeScalars.contains { $0.value <= 0x20 || $0 == "\"" || $0 == "=" || isHidden($0) }
        return needsQuotes || value.utf8.count > 2000 ? quoted(value) : value
    }

    private static func quoted(_ value: String) -> String {
        var text = "\""
        for scalar in value.unicodeScalars.prefix(2000) {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            default:
                if isHidden(scalar) || scalar.value < 0x20 {
                    let digits = String(scalar.value, radix: 16)
                    text +=
                        scalar.value > 0xFFFF
                        ? "?" : "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
                } else {
                    text.unicodeScalars.append(scalar)
                }
            }
        }
        if value.unicodeScalars.count > 2000 { text += "…" }
        return text + "\""
    }

    /// Controls, line separators and the marks that reorder text on a terminal.
    private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: true
        default: false
        }
    }
}
