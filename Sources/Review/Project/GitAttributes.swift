/// What a repository's `.gitattributes` says about generated and vendored files.
///
/// Source: gitattributes(5); GitLab's "Generated files" (`gitlab-generated`, `linguist-generated`). The last line that
/// names an attribute for a path decides. Macros and files in other folders than the root are not read.
public struct GitAttributes: Sendable, Equatable {
    private struct Line: Sendable, Equatable {
        let pattern: PathPattern
        let isGenerated: Bool?
        let isVendored: Bool?
    }

    private let lines: [Line]

    /// The most bytes of the file that are read, and the most lines with something to say.
    public static let bytesMax = 256 << 10
    /// The most lines that say something here; later ones are not read.
    public static let linesMax = 1000

    /// What `text` says. Lines that are not understood say nothing, as in git.
    public init(parsing text: String) {
        var lines: [Line] = []
        for line in text.cut(toBytes: Self.bytesMax).text.utf8.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) {
            let words = line.split(whereSeparator: { $0 == 0x20 || $0 == 0x09 }).map { String(Substring($0)) }
            guard let first = words.first, !first.hasPrefix("#"), !first.hasPrefix("!"), !first.hasPrefix("[attr]"),
                let pattern = try? PathPattern(first), lines.count < Self.linesMax
            else { continue }
            let isGenerated = Self.value(of: ["gitlab-generated", "linguist-generated"], in: words.dropFirst())
            let isVendored = Self.value(of: ["linguist-vendored"], in: words.dropFirst())
            guard isGenerated != nil || isVendored != nil else { continue }
            lines.append(Line(pattern: pattern, isGenerated: isGenerated, isVendored: isVendored))
        }
        self.lines = lines
    }

    /// Nothing said.
    public static let none = GitAttributes(parsing: "")

    /// Whether the file at `path` is generated; nil where nothing is said.
    public func isGenerated(_ path: String) -> Bool? {
        lines.last { $0.isGenerated != nil && $0.pattern.matches(path) }?.isGenerated
    }

    /// Whether the file at `path` comes from elsewhere; nil where nothing is said.
    public func isVendored(_ path: String) -> Bool? {
        lines.last { $0.isVendored != nil && $0.pattern.matches(path) }?.isVendored
    }

    /// `name`, `name=true` and `-name`, `!name`, `name=false`.
    private static func value(of names: [String], in words: ArraySlice<String>) -> Bool? {
        for word in words.reversed() {
            for name in names {
                if word == name || word == name + "=true" { return true }
                if word == "-" + name || word == "!" + name || word == name + "=false" { return false }
            }
        }
        return nil
    }
}
