/// The `.env` file: one `NAME=VALUE` a line.
///
/// - `export` before the name, and blanks around name, `=` and value are allowed; a value without quotes ends at a `#`
///   that follows a blank.
/// - 'single quotes' keep every character. "Double quotes" know \n \r \t \" \\ and \$. A quote ends on its line.
/// - Nothing is expanded: `$HOME` is five letters.
/// - UTF-8, a byte order mark and CRLF are fine. Of two lines with one name the last counts, and it is remarked.
struct DotEnv: Sendable {
    /// More than any such file needs; a larger one is some other file.
    static let bytesMax = 65_536

    private(set) var entries: [String: Entry] = [:]
    private(set) var problems: [SettingsProblem] = []
    private(set) var warnings: [SettingsWarning] = []

    init(_ file: DotEnvFile) {
        guard file.bytes.count <= Self.bytesMax else {
            problems = [
                SettingsProblem("\(file.path) is larger than a .env may be; accepted: at most \(Self.bytesMax) bytes")
            ]
            return
        }
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let bytes = file.bytes.starts(with: mark) ? file.bytes.dropFirst(mark.count) : file.bytes[...]
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, bytes) in lines.enumerated() {
            let line = bytes.last == UInt8(ascii: "\r") ? bytes.dropLast() : bytes
            read(line, at: index + 1, of: file.path)
        }
    }

    private mutating func read(_ bytes: ArraySlice<UInt8>, at number: Int, of path: String) {
        do throws(DotEnvFault) {
            guard let text = String(validating: bytes, as: UTF8.self) else { throw DotEnvFault("it is not UTF-8") }
            var line = DotEnvLine(text)
            guard let (name, value) = try line.assignment() else { return }
            if let earlier = entries[name] {
                warnings.append(
                    SettingsWarning(
                        "\(path):\(number): \(name) is set a second time; this line counts, not \(earlier.origin)"))
            }
            entries[name] = Entry(text: value, origin: .file(path: path, line: number))
        } catch {
            problems.append(
                SettingsProblem("\(path):\(number): \(error.reason)\n    \(number) | \(Self.excerpt(of: bytes))"))
        }
    }

    /// The line as far as it may be shown: the name, and the value only where it is known to be none of the secrets.
    private static func excerpt(of bytes: ArraySlice<UInt8>) -> String {
        let text = String(decoding: bytes, as: UTF8.self)
        let head = text.prefix { $0 != "=" }
        let name = Parse.trimmed(head.hasPrefix("export ") ? head.dropFirst("export ".count) : head)
        // A URL with a user in it has a password in it.
        if !text.contains("@"), Keys.all.contains(where: { $0.name == name && !$0.isSecret }) { return shown(text) }
        let isName = !name.isEmpty && name.utf8.count <= 64 && name.unicodeScalars.allSatisfy(DotEnvLine.isNameScalar)
        guard isName, head.count < text.count else { return "(\(text.count) characters, not shown)" }
        return "\(name)=… (\(text.count - head.count - 1) characters, not shown)"
    }
}

/// Why a line of a `.env` cannot be read.
struct DotEnvFault: Error {
    let reason: String

    init(_ reason: String) { self.reason = reason }
}

/// One line, read from its beginning to its end.
struct DotEnvLine {
    private var rest: Substring.UnicodeScalarView

    init(_ text: String) { rest = Substring(text).unicodeScalars }

    static func isNameScalar(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "A"..."Z", "a"..."z", "0"..."9", "_": true
        default: false
        }
    }

    /// The line's name and value; nil for an empty line and a comment.
    mutating func assignment() throws(DotEnvFault) -> (name: String, value: String)? {
        guard !rest.contains(where: { $0.properties.generalCategory == .control && $0 != "\t" }) else {
            throw DotEnvFault("it holds a control character")
        }
        skipBlanks()
        guard let first = rest.first, first != "#" else { return nil }
        var name = word()
        if name == "export", let next = rest.first, next == " " || next == "\t" {
            skipBlanks()
            name = word()
        }
        guard let initial = name.unicodeScalars.first, !("0"..."9" ~= initial) else {
            throw DotEnvFault("a name of letters, digits and _ is needed before =")
        }
        skipBlanks()
        guard rest.popFirst() == "=" else { throw DotEnvFault("an = is needed after the name; write NAME=VALUE") }
        let lengthBefore = rest.count
        skipBlanks()
        return (name, try value(afterBlank: rest.count < lengthBefore))
    }

    private mutating func value(afterBlank: Bool) throws(DotEnvFault) -> String {
        guard let quote = rest.first, quote == "\"" || quote == "'" else { return plainValue(afterBlank: afterBlank) }
        rest.removeFirst()
        var text = String.UnicodeScalarView()
        while let scalar = rest.popFirst() {
            if scalar == quote {
                try endAfterQuote()
                return String(text)
            }
            text.append(scalar == "\\" && quote == "\"" ? try escaped() : scalar)
        }
        throw DotEnvFault("the quote \(quote) is not closed on its line; a value of several lines is written \"a\\nb\"")
    }

    private mutating func escaped() throws(DotEnvFault) -> Unicode.Scalar {
        switch rest.popFirst() {
        case "n": "\n"
        case "r": "\r"
        case "t": "\t"
        case "\"": "\""
        case "\\": "\\"
        case "$": "$"
        default:
            throw DotEnvFault(#"after \ in double quotes stands one of n r t " \ $; single quotes keep a \ as it is"#)
        }
    }

    private mutating func endAfterQuote() throws(DotEnvFault) {
        guard let next = rest.first else { return }
        guard next == " " || next == "\t" else { throw DotEnvFault("something follows the closing quote") }
        skipBlanks()
        guard rest.isEmpty || rest.first == "#" else { throw DotEnvFault("something follows the closing quote") }
    }

    /// Up to a `#` that follows a blank, without blanks at the end. The blank may be the one after `=`.
    private func plainValue(afterBlank: Bool) -> String {
        var text = String.UnicodeScalarView()
        var followsBlank = afterBlank
        for scalar in rest {
            if scalar == "#", followsBlank { break }
            text.append(scalar)
            followsBlank = scalar == " " || scalar == "\t"
        }
        return Parse.trimmed(String(text))
    }

    private mutating func word() -> String {
        let word = rest.prefix(while: Self.isNameScalar)
        rest = rest.dropFirst(word.count)
        return String(word)
    }

    private mutating func skipBlanks() { rest = rest.drop { $0 == " " || $0 == "\t" } }
}
