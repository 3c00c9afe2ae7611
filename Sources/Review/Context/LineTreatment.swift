/// What happens to every text of a merge request before it enters a prompt, whichever way it comes.
///
/// First secrets are replaced by `redact`, then hidden characters are written out, then very long lines are cut.
public struct LineTreatment: Sendable {
    private let redact: (@Sendable (String) -> String)?
    /// Whether `redact` may change a line of these bytes.
    private let mayRedact: @Sendable (UnsafeBufferPointer<UInt8>) -> Bool

    /// A treatment that passes each line of the change, each path and each fact through `redact`; nil redacts nothing.
    public init(redact: (@Sendable (String) -> String)? = nil) {
        let isThere = redact != nil
        self.init(redact: redact) { _ in isThere }
    }

    private init(
        redact: (@Sendable (String) -> String)?, mayRedact: @escaping @Sendable (UnsafeBufferPointer<UInt8>) -> Bool
    ) {
        self.redact = redact
        self.mayRedact = mayRedact
    }

    /// A treatment that takes out secrets.
    public static let withoutSecrets = LineTreatment(redact: { SecretScanner().redacted($0).text }) {
        LineSecrets.mayHaveAny($0)
    }

    /// A line of a file, and what was found out about it.
    struct Treated {
        var text: String
        var isSuspicious = false
        var isCut = false
    }

    /// `line` as a prompt may show it where that is not as it stands; nil where it is, as most lines are.
    func changed(_ line: DiffLine, bytesMax: Int = FileText.lineBytesMax) -> Treated? {
        let isPlain = line.withBytes { $0.count <= bytesMax && VisibleText.isVisible($0) && !mayRedact($0) }
        return isPlain ? nil : changed(line.text, bytesMax: bytesMax)
    }

    private func changed(_ line: String, bytesMax: Int = FileText.lineBytesMax) -> Treated? {
        let redacted = redact?(line) ?? line
        if redacted.utf8.count <= bytesMax, VisibleText.isVisible(redacted) {
            // Nothing was done to it, or only a secret taken out.
            return redacted == line ? nil : Treated(text: redacted)
        }
        return treated(redacted: redacted, bytesMax: bytesMax)
    }

    /// `line` as a prompt may show it; a CR at its end stays.
    func treated(_ line: String, bytesMax: Int = FileText.lineBytesMax) -> Treated {
        changed(line, bytesMax: bytesMax) ?? Treated(text: line)
    }

    private func treated(redacted: String, bytesMax: Int) -> Treated {
        let endsWithCR = redacted.utf8.last == 0x0D
        let (cut, isCut) = redacted.cut(toBytes: bytesMax)
        let text = endsWithCR && !isCut ? String(cut.unicodeScalars.dropLast()) : cut
        let visible = VisibleText(text, keepsLineBreaks: false)
        let rest = isCut ? " … \(redacted.utf8.count - cut.utf8.count) bytes cut" : endsWithCR ? "\r" : ""
        return Treated(text: visible.text + rest, isSuspicious: visible.isSuspicious, isCut: isCut)
    }

    /// A short text, such as a path or a title, on one visible line.
    public func line(_ text: String) -> String {
        let (cut, isCut) = (redact?(text) ?? text).cut(toBytes: 1024)
        return VisibleText(cut, keepsLineBreaks: false).text + (isCut ? "…" : "")
    }

    /// A text of several lines, visible.
    func text(_ text: String) -> String {
        guard redact != nil else { return VisibleText(text, keepsLineBreaks: true).text }
        return text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
            .map { treated(String(Substring($0)), bytesMax: .max).text }.joined(separator: "\n")
    }
}
