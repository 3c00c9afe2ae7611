/// GitLab Duo's own file of review instructions, which many projects have already.
///
/// Source: docs.gitlab.com, "Customize GitLab Duo", custom merge request review instructions. Read line by line, not as
/// YAML in full: a list `instructions` of `name`, `fileFilters` (a list of globs, `!` excludes) and `instructions` (a
/// text on the line, quoted or not, or a block after `|` or `>`).
public enum DuoInstructions {
    /// The file's path in the project.
    public static let path = ".gitlab/duo/mr-review-instructions.yaml"

    /// The instructions in `text`, and what could not be used.
    public static func reading(
        _ text: String
    ) -> (instructions: [ProjectConfiguration.Instruction], problems: [ProjectConfigurationProblem]) {
        var reader = DuoReader(text.cut(toBytes: ProjectConfiguration.bytesMax).text)
        return reader.read()
    }
}

/// Walks over the file's lines.
private struct DuoReader {
    private struct Entry {
        var name = ""
        var filters: [String] = []
        var text = ""
    }

    private struct Line {
        let indentation: Int
        let text: String
    }

    private var lines: ArraySlice<Line>
    private var entries: [Entry] = []
    private var problems: [ProjectConfigurationProblem] = []

    init(_ text: String) {
        lines =
            text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map { bytes in
                let bytes = bytes.last == 0x0D ? bytes.dropLast() : bytes
                let indentation = bytes.prefix { $0 == 0x20 }.count
                return Line(indentation: indentation, text: String(Substring(bytes.dropFirst(indentation))))
            }[...]
    }

    mutating func read() -> ([ProjectConfiguration.Instruction], [ProjectConfigurationProblem]) {
        while let line = lines.first, line.text != "instructions:" || line.indentation > 0 {
            lines.removeFirst()
        }
        guard !lines.isEmpty else {
            refuse("", "has no list `instructions:`")
            return ([], problems)
        }
        lines.removeFirst()
        while let line = lines.popFirst() {
            guard !isEmpty(line) else { continue }
            if line.text.hasPrefix("- ") || line.text == "-" {
                entries.append(Entry())
                let member = String(line.text.dropFirst(2))
                if !member.isEmpty { read(member, indentation: line.indentation + 2) }
            } else if line.indentation == 0 {
                // The next key of the file.
                break
            } else {
                read(line.text, indentation: line.indentation)
            }
        }
        return (entries.prefix(ProjectConfiguration.instructionsMax).compactMap { instruction($0) }, problems)
    }

    private func isEmpty(_ line: Line) -> Bool { line.text.isEmpty || line.text.hasPrefix("#") }

    private mutating func refuse(_ field: String, _ reason: String) {
        problems.append(ProjectConfigurationProblem(path: DuoInstructions.path, field: field, reason: reason))
    }

    /// One `key: value` of an entry.
    private mutating func read(_ member: String, indentation: Int) {
        guard let colon = member.firstIndex(of: ":"), !entries.isEmpty else { return }
        let value = member[member.index(after: colon)...].drop { $0 == " " }
        let last = entries.count - 1
        switch member[..<colon] {
        case "name": entries[last].name = scalar(String(value))
        case "instructions":
            entries[last].text =
                value.first == "|" || value.first == ">" ? block(below: indentation) : scalar(String(value))
        case "fileFilters":
            if value.hasPrefix("[") {
                entries[last].filters = value.dropFirst().prefix { $0 != "]" }.split(separator: ",")
                    .map { scalar(String($0.drop { $0 == " " })) }
            } else {
                while let item = lines.first,
                    isEmpty(item) || item.text.hasPrefix("- ") && item.indentation >= indentation
                {
                    lines.removeFirst()
                    if !isEmpty(item) { entries[last].filters.append(scalar(String(item.text.dropFirst(2)))) }
                }
            }
        default: break
        }
    }

    /// The lines of a block, without the indentation of the first.
    private mutating func block(below indentation: Int) -> String {
        var texts: [String] = []
        var inner: Int?
        while let line = lines.first, line.text.isEmpty || line.indentation > indentation {
            lines.removeFirst()
            if inner == nil, !line.text.isEmpty { inner = line.indentation }
            texts.append(String(repeating: " ", count: max(0, line.indentation - (inner ?? 0))) + line.text)
        }
        while texts.last?.isEmpty == true { texts.removeLast() }
        return texts.joined(separator: "\n")
    }

    /// A value on its line: within quotes all of it, otherwise up to a remark.
    private func scalar(_ text: String) -> String {
        for quote in ["\"", "'"] where text.hasPrefix(quote) {
            return String(text.dropFirst().prefix { String($0) != quote })
        }
        let value = text.firstRange(of: " #").map { text[..<$0.lowerBound] } ?? text[...]
        return String(value.reversed().drop { $0 == " " }.reversed())
    }

    private mutating func instruction(_ entry: Entry) -> ProjectConfiguration.Instruction? {
        guard !entry.text.isEmpty else {
            refuse(entry.name, "has no instructions that could be read")
            return nil
        }
        do {
            return ProjectConfiguration.Instruction(
                name: entry.name, files: try PathFilter(entry.filters), text: entry.text)
        } catch {
            refuse(entry.name, "\(error)")
            return nil
        }
    }
}
