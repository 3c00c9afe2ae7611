/// Takes secrets out of text: values that are known, and tokens that look like a key of a well-known kind.
struct SecretMask {
    static let replacement = Array("[redacted]".unicodeScalars)
    /// Known values shorter than this are left alone: masking `test` would eat the note.
    static let scalarsMin = 6

    private struct Shape {
        let prefix: [Unicode.Scalar]
        let restMin: Int
        /// Whether the prefix is so plain that it counts only where a word begins.
        let startsWord: Bool

        init(_ prefix: String, _ restMin: Int, startsWord: Bool = false) {
            self.prefix = Array(prefix.unicodeScalars)
            self.restMin = restMin
            self.startsWord = startsWord
        }
    }

    // Prefixes as their issuers document them, with the fewest characters that follow in a real key.
    private static let shapes = [
        Shape("sk-ant-", 20), Shape("sk-proj-", 20), Shape("sk-svcacct-", 20), Shape("sk-", 32, startsWord: true),
        Shape("glpat-", 16),
        Shape("gldt-", 16), Shape("glrt-", 16), Shape("glrtr-", 16), Shape("glptt-", 16), Shape("glcbt-", 16),
        Shape("glsoat-", 16), Shape("gloas-", 16), Shape("glft-", 16), Shape("glimt-", 16), Shape("glagent-", 16),
        Shape("glffct-", 16), Shape("ghp_", 30), Shape("gho_", 30), Shape("ghu_", 30), Shape("ghs_", 30),
        Shape("ghr_", 30), Shape("github_pat_", 30), Shape("AKIA", 16, startsWord: true),
        Shape("ASIA", 16, startsWord: true), Shape("xoxb-", 20),
        Shape("xoxp-", 20), Shape("xoxa-", 20), Shape("xoxs-", 20), Shape("xapp-", 20), Shape("whsec_", 20),
        Shape("AIza", 35, startsWord: true), Shape("npm_", 36, startsWord: true), Shape("pypi-", 50),
        Shape("hf_", 30, startsWord: true),
    ]
    private static let keyBegin = Array("-----BEGIN ".unicodeScalars)
    private static let keyMiddle = Array("PRIVATE KEY-----".unicodeScalars)
    private static let keyEnd = Array("-----END ".unicodeScalars)

    private let values: [[Unicode.Scalar]]

    init(_ secrets: [String]) {
        // The longest first, so that a secret that contains another goes as a whole.
        values = secrets.map { NoteText.visible($0.unicodeScalars) }.filter { $0.count >= Self.scalarsMin }
            .sorted { $0.count > $1.count }
    }

    func masked(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var output: [Unicode.Scalar] = []
        output.reserveCapacity(text.count)
        var index = 0
        while index < text.count {
            if let length = secretLength(in: text, at: index) {
                output += Self.replacement
                index += length
            } else {
                output.append(text[index])
                index += 1
            }
        }
        return output
    }

    private func secretLength(in text: [Unicode.Scalar], at index: Int) -> Int? {
        for value in values {
            if let length = Self.length(of: value, in: text, at: index) { return length }
        }
        switch text[index] {
        case "-": return privateKeyLength(in: text, at: index)
        case "s", "g", "A", "x", "w", "n", "p", "h": break
        default: return nil
        }
        let isWithinWord = index > 0 && text[index - 1].isASCIIWord
        for shape in Self.shapes where text.has(shape.prefix, at: index) && !(shape.startsWord && isWithinWord) {
            var end = index + shape.prefix.count
            while end < text.count, text[end].isASCIIWord || text[end] == "-" || text[end] == "." { end += 1 }
            while end > index, text[end - 1] == "." || text[end - 1] == "-" { end -= 1 }
            if end - index - shape.prefix.count >= shape.restMin { return end - index }
        }
        return nil
    }

    /// How much of `text` at `index` reads as `value`, with or without Markdown's backslashes; nil when it does not.
    private static func length(of value: [Unicode.Scalar], in text: [Unicode.Scalar], at index: Int) -> Int? {
        var position = index
        for scalar in value {
            if scalar != "\\", text.at(position) == "\\" { position += 1 }
            guard text.at(position) == scalar else { return nil }
            position += 1
        }
        return position - index
    }

    /// A PEM private key from its first line to its last, or to the end of the text.
    private func privateKeyLength(in text: [Unicode.Scalar], at index: Int) -> Int? {
        guard text.has(Self.keyBegin, at: index) else { return nil }
        var position = index + Self.keyBegin.count
        while !text.has(Self.keyMiddle, at: position) {
            guard position < text.count, position - index < 60, text[position] != "\n" else { return nil }
            position += 1
        }
        position += Self.keyMiddle.count
        while position < text.count, !text.has(Self.keyEnd, at: position) { position += 1 }
        while position < text.count, text[position] != "\n" { position += 1 }
        return position - index
    }
}
