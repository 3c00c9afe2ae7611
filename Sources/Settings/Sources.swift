/// A `.env` file as it was read.
public struct DotEnvFile: Sendable {
    /// Its path, for messages.
    public let path: String
    /// Its bytes.
    public let bytes: [UInt8]

    /// A file of these bytes.
    public init(path: String, bytes: [UInt8]) {
        self.path = path
        self.bytes = bytes
    }
}

/// Where a value was set.
enum Origin: Sendable, Equatable, CustomStringConvertible {
    case environment
    case file(path: String, line: Int)

    var description: String {
        switch self {
        case .environment: "environment"
        case .file(let path, let line): "\(path):\(line)"
        }
    }
}

/// A variable's text and where it was set.
struct Entry: Sendable, Equatable {
    let text: String
    let origin: Origin
}

/// The environment over a `.env`: the environment wins, also with an empty value, which stands for "not set".
struct Sources: Sendable {
    private var entries: [String: Entry] = [:]
    private(set) var problems: [SettingsProblem] = []
    private(set) var warnings: [SettingsWarning] = []

    init(environment: [String: String], dotEnv: DotEnvFile?) {
        if let dotEnv {
            let document = DotEnv(dotEnv)
            problems = document.problems
            warnings = document.warnings
            entries = document.entries
        }
        for (name, text) in environment { entries[name] = Entry(text: text, origin: .environment) }
    }

    /// The entry of `name`; nil where it is not set or empty.
    subscript(name: String) -> Entry? { entries[name].flatMap { $0.text.isEmpty ? nil : $0 } }

    /// All that are set, by name.
    var all: [(name: String, entry: Entry)] {
        entries.filter { !$0.value.text.isEmpty }.sorted { $0.key < $1.key }.map { (name: $0.key, entry: $0.value) }
    }
}
