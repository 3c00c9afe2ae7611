/// A command line that cannot be followed: what is wrong, how it is used, where to read more.
public struct UsageError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The exit status of wrong usage.
    public static let exitStatus: Int32 = 2

    /// What is wrong, with the word that is.
    public let message: String
    /// The line of usage without its heading.
    public let usage: String
    /// The command that shows the help.
    public let help: String

    /// An error of these parts.
    public init(message: String, usage: String, help: String) {
        self.message = message
        self.usage = usage
        self.help = help
    }

    /// Three lines for a person.
    public var description: String {
        "Error: \(message)\nUsage: \(usage)\n  See '\(help)' for more information.\n"
    }
}

/// `text` in single quotes, with control characters made visible and no longer than a line.
func quoted(_ text: String) -> String {
    let lengthMax = 60
    let visible = text.unicodeScalars.map { scalar in
        scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format
            ? "\\u{\(String(scalar.value, radix: 16))}" : String(scalar)
    }.joined()
    return visible.count <= lengthMax ? "'\(visible)'" : "'\(visible.prefix(lengthMax - 1))…'"
}
