// What leads somewhere: images, links, addresses, the names of commits.
extension NoteLine {
    /// An image becomes its description; its address goes.
    mutating func exclamation() {
        for alert in ["!note]", "!tip]", "!important]", "!warning]", "!caution]"] as [StaticString]
        where output.last == "[" && input.hasWord(alert, at: index) {
            return copy(to: index + alert.utf8CodeUnitCount - 1)
        }
        guard input.at(index + 1) == "[", !isDoubtful else { return mark("!") }
        guard let (alternative, end) = image() else {
            output += ["!", NoteText.separator, "\\"]
            index += 1
            return mark("[")
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
    mutating func closeBracket() {
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
    mutating func word() {
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
