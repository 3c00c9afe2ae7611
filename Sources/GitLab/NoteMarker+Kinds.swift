extension NoteMarker {
    /// The marker of the discussion about the finding with this fingerprint.
    public static func finding(_ fingerprint: String) -> NoteMarker { NoteMarker("finding \(fingerprint)") }

    /// The fingerprint when this marks a finding's discussion.
    public var fingerprint: String? { rest(behind: "finding ") }

    /// The marker of a merge request's summary as its review number `run` wrote it.
    public static func summary(run: Int) -> NoteMarker { NoteMarker("summary \(run)") }

    /// The marker of the same summary with an `id` that strangers cannot guess: letters, digits and `-`.
    public static func summary(run: Int, id: String) -> NoteMarker { NoteMarker("summary \(run) of \(id)") }

    /// The number of the review when this marks a summary.
    public var summaryRun: Int? {
        rest(behind: "summary ").flatMap { text in
            let words = text.split(separator: " ", omittingEmptySubsequences: false)
            guard words.count == 3, words[1] == "of", !words[2].isEmpty else { return text }
            return String(words[0])
        }.flatMap { text in
            text.utf8.allSatisfy { 0x30...0x39 ~= $0 } && text.utf8.count <= 18 ? Int(text) : nil
        }
    }

    private func rest(behind word: String) -> String? {
        guard key.hasPrefix(word), key.count > word.count else { return nil }
        return String(key.dropFirst(word.count))
    }
}
