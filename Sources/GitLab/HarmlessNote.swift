/// The text of a note that may be posted: the one boundary between text of any origin and GitLab.
///
/// GitLab runs quick actions in a bot's notes with the bot's rights, mails whoever is mentioned, leaves traces at whatever
/// is referenced and fetches images. A note's text comes from a model that has read a stranger's diff. Whatever it says, after
/// this boundary
/// - no line starts with a quick action, in any reading of the text that GitLab has had;
/// - nothing outside code mentions, references, is HTML or an image, or links anywhere but to a plain http or https page;
/// - code is delimited so that every reader agrees where it ends, and a block that a click puts into the code says so only where
///   we made it;
/// - invisible characters, our own secrets and what looks like a key are gone.
/// Prose reads as before, code stays as it was. What is left out is said.
///
/// The order matters: first clean, then mask, then cut, then escape. A half secret would not be recognised, and a cut through
/// escaped text could open what was closed.
public struct HarmlessNote: Sendable, Hashable {
    /// Characters (Unicode scalars) of a note that GitLab takes: 1,000,000 (GitLab's notes API), less a reserve.
    public static let characterLimitMax = 999_900
    /// The fewest characters that a note may be limited to: its marker and the remark that it was cut must fit.
    public static let characterLimitMin = 500

    /// The harmless Markdown, without the marker.
    public let text: String
    /// The hidden marker that ends the note.
    public let marker: NoteMarker?
    /// Whether the text was cut to fit.
    public let isCut: Bool

    /// Makes `markdown` harmless.
    ///
    /// - Parameters:
    ///   - suggestion: lines of code that a click puts in the place of others; after the text, word for word or not at all.
    ///   - marker: the hidden last line by which the note is found again.
    ///   - secrets: values that must never appear (our tokens and keys); those of fewer than six characters are passed over.
    ///   - characterLimit: scalars of the whole note, marker included, between `characterLimitMin` and `characterLimitMax`.
    public init(
        markdown: String, suggestion: NoteSuggestion? = nil, marker: NoteMarker? = nil, secrets: [String],
        characterLimit: Int = 100_000
    ) {
        let limit = min(max(characterLimit, Self.characterLimitMin), Self.characterLimitMax)
        let mask = SecretMask(secrets)
        var room = limit - (marker.map { $0.description.unicodeScalars.count + 2 } ?? 0)
        var block = suggestion?.rendered(mask) ?? []
        var markdown = markdown
        if let suggestion, block.isEmpty || block.count > room / 2 {
            block = []
            markdown += "\n\n" + suggestion.plainBlock
        }
        if !block.isEmpty { room -= block.count + 2 }
        let whole = NoteText.withoutLooseJoiners(mask.masked(NoteText.visible(markdown.unicodeScalars)))
        // Far more than fits is not worth the work: only what might fit is escaped.
        let masked = NoteText.cut(whole, to: room * 2)
        var rendered = NoteText.render(masked)
        isCut = masked.count < whole.count || rendered.count > room
        if isCut {
            let remark = Array("\n\n*(Cut: the whole note was longer than \(limit) characters.)*".unicodeScalars)
            var kept = min(masked.count, room - remark.count)
            // Escaping makes text longer by a factor that depends on the text: estimated from what came out, with growing steps
            // so that it ends after few.
            var step = 16
            while true {
                rendered = NoteText.render(NoteText.cut(masked, to: kept))
                let surplus = rendered.count + remark.count - room
                if surplus <= 0 || kept == 0 { break }
                let (estimate, overflow) = kept.multipliedReportingOverflow(by: room - remark.count)
                kept = max(0, min(kept - step, overflow ? kept : estimate / max(rendered.count, 1)))
                step *= 2
            }
            rendered += remark
        }
        if !block.isEmpty { rendered += (rendered.isEmpty ? [] : ["\n", "\n"]) + block }
        text = String(String.UnicodeScalarView(rendered))
        self.marker = marker
    }

    /// What is sent to GitLab: the text and, after a blank line, the marker.
    public var body: String {
        guard let marker else { return text }
        return text.isEmpty ? marker.description : "\(text)\n\n\(marker)"
    }
}
