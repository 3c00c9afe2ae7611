import Foundation

/// The two ways in which GitLab has looked for quick actions in a note, told again from their behaviour, to test against.
enum QuickActionReaders {
    private static let names =
        "add_child|add_contacts|add_email|approve|assign|assign_reviewer|award|blocked_by|blocks|board_move|cc"
        + "|clear_health_status|clear_weight|clone|close|confidential|convert_to_ticket|copy_metadata"
        + "|create_merge_request|done|draft|due|duplicate|epic|estimate|health_status|invite_email|iteration|label|link"
        + "|lock|merge|milestone|move|page|parent_epic|promote|promote_to|promote_to_incident|publish|react|ready"
        + "|reassign|reassign_reviewer|rebase|relabel|relate|remove_child|remove_due_date|remove_email|remove_epic"
        + "|remove_estimate|remove_iteration|remove_label|remove_milestone|remove_parent|remove_time_spent|reopen"
        + "|request_changes|request_review|set_parent|severity|shrug|spend|spend_time|status|submit_review|subscribe"
        + "|tableflip|tag|target_branch|timeline|title|todo|type|unapprove|unassign|unassign_reviewer|unlabel|unlink"
        + "|unlock|unsubscribe|weight|wip|zoom"

    /// One expression over the whole text (until 17): what it takes for code, quotations or HTML is skipped, what is left and
    /// starts a line with a slash and a name is a command. How it knows code within a line came late and changed: hence several.
    private static let expressions: [NSRegularExpression] = [nil, "^.*`\\n*.+?\\n*`$", "`.+?`", "^`\\n.+?\\n`$"]
        .compactMap {
            let skipped = ["^```.+?\\n```$", $0, "^<[^>]+?>\\n.+?\\n</[^>]+?>$", "^>>>.+?\\n>>>$"].compactMap { $0 }
            let pattern = skipped.map { "(?:\($0))" } + ["^/(\(names))(?: ([^\\n]*))?(?:\\s*\\n|$)"]
            return try? NSRegularExpression(
                pattern: pattern.joined(separator: "|"),
                options: [.caseInsensitive, .dotMatchesLineSeparators, .anchorsMatchLines, .useUnixLineSeparators])
        }

    static func byExpressions(_ note: String) -> [String] {
        guard expressions.count == 4 else { return ["an expression is wrong"] }
        let text = String(String.UnicodeScalarView(note.unicodeScalars.filter { $0 != "\r" }))
        return expressions.flatMap { expression in
            expression.matches(in: text, range: NSRange(text.startIndex..., in: text)).compactMap { match in
                Range(match.range(at: 1), in: text).map { String(text[$0]) }
            }
        }
    }

    /// Paragraphs that a Markdown parser finds (17 and later), each searched for lines that start with a slash and a name.
    /// Fences, HTML blocks, quotations, lists and indented code are left out; anything in doubt counts as paragraph.
    static func byParagraphs(_ note: String) -> [String] {
        var found: [String] = []
        var fence: (Character, Int)?
        var htmlEnd: String?
        for line in note.filter({ $0 != "\r" }).split(separator: "\n", omittingEmptySubsequences: false) {
            let content = line.drop { $0 == " " }
            let isIndented = line.count - content.count >= 4
            if let (mark, count) = fence {
                let run = content.prefix { $0 == mark }.count
                if !isIndented, run >= count, content.dropFirst(run).allSatisfy({ $0 == " " || $0 == "\t" }) {
                    fence = nil
                }
                continue
            }
            if let end = htmlEnd {
                if end.isEmpty ? content.isEmpty : line.contains(end) { htmlEnd = nil }
                continue
            }
            if !isIndented, let mark = content.first, mark == "`" || mark == "~" {
                let run = content.prefix { $0 == mark }.count
                if run >= 3, mark == "~" || !content.dropFirst(run).contains("`") {
                    fence = (mark, run)
                    continue
                }
            }
            if content.hasPrefix("<!--") {
                htmlEnd = line.contains("-->") ? nil : "-->"
                continue
            }
            if let match = line.firstMatch(of: /^\/([A-Za-z_]+)(?:\s|$)/),
                names.split(separator: "|").contains(match.1.lowercased()[...])
            {
                found.append(String(match.1))
            }
        }
        return found
    }

    /// Everything that any of the readings finds.
    static func all(_ note: String) -> [String] { byExpressions(note) + byParagraphs(note) }
}

/// The part of a harmless note that is not code: column-0 fences and code spans within a line are left out.
///
/// Scalar by scalar: a `Character` would take a backtick and a combining mark for something else than a backtick.
func prose(_ note: String) -> String {
    var lines: [String] = []
    var fence = 0
    for line in note.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false) {
        let run = line.prefix { $0 == "`" }.count
        if fence > 0 {
            if run >= fence, run == line.count { fence = 0 }
        } else if run >= 3, !line.dropFirst(run).contains("`") {
            fence = run
        } else {
            lines.append(withoutCodeSpans(Array(line)))
        }
    }
    return lines.joined(separator: "\n")
}

private func withoutCodeSpans(_ line: [Unicode.Scalar]) -> String {
    var text = ""
    var index = 0
    func run(_ start: Int) -> Int { line[start...].prefix { $0 == "`" }.count }
    while index < line.count {
        if line[index] == "\\" {
            text.unicodeScalars += line[index..<min(index + 2, line.count)]
            index += 2
        } else if line[index] == "`" {
            let count = run(index)
            var end = index + count
            while end < line.count, run(end) != count { end += max(run(end), 1) }
            text += end < line.count ? " " : "UNPAIRED"
            index = end < line.count ? end + count : index + count
        } else {
            text.unicodeScalars.append(line[index])
            index += 1
        }
    }
    return text
}
