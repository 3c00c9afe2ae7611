import Glibc

/// A Swift source without what its string literals hold and, if wanted, without its comments, line by line.
///
/// Good enough to look for calls: an interpolation inside a literal goes with it.
enum SwiftText {
    static func lines(of source: String, keepingComments: Bool) -> [String] {
        var scanner = Scanner(bytes: Array(source.utf8), keepsComments: keepingComments)
        scanner.run()
        return String(decoding: scanner.code, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
            .map(String.init)
    }

    private struct Scanner {
        private(set) var code: [UInt8] = []
        /// The source and a zero, where C stops.
        private let bytes: [UInt8]
        private let keepsComments: Bool
        private var index = 0

        init(bytes: [UInt8], keepsComments: Bool) {
            self.bytes = bytes + [0]
            self.keepsComments = keepsComments
        }

        mutating func run() {
            while index < bytes.count - 1 {
                keep(upTo: "/#\"")
                guard index < bytes.count - 1 else { return }
                if isNext("//") {
                    while index < bytes.count - 1, bytes[index] != UInt8(ascii: "\n") {
                        advance(1, keeping: keepsComments)
                    }
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

        /// Keeps everything in front of the next of `ends`. C finds it, because a loop here takes seconds in a debug
        /// build.
        private mutating func keep(upTo ends: String) {
            let count = bytes.withUnsafeBytes { all in
                guard let start = all.baseAddress else { return 0 }
                return strcspn(start.advanced(by: index).assumingMemoryBound(to: CChar.self), ends)
            }
            code += bytes[index..<index + count]
            index += count
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
                    advance(2, keeping: keepsComments)
                } else if isNext("*/") {
                    depth -= 1
                    advance(2, keeping: keepsComments)
                } else {
                    advance(1, keeping: keepsComments)
                }
            } while depth > 0 && index < bytes.count
        }

        /// Moves on, keeping at least line breaks so that line numbers stay true.
        private mutating func advance(_ count: Int, keeping: Bool = false) {
            for _ in 0..<count where index < bytes.count {
                if keeping || bytes[index] == UInt8(ascii: "\n") { code.append(bytes[index]) }
                index += 1
            }
        }
    }
}
