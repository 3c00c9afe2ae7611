/// One thing in the settings that stops the start: one line, and an excerpt where a file cannot be read.
public struct SettingsProblem: Sendable, Hashable, CustomStringConvertible {
    /// The variable, its value unless secret, where it was set, and what is accepted.
    public let description: String

    init(_ description: String) { self.description = description }
}

/// One thing in the settings that is worth a look and stops nothing.
public struct SettingsWarning: Sendable, Hashable, CustomStringConvertible {
    /// One line for the log.
    public let description: String

    init(_ description: String) { self.description = description }
}

/// All that is wrong with the settings.
public struct SettingsErrors: Error, Sendable, Equatable, CustomStringConvertible {
    /// At least one: lines that cannot be read, then wrong values, then what does not go together.
    public let problems: [SettingsProblem]

    init(_ problems: [SettingsProblem]) { self.problems = problems }

    /// One line for each problem.
    public var description: String { problems.map(\.description).joined(separator: "\n") }
}

/// `text` in single quotes for a message: control characters visible, no longer than a line.
func shown(_ text: String) -> String {
    let lengthMax = 80
    let visible = text.unicodeScalars.prefix(lengthMax).map { scalar in
        scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format
            ? "\\u{\(String(scalar.value, radix: 16))}" : String(scalar)
    }.joined()
    return "'\(visible)\(text.unicodeScalars.count > lengthMax ? "…" : "")'"
}
