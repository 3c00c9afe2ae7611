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
        var copy = text
        return copy.withUTF8 { bytes in
            var scan = Scan()
            if bytes.lineBreak(from: 0) == nil {
                guard LineSecrets.mayHaveAny(bytes) else { return (text, []) }
                scan.take(bytes, index: 0) { _ in "" }
                return (scan.changes.isEmpty ? text : scan.changes[0] ?? text, scan.secrets)
            }
            // Where each line starts; the line before ends one byte earlier.
            var starts: [Int] = []
            var start = 0
            while start <= bytes.count {
                let end = bytes.lineBreak(from: start) ?? bytes.count
                starts.append(start)
                scan.take(UnsafeBufferPointer(rebasing: bytes[start..<end]), index: starts.count - 1) { earlier in
                    String(decoding: bytes[starts[earlier]..<starts[earlier + 1] - 1], as: UTF8.self)
                }
                start = end + 1
            }
            guard !scan.changes.isEmpty else { return (text, []) }
            starts.append(bytes.count + 1)
            var output: [UInt8] = []
            output.reserveCapacity(bytes.count)
            var position = 0
            for (index, line) in scan.changes.sorted(by: { $0.key < $1.key }) {
                output += bytes[position..<starts[index]]
                output += line.utf8
                position = starts[index + 1] - 1
            }
            output += bytes[position...]
            return (String(decoding: output, as: UTF8.self), scan.secrets)
        }
    }

    /// The lines of a hunk without their secrets, and what they were. `lineIndex` counts these lines.
    public func redacted(_ lines: [DiffLine]) -> (lines: [DiffLine], secrets: [FoundSecret]) {
        var scan = Scan()
        for index in lines.indices {
            lines[index].withBytes { scan.take($0, index: index) { lines[$0].text } }
        }
        guard !scan.changes.isEmpty else { return (lines, []) }
        var output = lines
        for (index, text) in scan.changes { output[index].text = text }
        return (output, scan.secrets)
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
}
