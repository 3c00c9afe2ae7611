/// One line of Markdown outside fenced code, made harmless.
struct NoteLine {
    let input: ArraySlice<Unicode.Scalar>
    var index: Int
    var output: [Unicode.Scalar] = []
    /// Whether readers may disagree on what is code here, because a table's cells are split first: then nothing is left as it is.
    var isDoubtful: Bool
    /// Where the last run of so many backticks starts: a longer search for one would cost the square of a hostile line.
    private let lastBackticks: [Int: Int]
    /// Whether the line may be code as a whole, which would show an escape.
    private let isIndented: Bool

    init(_ input: ArraySlice<Unicode.Scalar>, isDoubtful: Bool = false, isIndented: Bool = false) {
        self.input = input
        index = input.startIndex
        self.isDoubtful = isDoubtful
        self.isIndented = isIndented
        var last: [Int: Int] = [:]
        var start = input.startIndex
        while let found = input[start...].firstIndex(of: "`") {
            start = input[found...].firstIndex { $0 != "`" } ?? input.endIndex
            last[start - found] = found
        }
        lastBackticks = last
    }

    /// The harmless form of `line`. `isTop`: no line with text comes before it.
    static func render(_ line: ArraySlice<Unicode.Scalar>, isTop: Bool) -> [Unicode.Scalar] {
        var column = 0
        var start = line.startIndex
        while let scalar = line.at(start), scalar.isBlank {
            column += scalar == "\t" ? 4 - column % 4 : 1
            start += 1
        }
        let isIndented = column >= 4 && !["-", "*", "+", ">"].contains(line.at(start))
        var scanner = NoteLine(line, isIndented: isIndented)
        scanner.startLine(contentAt: start, isTop: isTop)
        scanner.scan()
        return scanner.output
    }

    /// Whether `line` starts with a slash, a word and then a blank or nothing: the form of every quick action.
    static func readsLikeQuickAction(_ line: ArraySlice<Unicode.Scalar>) -> Bool {
        guard line.first == "/" else { return false }
        let word = line.dropFirst().prefix { $0.isASCIIWord || $0 == "-" || !$0.isASCII }
        return !word.isEmpty && (line.at(word.endIndex).map { $0.isBlank } ?? true)
    }

    /// Takes its meaning from what stands first: a quick action, GitLab's `>>>` quotation, front matter.
    private mutating func startLine(contentAt start: Int, isTop: Bool) {
        var start = start
        if isTop, ["---", "+++", ";;;"].contains(where: { input.has(Array($0.unicodeScalars), at: start) }) {
            copy(to: start)
            output.append("\\")
            return
        }
        if input.has([">", ">", ">"], at: input.startIndex) {
            output.append("\\")
            return
        }
        guard !isIndented else { return }
        // Markers of quotations and list items, one within the other.
        markers: while let scalar = input.at(start) {
            switch scalar {
            case " ", "\t", ">": start += 1
            case "-", "*", "+":
                guard input.at(start + 1)?.isBlank == true else { break markers }
                start += 2
            default: break markers
            }
        }
        guard input.at(start) == "/" else { return }
        copy(to: start)
        output.append("\\")
    }

    mutating func copy(to end: Int) {
        output += input[index..<end]
        index = end
    }

    mutating func scan() {
        while let scalar = input.at(index) {
            switch scalar {
            case "\\": escape()
            case "`": codeSpan()
            case "<": angle()
            case "!": exclamation()
            case "]": closeBracket()
            case "0"..."9", "a"..."z", "A"..."Z", "_": word()
            default: mark(scalar)
            }
        }
    }

    /// Writes one scalar, and the separator after it where the two that follow would otherwise mean something to GitLab.
    mutating func mark(_ scalar: Unicode.Scalar) {
        let next = input.at(index + 1)
        // Three tildes open a fence wherever a container puts them first.
        if scalar == "~", output.suffix(2) == ["~", "~"] { output.append(NoteText.separator) }
        if scalar == "&", let length = harmlessEntityLength {
            let isAmpersand = input.hasWord("&amp;", at: index)
            copy(to: index + length)
            // An ampersand is an ampersand, however written.
            if isAmpersand, input.at(index).map({ !$0.isBlank }) == true {
                output.append(NoteText.separator)
            }
            return
        }
        output.append(scalar)
        index += 1
        guard let next, !next.isBlank else { return }
        let separates: Bool
        switch scalar {
        case "@", "$": separates = true
        case "&": separates = next.isASCIIWord || "#\"`\\".unicodeScalars.contains(next)
        case "#", "%", "^": separates = mayBeName(next)
        case "~": separates = mayBeName(next) || next == "?" || next == "-" || next == "."
        case "!": separates = mayBeName(next) || next == "["
        case ":": separates = colonSeparates(next)
        // A wiki's link or picture, a table of contents.
        case "[": separates = next == "[" || input.hasWord("toc]", at: index)
        default: separates = false
        }
        if separates { output.append(NoteText.separator) }
    }

