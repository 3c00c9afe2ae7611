/// A Swift source without its comments and without what its string literals hold, line by line.
///
/// Good enough to look for calls: an interpolation inside a literal goes with it.
enum SwiftText {
    static func code(of source: String) -> [String] {
        var scanner = Scanner(bytes: Array(source.utf8))
        scanner.run()
        return String(decoding: scanner.code, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
            .map(String.init)
    }

    private struct Scanner {
        let bytes: [UInt8]
        var code: [UInt8] = []
        var index = 0

        init(bytes: [UInt8]) { self.bytes = bytes }

        mutating func run() {
            while index < bytes.count {
                if isNext("//") {
                    while index < bytes.count, !isNext("\n") { index += 1 }
                } else if isNext("/*") {
                    skipBlockComment()
                } else if let pounds = literalPounds() {
                    skipLiteral(pounds: pounds)
                } else {
                    code.append(bytes[index])
                    index += 1
                }
            }
        }

        private func isNext(_ text: String) -> Bool { bytes[index...].starts(with: text.utf8) }

        /// How many `#` open the literal that begins here; nil when none does.
        private func literalPounds() -> Int? {
            let pounds = bytes[index...].prefix { $0 == UInt8(ascii: "#") }.count
            let quote = index + pounds
            return quote < bytes.count && bytes[quote] == UInt8(ascii: "\"") ? pounds : nil
        }

        private mutating func skipLiteral(pounds: Int) {
            let fence = String(repeating: "#", count: pounds)
            index += pounds
            let quotes = isNext("\"\"\"") ? "\"\"\"" : "\""
            index += quotes.utf8.count
            code += Array("\"\"".utf8)
            while index < bytes.count {
                if isNext(quotes + fence) {
                    index += quotes.utf8.count + pounds
                    return
                }
                if isNext("\\" + fence) { advance(1 + pounds) }
                advance(1)
            }
        }

        private mutating func skipBlockComment() {
            var depth = 0
            repeat {
                if isNext("/*") {
                    depth += 1
                    advance(2)
                } else if isNext("*/") {
                    depth -= 1
                    advance(2)
                } else {
                    advance(1)
                }
            } while depth > 0 && index < bytes.count
        }

        /// Moves on, keeping line breaks so that line numbers stay true.
        private mutating func advance(_ count: Int) {
            for _ in 0..<count where index < bytes.count {
                if bytes[index] == UInt8(ascii: "\n") { code.append(bytes[index]) }
                index += 1
            }
        }
    }
}
