/// A call we do not make, and what to write in its place.
struct BannedCall: Sendable {
    let text: String
    /// The target folders it is banned in; nil is everywhere.
    var targets: Set<String>?
    let instead: String

    static let all: [BannedCall] = [
        BannedCall(text: "try!", instead: "throw on, or `try #require` in a test"),
        BannedCall(text: "fatalError(", instead: "throw; what comes from outside never ends the daemon"),
        BannedCall(text: " as! ", instead: "`as?` and an error"),
        BannedCall(text: ".atomic)", instead: "Platform's atomic replace: this one never syncs the directory"),
        BannedCall(text: ".atomic]", instead: "Platform's atomic replace: this one never syncs the directory"),
        BannedCall(
            text: "makeReadSource(", instead: "the poll loop: read and write sources on one socket crash on Linux"),
        BannedCall(
            text: "makeWriteSource(", instead: "the poll loop: read and write sources on one socket crash on Linux"),
        BannedCall(
            text: "FileHandle(forWriting", instead: "Platform's files: this one has neither O_APPEND nor O_CLOEXEC"),
        BannedCall(text: "JSONDecoder(", targets: sources, instead: "our JSON: strict, ordered, with limits"),
        BannedCall(text: "JSONSerialization", targets: sources, instead: "our JSON: strict, ordered, with limits"),
        BannedCall(text: "Date()", targets: sources, instead: "the injected TimeSource"),
        BannedCall(text: "Int(String(", targets: parsers, instead: "a reader of digits: `Int(\"+5\")` is 5"),
        BannedCall(text: "Int(text", targets: parsers, instead: "a reader of digits: `Int(\"+5\")` is 5"),
        BannedCall(text: "Int(line)", targets: parsers, instead: "a reader of digits: `Int(\"+5\")` is 5"),
        BannedCall(text: "Int(field)", targets: parsers, instead: "a reader of digits: `Int(\"+5\")` is 5"),
        BannedCall(text: "caseInsensitiveCompare", targets: parsers, instead: "ASCII comparison of bytes"),
        BannedCall(text: "trimmingCharacters", targets: parsers, instead: "trimming blank and tab bytes"),
    ]

    /// Targets that read what others wrote byte by byte.
    private static let parsers: Set<String> = ["HTTPWire", "HTTPServer", "Ledger", "UTCTime", "JSON", "Settings"]
    private static let sources: Set<String> = [
        "UTCTime", "JSON", "Digest", "Arguments", "HTTPWire", "Budget", "Platform", "Prices", "Settings", "HTTPServer",
        "HTTPClient", "Ledger", "GitLab", "Review", "Daemon", "bursar",
    ]

    /// The lines of `file` that make the call, counted from 1.
    func lines(in file: Repository.File) -> [Int] {
        guard targets?.contains(file.target) ?? true else { return [] }
        return Repository.File.numbers(of: file.code, holding: text)
    }
}