    /// Whether `next` may begin the name of something referenced: as it is, quoted, or in a form that this pass or the next escapes.
    private func mayBeName(_ next: Unicode.Scalar) -> Bool {
        next.isASCIIWord || !next.isASCII || "\"\\`<&".unicodeScalars.contains(next)
    }

    /// Whether a colon just written ends a scheme that is not http, or the name of a kind of reference (`[issue:1]`).
    private func colonSeparates(_ next: Unicode.Scalar) -> Bool {
        if next == "/", input.at(index + 1) == "/" { return true }
        if output.dropLast().last == ":", input.hasWord("include", at: index) { return true }
        let letters = output.dropLast().reversed().prefix { $0.isASCIIWord }
        if !letters.isEmpty, output.at(output.count - 2 - letters.count) == "[" { return true }
        guard letters.count <= 10 else { return false }
        let word = String(String.UnicodeScalarView(letters.reversed())).lowercased()
        return ["javascript", "vbscript", "data", "iteration", "mailto", "xmpp"].contains(word)
    }

    /// The length of an entity at `index` that stands for a character without a meaning of its own.
    private var harmlessEntityLength: Int? {
        for entity in ["&lt;", "&gt;", "&amp;", "&quot;", "&nbsp;"] as [StaticString]
        where input.hasWord(entity, at: index) {
            return entity.utf8CodeUnitCount
        }
        return nil
    }

    private mutating func escape() {
        guard let next = input.at(index + 1), next.isASCIIPunctuation else { return mark("\\") }
        // `\<tag` becomes `&lt;tag`: nobody then needs to know the escape.
        if next == "<" {
            index += 1
            return angle()
        }
        output.append("\\")
        index += 1
        if next == "`" || next == "]" || next == "\\" {
            copy(to: index + 1)
            if next == "]", input.at(index) == "(" { output.append(NoteText.separator) }
        } else {
            mark(next)
        }
    }

    /// A code span that ends on this line stays; backticks without their like are escaped, so that none pairs with a later one.
    private mutating func codeSpan() {
        let count = backtickCount(at: index)
        guard let last = lastBackticks[count], last > index else {
            for _ in 0..<count { output += ["\\", "`"] }
            index += count
            return
        }
        var end = index + count
        while end < last {
            let run = backtickCount(at: end)
            if run == count { break }
            end += max(run, 1)
        }
        let content = input[index + count..<end]
        // In a table the cells are split before the code is found.
        if content.contains("|") { isDoubtful = true }
        if isDoubtful {
            copy(to: index + count)
            var inner = NoteLine(content, isDoubtful: true)
            inner.scanDoubtfulCode()
            output += inner.output
            index = end
            copy(to: end + count)
        } else {
            copy(to: end + count)
        }
    }

    /// What may be code and may be text: separators only, nothing that code would show.
    private mutating func scanDoubtfulCode() {
        while let scalar = input.at(index) {
            switch scalar {
            case "<": angle()
            case "]" where input.at(index + 1) == "(" || input.at(index + 1) == ":":
                copy(to: index + 1)
                output.append(NoteText.separator)
            default: mark(scalar)
            }
        }
    }

    private func backtickCount(at start: Int) -> Int {
        var count = 0
        while input.at(start + count) == "`" { count += 1 }
        return count
    }

    private mutating func angle() {
        let next = input.at(index + 1)
        let showsEscape = isDoubtful || isIndented
        let mayBeTag = next.map { $0.isASCIILetter || "/!?".unicodeScalars.contains($0) } ?? false
        // A backtick, or the backslash that escapes it, may be of this pass or of the last.
        guard mayBeTag || (showsEscape && (next == "`" || next == "\\")) else { return copy(to: index + 1) }
        output += showsEscape && next != "!" ? ["<", NoteText.separator] : Array("&lt;".unicodeScalars)
        index += 1
    }
}
