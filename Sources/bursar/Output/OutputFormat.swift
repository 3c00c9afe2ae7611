import Arguments

/// How a reporting command writes what it found.
enum OutputFormat: String, CaseIterable, Sendable {
    case table
    case json
    case csv

    /// `--format`, the same for every reporting command.
    static let parameter = Parameter<OutputFormat>(
        option: "--format", short: "f", value: "format", help: "How to write the report.", default: .table)
}
