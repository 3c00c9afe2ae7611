/// The text of a finding's own discussion, as Markdown. The note boundary of `GitLab` makes it harmless.
public enum DiscussionText {
    /// Bytes of a title at most.
    static let titleBytesMax = 300

    /// What stands at the line of `placed`, without the suggestion, which the boundary adds in a block of its own.
    public static func markdown(_ placed: PlacedFinding) -> String {
        let finding = placed.finding
        var parts = [heading(finding)]
        let text = finding.text.withoutOuterBlankLines
        if !text.isEmpty { parts.append(text + (Markdown.closingFence(of: text).map { "\n" + $0 } ?? "")) }
        if placed.suggestion == nil, let block = replacement(finding) { parts.append(block) }
        return parts.joined(separator: "\n\n") + "\n"
    }

    /// `🟠 **major** (bug): what is wrong`.
    static func heading(_ finding: Finding) -> String {
        let kind = finding.kind == .other ? "" : " (\(finding.kind.rawValue))"
        return "\(finding.severity.sign) **\(finding.severity.rawValue)**\(kind): \(title(finding))"
    }

    /// The title on one line.
    static func title(_ finding: Finding) -> String {
        finding.title.withSingleBlanks.cut(toBytes: titleBytesMax).text
    }

    /// A replacement that does not apply as a suggestion: nothing that was paid for is thrown away.
    static func replacement(_ finding: Finding) -> String? {
        guard !finding.replacement.withSingleBlanks.isEmpty else { return nil }
        return "Perhaps:\n\n" + Markdown.block(finding.replacement)
    }
}

extension Markdown {
    /// `code` in a fenced block that it cannot leave.
    static func block(_ code: String) -> String {
        var longest = 2
        var run = 0
        for byte in code.utf8 {
            run = byte == UInt8(ascii: "`") ? run + 1 : 0
            longest = max(longest, run)
        }
        let fence = String(repeating: "`", count: longest + 1)
        return fence + "\n" + code + (code.utf8.last == 0x0A ? "" : "\n") + fence
    }
}

extension String {
    /// Without blank lines at the beginning and the end, and with LF for CR LF; the first line keeps its indentation.
    var withoutOuterBlankLines: String {
        var lines = utf8.split(separator: 0x0A, omittingEmptySubsequences: false)[...]
        func isBlank(_ line: Substring.UTF8View) -> Bool { line.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D } }
        while let first = lines.first, isBlank(first) { lines.removeFirst() }
        while let last = lines.last, isBlank(last) { lines.removeLast() }
        return lines.map { String(Substring($0.last == 0x0D ? $0.dropLast() : $0)) }.joined(separator: "\n")
    }
}
