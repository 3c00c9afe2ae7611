/// An address in a note's text.
struct NoteURL {
    private let scalars: ArraySlice<Unicode.Scalar>

    init(_ scalars: ArraySlice<Unicode.Scalar>) { self.scalars = scalars }

    /// Paths under which GitLab keeps what can be referenced: a link there leaves a remark on the other side.
    private static let referencePaths = [
        "/issues/", "/merge_requests/", "/work_items/", "/epics/", "/commit/", "/commits/", "/compare/", "/snippets/",
        "/milestones/", "/vulnerabilities/", "/iterations/", "/alert_management/", "/designs/", "/feature_flags/",
        "/labels/", "/boards/", "/u/", "/users/",
    ]

    /// Where the address that starts at `start` ends: at a blank, a delimiter of Markdown or a parenthesis. The address of a link may
    /// have pairs of those.
    static func end(in input: ArraySlice<Unicode.Scalar>, from start: Int, ofLink: Bool = false) -> Int {
        var end = start
        var depth = 0
        while let scalar = input.at(end) {
            if scalar == "(" {
                guard ofLink else { break }
                depth += 1
            }
            if scalar == ")" {
                if depth == 0 { break }
                depth -= 1
            }
            if scalar == "&", startsEntity(in: input, at: end) { break }
            guard scalar.isASCIIWord || "-.~:/?#@!$&'()*+,;=%".unicodeScalars.contains(scalar) else { break }
            end += 1
        }
        while !ofLink, end > start, ".,;:!?'*_~&".unicodeScalars.contains(input[end - 1]) { end -= 1 }
        return end
    }

    /// Whether the ampersand at `index` starts an entity, or a reference to an epic, rather than the next part of a query.
    private static func startsEntity(in input: ArraySlice<Unicode.Scalar>, at index: Int) -> Bool {
        var end = index + 1
        guard let next = input.at(end), next != "#", !next.isASCIIDigit else { return true }
        while input.at(end)?.isASCIIWord == true { end += 1 }
        return input.at(end) == ";"
    }

    /// Whether this is an http or https address with a host.
    var hasHost: Bool {
        let count =
            scalars.hasWord("http://", at: scalars.startIndex)
            ? 7 : scalars.hasWord("https://", at: scalars.startIndex) ? 8 : nil
        guard let count else { return false }
        return scalars.at(scalars.startIndex + count).map { $0.isASCIILetter || $0.isASCIIDigit } ?? false
    }

    /// Whether a link may lead here: to a web page, or along a path of plain characters.
    var mayBeLinked: Bool {
        guard !isReference else { return false }
        if hasHost { return true }
        guard let first = scalars.first, first.isASCIIWord || first == "." || first == "/" else { return false }
        let isPlain = scalars.allSatisfy { $0.isASCIIWord || $0 == "-" || $0 == "." || $0 == "/" }
        return isPlain && !(first == "/" && scalars.at(scalars.startIndex + 1) == "/")
    }

    /// Whether GitLab might take this for a reference to one of its things.
    var isReference: Bool {
        let path = decoded.lowercased() + "/"
        return Self.referencePaths.contains { path.contains($0) }
    }

    /// The text with `%41` read as `A`.
    private var decoded: String {
        var bytes: [UInt8] = []
        var index = scalars.startIndex
        while let scalar = scalars.at(index) {
            if scalar == "%", let high = scalars.at(index + 1), let low = scalars.at(index + 2),
                let byte = UInt8(String(high) + String(low), radix: 16)
            {
                bytes.append(byte)
                index += 3
            } else {
                bytes.append(UInt8(truncatingIfNeeded: scalar.value))
                index += 1
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The address as it is.
    var plain: [Unicode.Scalar] { Array(scalars) }

    /// The address with the characters that begin a mention or a reference percent-encoded; it leads to the same page.
    var encoded: [Unicode.Scalar] {
        scalars.flatMap { scalar -> [Unicode.Scalar] in
            switch scalar {
            case "@": Array("%40".unicodeScalars)
            case "!": Array("%21".unicodeScalars)
            case "$": Array("%24".unicodeScalars)
            case "~": Array("%7E".unicodeScalars)
            default: [scalar]
            }
        }
    }
}
