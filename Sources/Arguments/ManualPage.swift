/// A program's manual page in roff with the macros of man(7), made of the commands' own declarations.
public struct ManualPage: Sendable {
    /// What a page says beside the commands.
    public struct Section: Sendable {
        let title: String
        let paragraphs: [String]
        let entries: [(term: String, meaning: String)]

        /// A section of paragraphs and then of terms with what they mean.
        public init(_ title: String, _ paragraphs: [String] = [], entries: [(term: String, meaning: String)] = []) {
            self.title = title
            self.paragraphs = paragraphs
            self.entries = entries
        }
    }

    private let program: Program
    private let date: String
    private let sections: [Section]

    /// A page about `program` as of `date` (`2026-11-21`), `sections` behind the commands.
    public init(_ program: Program, date: String, sections: [Section]) {
        self.program = program
        self.date = date
        self.sections = sections
    }

    /// The source of the page.
    public var text: String {
        let name = program.name
        var lines = [
            ".\\\" Made by '\(name) man'.",
            ".TH \(name.uppercased()) 1 \"\(date)\" \"\(name) \(program.version)\" \"User Commands\"",
            // Names of options and settings are not hyphenated.
            ".nh", ".ad l",
            ".SH NAME",
            "\(name) \\- \(Self.escaped(Self.phrase(program.summary)))",
            ".SH SYNOPSIS", ".B \(name)", ".I command", "[options]", ".br", ".B \(name)", ".I command",
            "\\-\\-help", ".SH COMMANDS",
        ]
        for command in program.commands { lines += describe(command) }
        for section in sections {
            lines.append(".SH \(section.title.uppercased())")
            for (index, paragraph) in section.paragraphs.enumerated() {
                if index > 0 { lines.append(".PP") }
                lines += Self.prose(paragraph)
            }
            for entry in section.entries { lines += Self.tagged(entry.term, entry.meaning) }
        }
        return lines.map { $0 + "\n" }.joined()
    }

    private func describe(_ command: Command) -> [String] {
        let forms = command.parameters.map(\.form)
        var lines = [".SS \(Self.escaped("\(program.name) \(command.name)"))"]
        lines += Self.prose(command.summary)
        for paragraph in command.discussion.split(separator: "\n\n") {
            lines.append(".PP")
            lines += Self.prose(String(paragraph))
        }
        let positionals = forms.filter { $0.kind == .positional }
        for form in positionals + forms.filter({ $0.kind != .positional }) {
            lines += Self.tagged(form.label, form.explanation)
        }
        for example in command.examples {
            lines += [".PP"] + Self.prose("Example, \(example.purpose):") + [".PP", ".in +4n", ".nf"]
            lines += [Self.escaped(example.line), ".fi", ".in"]
        }
        return lines
    }

    private static func tagged(_ term: String, _ meaning: String) -> [String] {
        [".TP", ".B \(escaped(term))"] + (meaning.isEmpty ? ["\\&"] : prose(meaning))
    }

    /// A line for each sentence, none of them long.
    private static func prose(_ text: String) -> [String] {
        let words = text.split { $0 == " " || $0 == "\n" }.map(String.init)
        var (sentences, sentence) = ([[String]](), [String]())
        for word in words {
            sentence.append(word)
            if word.hasSuffix(".") || word.hasSuffix(":") || word.hasSuffix("?") {
                sentences.append(sentence)
                sentence = []
            }
        }
        if !sentence.isEmpty { sentences.append(sentence) }
        return sentences.flatMap { wrapped($0, width: 72) }.map(escaped)
    }

    /// `text` without the full stop and, for a NAME line, with a small first letter.
    private static func phrase(_ text: String) -> String {
        let bare = text.hasSuffix(".") ? text.dropLast() : text[...]
        return bare.prefix(1).lowercased() + bare.dropFirst()
    }

    /// `text` as roff shows it: hyphens that can be copied, nothing taken for a request, ASCII alone.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\e"
            case "-": result += "\\-"
            case "'": result += "\\(aq"
            case "`": result += "\\(ga"
            case "^": result += "\\(ha"
            case "~": result += "\\(ti"
            case "\"": result += "\\(dq"
            default:
                let digits = String(scalar.value, radix: 16, uppercase: true)
                let padded = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
                result += scalar.isASCII ? String(scalar) : "\\[u\(padded)]"
            }
        }
        return result.hasPrefix(".") ? "\\&" + result : result
    }
}
