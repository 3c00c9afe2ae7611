// What a prompt showed and did not, as a summary says it.

extension FileCoverage {
    /// What was seen of each file: those of `included`, of which the `trimmed` in part, and nothing of those `omitted` but
    /// what was `seen` before.
    public static func files(
        included: [String], trimmed: [OmittedFile], omitted: [OmittedFile], seen: [String: SeenFile] = [:]
    ) -> [FileCoverage] {
        let reasons = Dictionary(trimmed.map { ($0.path, $0.reason.words) }) { first, _ in first }
        return included.map { path in
            FileCoverage(path: path, extent: reasons[path].map { .part(reason: $0) } ?? .whole)
        }
            + omitted.map { file in
                let before = file.reason == .unchanged ? seen[file.path]?.headSHA : nil
                return FileCoverage(
                    path: file.path, extent: before.map { .before(at: $0) } ?? .nothing(reason: file.reason.words))
            }
    }
}

extension ReviewReport {
    /// Files that one remark names.
    static let remarkedFilesMax = 10

    /// What the reader must know of what the model was shown, each a sentence in Markdown.
    public static func remarks(
        suspiciousFiles: [String], incompleteness: String?, isDescriptionCut: Bool
    ) -> [String] {
        var remarks: [String] = []
        if !suspiciousFiles.isEmpty {
            let paths = suspiciousFiles.prefix(remarkedFilesMax).map { Markdown.code($0) }.joined(separator: ", ")
            let rest = suspiciousFiles.count - remarkedFilesMax
            remarks.append(
                "**Hidden characters** that reorder or conceal text are in "
                    + "\(paths)\(rest > 0 ? " and \(grouped(rest)) more" : "").")
        }
        if let incompleteness {
            remarks.append("**Not the whole change was there to review**: \(Markdown.code(incompleteness)).")
        }
        if isDescriptionCut { remarks.append("The model was shown only the beginning of the description.") }
        return remarks
    }
}

extension NoteText {
    /// A budget's refusal with what the planner says of it, and secrets that were found without a model.
    public static func adding(sentences: [String] = [], secrets: [Finding], to note: String) -> String {
        var text = note
        if !sentences.isEmpty { text += "\n" + sentences.map { "- \($0)" }.joined(separator: "\n") + "\n" }
        for secret in secrets {
            let place = secret.path + (secret.line.map { ":\($0)" } ?? "")
            text += "\n\(DiscussionText.heading(secret)) in \(Markdown.code(place))\n\n\(secret.text)\n"
        }
        return text
    }
}
