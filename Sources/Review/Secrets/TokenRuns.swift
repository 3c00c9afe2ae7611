/// How far the letters of tokens go on within one line, found once for all tokens that may begin in the same run: a line
/// such as `sk-ant-sk-ant-…` would else be read to its end from every one of its words.
struct TokenRuns {
    /// A run of the letters of one alphabet.
    struct Run {
        private var start = 0
        private var end = 0
        private var wordEnd = 0

        /// Where the run of `alphabet` ends in which `index` is; `index` itself when it is in none.
        mutating func end(
            of alphabet: TokenShape.Alphabet, in bytes: UnsafeBufferPointer<UInt8>, from index: Int
        ) -> Int {
            if start <= index, index < end { return end }
            var position = index
            while position < bytes.count, alphabet.has(bytes[position]) {
                position += 1
                // What is known already need not be read again.
                if position == start { position = max(position, end) }
            }
            (start, end) = (index, position)
            wordEnd = position
            while wordEnd > start, bytes[wordEnd - 1] == 0x2E || bytes[wordEnd - 1] == 0x2D { wordEnd -= 1 }
            return end
        }

        /// The same without the dots and dashes at the end: the end of a sentence is none of a token.
        mutating func wordEnd(
            of alphabet: TokenShape.Alphabet, in bytes: UnsafeBufferPointer<UInt8>, from index: Int
        ) -> Int {
            _ = end(of: alphabet, in: bytes, from: index)
            return max(index, wordEnd)
        }
    }

    /// What follows a prefix, by the raw value of the alphabet.
    var shaped = [Run](repeating: Run(), count: TokenShape.Alphabet.allCases.count)
    /// The parts of a web token.
    var header = Run()
    var claims = Run()
    var signature = Run()
}
