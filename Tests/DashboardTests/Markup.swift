/// The tags and the words of a page, read as strictly as a browser would not: anything odd is a problem.
struct Markup {
    /// A tag with its attributes.
    struct Tag: Equatable {
        var name: String
        var attributes: [(name: String, value: String)]

        static func == (left: Tag, right: Tag) -> Bool {
            left.name == right.name && left.attributes.elementsEqual(right.attributes, by: ==)
        }

        subscript(_ name: String) -> String? { attributes.first { $0.name == name }?.value }
    }

    /// The tags in their order; closing ones begin with a slash.
    private(set) var tags: [Tag] = []
    /// What is not as it must be: unquoted attributes, tags that do not close.
    private(set) var problems: [String] = []
    /// The texts between the tags.
    private(set) var texts: [String] = []

    private static let void: Set<String> = ["!doctype", "meta", "link", "input", "br"]

    init(_ text: String) {
        var rest = Array(text.unicodeScalars)[...]
        var open: [String] = []
        while let start = rest.firstIndex(of: "<") {
            texts.append(Self.string(rest[..<start]))
            guard let end = Self.end(of: rest[start...]) else {
                problems.append("a tag does not end: \(Self.string(rest[start...].prefix(60)))")
                return
            }
            let tag = parse(rest[(start + 1)..<end])
            tags.append(tag)
            if tag.name.hasPrefix("/") {
                if open.popLast() != String(tag.name.dropFirst()) { problems.append("\(tag.name) closes another tag") }
            } else if !Self.void.contains(tag.name), rest[end - 1] != "/" {
                open.append(tag.name)
            }
            rest = rest[(end + 1)...]
        }
        if !open.isEmpty { problems.append("never closed: \(open)") }
    }

    /// Where the tag that begins here ends; quoted values may hold anything but their quote.
    private static func end(of text: ArraySlice<Unicode.Scalar>) -> Int? {
        var isQuoted = false
        for index in text.indices {
            if text[index] == "\"" { isQuoted.toggle() }
            if text[index] == ">", !isQuoted { return index }
        }
        return nil
    }

    private mutating func parse(_ text: ArraySlice<Unicode.Scalar>) -> Tag {
        var parts = text
        let name = Self.string(parts.prefix { $0 != " " && $0 != "\n" }).lowercased()
        parts = parts.dropFirst(name.unicodeScalars.count)
        var tag = Tag(name: name.hasSuffix("/") && name != "/" ? String(name.dropLast()) : name, attributes: [])
        while let start = parts.firstIndex(where: { $0 != " " && $0 != "\n" && $0 != "/" }) {
            parts = parts[start...]
            let attribute = Self.string(parts.prefix { $0 != "=" && $0 != " " && $0 != "\n" })
            parts = parts.dropFirst(attribute.unicodeScalars.count)
            guard parts.first == "=" else {
                tag.attributes.append((attribute, ""))
                continue
            }
            parts = parts.dropFirst()
            guard parts.first == "\"", let close = parts.dropFirst().firstIndex(of: "\"") else {
                problems.append("the attribute \(attribute) of \(name) is not quoted")
                return tag
            }
            tag.attributes.append((attribute, Self.string(parts[(parts.startIndex + 1)..<close])))
            parts = parts[(close + 1)...]
        }
        return tag
    }

    private static func string(_ scalars: some Sequence<Unicode.Scalar>) -> String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars)
        return String(text)
    }

    /// What identifies the shape of a page: tags with the names of their attributes, no values.
    var skeleton: [String] { tags.map { ([$0.name] + $0.attributes.map(\.name)).joined(separator: " ") } }
}
