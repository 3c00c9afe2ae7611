/// One line of Markdown outside fenced code, made harmless.
struct NoteLine {
    private let input: ArraySlice<Unicode.Scalar>
    private var index: Int
    private var output: [Unicode.Scalar] = []
    /// Whether readers may disagree on what is code here, because a table's cells are split first: then nothing is left as it is.
    private var isDoubtful: Bool
    /// Where the last run of so many backticks starts: a longer search for one would cost the square of a hostile line.
    private let lastBackticks: [Int: Int]
    /// Whether the line may be code as a whole, which would show an escape.
    private let isIndented: Bool

    private init(_ input: ArraySlice<Unicode.Scalar>, isDoubtful: Bool = false, isIndented: Bool = false) {
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

    private mutating func copy(to end: Int) {
        output += input[index..<end]
        index = end
    }

    private mutating func scan() {
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
    private mutating func mark(_ scalar: Unicode.Scalar) {
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

    /// An image becomes its description; its address goes.
    private mutating func exclamation() {
        for alert in ["!note]", "!tip]", "!important]", "!warning]", "!caution]"] as [StaticString]
        where output.last == "[" && input.hasWord(alert, at: index) {
            return copy(to: index + alert.utf8CodeUnitCount - 1)
        }
        guard input.at(index + 1) == "[", !isDoubtful else { return mark("!") }
        guard let (alternative, end) = image() else {
            output += ["!", NoteText.separator, "\\", "["]
            index += 2
            return
        }
        if output.last == "]" { output.append(NoteText.separator) }
        output += Array("(image: ".unicodeScalars)
        var inner = NoteLine(alternative)
        inner.scan()
        let text = inner.output.drop { $0.isBlank }
        output += text.isEmpty ? Array("no text)".unicodeScalars) : text + [")"]
        index = end
    }

    /// The description of the image at `index` and where its syntax ends; nil when it does not end on this line.
    private func image() -> (alternative: ArraySlice<Unicode.Scalar>, end: Int)? {
        guard let bracket = closing("[", "]", from: index + 1) else { return nil }
        let alternative = input[index + 2..<bracket]
        switch input.at(bracket + 1) {
        case "("?: return closing("(", ")", from: bracket + 1).map { (alternative, $0 + 1) }
        case "["?: return closing("[", "]", from: bracket + 1).map { (alternative, $0 + 1) }
        default: return nil
        }
    }

    private func closing(_ open: Unicode.Scalar, _ close: Unicode.Scalar, from start: Int) -> Int? {
        var depth = 0
        var position = start
        while let scalar = input.at(position) {
            if scalar == "\\" {
                position += 2
                continue
            }
            // One image within another's description: rare enough to be taken apart by separators alone.
            if scalar == "!", input.at(position + 1) == "[" { return nil }
            if scalar == "`" { return nil }
            if scalar == open { depth += 1 }
            if scalar == close {
                depth -= 1
                if depth == 0 { return position }
            }
            position += 1
        }
        return nil
    }

    /// A link stays when it leads to a web page or to a plain path; any other is taken apart, and so is a link's definition.
    private mutating func closeBracket() {
        copy(to: index + 1)
        guard let next = input.at(index), next == "(" || next == ":" else { return }
        let start = index + 1
        if next == "(", !isDoubtful {
            let end = NoteURL.end(in: input, from: start, ofLink: true)
            let url = NoteURL(input[start..<end])
            if url.mayBeLinked, input.at(end) == ")" || input.has([" ", "\""], at: end) {
                output.append("(")
                output += url.encoded
                index = end
                return
            }
        }
        output.append(NoteText.separator)
    }

    /// A word, a URL or a commit's name, which GitLab would link and remark upon: in code it does not.
    private mutating func word() {
        if input.hasWord("http://", at: index) || input.hasWord("https://", at: index),
            output.last.map({ !$0.isASCIIWord && $0 != "-" }) ?? true
        {
            let end = NoteURL.end(in: input, from: index)
            let url = NoteURL(input[index..<end])
            if !isDoubtful, url.hasHost {
                index = end
                return quoteOr(url.isReference, url.plain, followedBy: input.at(end), else: url.encoded)
            }
        }
        var end = index
        while let scalar = input.at(end), scalar.isASCIIWord || scalar == "-" { end += 1 }
        let token = input[index..<end]
        let isCommit = token.split(separator: "-").contains(where: Self.readsLikeCommit)
        index = end
        quoteOr(isCommit && !isDoubtful, Array(token), followedBy: input.at(end), else: Array(token))
    }

    private mutating func quoteOr(
        _ quotes: Bool, _ text: [Unicode.Scalar], followedBy next: Unicode.Scalar?, else other: [Unicode.Scalar]
    ) {
        guard quotes else {
            output += other
            return
        }
        // A backtick beside ours would make a longer run of both, a backslash before it would escape it.
        if output.last == "`" || output.last == "\\" { output.append(" ") }
        output += ["`"] + text + ["`"]
        if next == "`" { output.append(" ") }
    }

    /// Seven to forty hexadecimal digits with a digit and a letter among them: neither a number nor a word.
    private static func readsLikeCommit(_ part: ArraySlice<Unicode.Scalar>) -> Bool {
        7...64 ~= part.count && part.contains(where: \.isASCIIDigit) && part.contains(where: \.isASCIILetter)
            && part.allSatisfy { $0.properties.isASCIIHexDigit }
    }
}
