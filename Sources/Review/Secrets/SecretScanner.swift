/// Takes secrets out of what a model or a note would show, and tells what they were.
///
/// Found are values, never names: keys of known issuers by their form, PEM private keys (also with the signs of a diff
/// before each line), JSON web tokens, passwords in addresses, literals assigned to something called a secret. Passed
/// over are placeholders (`changeme`, `${VAR}`, `xxxx`), references and names. In the place of each secret stands what
/// it was: `⟦secret: AWS access key⟧`; the number of lines stays the same. Time grows with the length of the text.
public struct SecretScanner: Sendable {
    /// Lines of a private key at most; a longer run of base64 is none.
    public static let keyLinesMax = 400

    /// A scanner.
    public init() {}

    /// `text` without its secrets, and what they were.
    public func redacted(_ text: String) -> (text: String, secrets: [FoundSecret]) {
        let lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map { String(Substring($0)) }
        let (changes, secrets) = scan(lines.count) { lines[$0] }
        guard !changes.isEmpty else { return (text, []) }
        let output = lines.enumerated().map { changes[$0.offset] ?? $0.element }
        return (output.joined(separator: "\n"), secrets)
    }

    /// The lines of a hunk without their secrets, and what they were. `lineIndex` counts these lines.
    public func redacted(_ lines: [DiffLine]) -> (lines: [DiffLine], secrets: [FoundSecret]) {
        let (changes, secrets) = scan(lines.count) { lines[$0].text }
        guard !changes.isEmpty else { return (lines, []) }
        var output = lines
        for (index, text) in changes { output[index].text = text }
        return (output, secrets)
    }

    /// `file` without secrets in its hunks, and what they were, by hunk.
    public func redacted(_ file: FileDiff) -> (file: FileDiff, secrets: [[FoundSecret]]) {
        var output = file
        var secrets: [[FoundSecret]] = []
        for index in file.hunks.indices {
            let (lines, found) = redacted(file.hunks[index].lines)
            if !found.isEmpty { output.hunks[index].lines = lines }
            secrets.append(found)
        }
        return (output, secrets)
    }

    /// What changes in which line.
    private func scan(_ count: Int, _ line: (Int) -> String) -> (changes: [Int: String], secrets: [FoundSecret]) {
        var changes: [Int: String] = [:]
        var secrets: [FoundSecret] = []
        var block = KeyBlock()
        for index in 0..<count {
            var text = line(index)
            text.withUTF8 { bytes in
                var found = LineSecrets(bytes)
                guard found.keyBegin != nil || found.keyEnd != nil || block.isWaiting else {
                    guard !found.matches.isEmpty else { return }
                    secrets += found.matches.map { FoundSecret(kind: $0.kind, lineIndex: index) }
                    changes[index] = Self.replaced(bytes, found.matches)
                    return
                }
                let parts = block.take(bytes, found, index: index, line: line)
                for part in parts where part.lineIndex != index {
                    changes[part.lineIndex] = Self.replaced(line(part.lineIndex), part)
                }
                if let part = parts.first(where: { $0.lineIndex == index }) {
                    found.add(part.range ?? KeyMaterial.extent(of: bytes), .privateKey)
                }
                if let first = parts.first(where: \.beginsKey) {
                    secrets.append(FoundSecret(kind: .privateKey, lineIndex: first.lineIndex))
                }
                secrets += found.matches.filter { $0.kind != .privateKey }
                    .map { FoundSecret(kind: $0.kind, lineIndex: index) }
                if !found.matches.isEmpty { changes[index] = Self.replaced(bytes, found.matches) }
            }
        }
        return (changes, secrets)
    }

    /// An earlier line without the part of a key, and without what else it held.
    private static func replaced(_ line: String, _ part: KeyBlock.Part) -> String {
        var line = line
        return line.withUTF8 { bytes in
            var found = LineSecrets(bytes)
            found.add(part.range ?? KeyMaterial.extent(of: bytes), .privateKey)
            return replaced(bytes, found.matches)
        }
    }

    private static func replaced(_ bytes: UnsafeBufferPointer<UInt8>, _ matches: [LineSecrets.Match]) -> String {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count + 32)
        var position = 0
        for match in matches {
            output += bytes[position..<match.range.lowerBound]
            output += match.kind.placeholder.utf8
            position = match.range.upperBound
        }
        output += bytes[position...]
        return String(decoding: output, as: UTF8.self)
    }
}
