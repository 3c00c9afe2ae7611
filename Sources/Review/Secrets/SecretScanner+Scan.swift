extension SecretScanner {
    /// What a scan has found so far: lines are handed in one after the other.
    struct Scan {
        /// The text of each line that changes, by its index.
        private(set) var changes: [Int: String] = [:]
        private(set) var secrets: [FoundSecret] = []
        private var block = KeyBlock()

        /// Looks at line `index`. `line` gives the lines before it, for a key that began there.
        mutating func take(_ bytes: UnsafeBufferPointer<UInt8>, index: Int, line: (Int) -> String) {
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
}
