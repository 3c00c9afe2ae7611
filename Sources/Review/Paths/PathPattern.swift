/// A glob over paths: `*`, `?` and `[a-z]` within a folder, `**` across folders, `{a,b}` for either.
///
/// As in `.gitignore`: a pattern without a slash matches a name in any folder, one with a slash is bound to the root,
/// one that ends with a slash matches all below that folder, and `**/x` is also `x`. Matching takes at most
/// `path × pattern` steps whatever the pattern, because all ways are followed at once.
public struct PathPattern: Sendable, Equatable {
    /// The pattern as it was written.
    public let text: String
    /// One for each way to choose from the braces.
    private let alternatives: [[Element]]

    /// The longest pattern in bytes.
    public static let bytesMax = 1000
    /// The most patterns that one with braces stands for.
    public static let alternativesMax = 100

    /// Why a text is no pattern.
    public enum Failure: Error, Sendable, Equatable, CustomStringConvertible {
        /// There is nothing in it.
        case empty
        /// It has more than `bytesMax` bytes.
        case tooLong
        /// Its braces stand for more than `alternativesMax` patterns.
        case tooManyAlternatives

        /// What is wrong, to stand behind "is not a pattern:".
        public var description: String {
            switch self {
            case .empty: "it is empty"
            case .tooLong: "it has more than \(PathPattern.bytesMax) bytes"
            case .tooManyAlternatives: "its braces stand for more than \(PathPattern.alternativesMax) patterns"
            }
        }
    }

    private enum Element: Sendable, Equatable {
        case scalar(Unicode.Scalar)
        /// Any one, but no slash.
        case any
        /// Any number, but no slash.
        case star
        /// Any number, slashes included.
        case doubleStar
        /// Nothing, or any number that ends with a slash. Stands before `foldersRest`, which is its inner part.
        case folders
        case foldersRest
        case oneOf([ClosedRange<Unicode.Scalar>], isNegated: Bool)
    }

    /// The pattern `text`, without a leading `!`.
    public init(_ text: String) throws(Failure) {
        guard !text.isEmpty, text != "/" else { throw .empty }
        guard text.utf8.count <= Self.bytesMax else { throw .tooLong }
        self.text = text
        var alternatives: [[Element]] = []
        for choice in try Self.expanded(Array(text.unicodeScalars)) { alternatives.append(Self.elements(choice)) }
        self.alternatives = alternatives
    }

    /// Whether the pattern matches all of `path`.
    public func matches(_ path: String) -> Bool {
        let scalars = Array(path.unicodeScalars)
        return alternatives.contains { Self.matches(scalars[...], $0) }
    }

    // MARK: - Reading

    /// Every way to choose from the braces; braces without a partner or a comma are themselves.
    private static func expanded(_ text: [Unicode.Scalar]) throws(Failure) -> [[Unicode.Scalar]] {
        var done: [[Unicode.Scalar]] = []
        var waiting = [text]
        while let next = waiting.popLast() {
            guard let (range, choices) = firstBraces(next) else {
                done.append(next)
                continue
            }
            for choice in choices.reversed() {
                waiting.append(Array(next[..<range.lowerBound]) + choice + Array(next[range.upperBound...]))
            }
            guard done.count + waiting.count <= alternativesMax else { throw .tooManyAlternatives }
        }
        return done
    }

    private static func firstBraces(
        _ text: [Unicode.Scalar]
    ) -> (range: Range<Int>, choices: [ArraySlice<Unicode.Scalar>])? {
        for start in text.indices where text[start] == "{" && (start == 0 || text[start - 1] != "\\") {
            var depth = 0
            var choices: [ArraySlice<Unicode.Scalar>] = []
            var begin = start + 1
            for index in start..<text.count {
                switch text[index] {
                case "{": depth += 1
                case ",":
                    guard depth == 1 else { continue }
                    choices.append(text[begin..<index])
                    begin = index + 1
                case "}":
                    depth -= 1
                    guard depth == 0 else { continue }
                    guard !choices.isEmpty else { break }
                    return (start..<(index + 1), choices + [text[begin..<index]])
                default: break
                }
                if depth == 0 { break }
            }
        }
        return nil
    }

    private static func elements(_ text: [Unicode.Scalar]) -> [Element] {
        var text = text[...]
        let isBelow = text.last == "/"
        if isBelow { text = text.dropLast() }
        let isBound = text.contains("/")
        if text.first == "/" { text = text.dropFirst() }
        var elements: [Element] = isBound ? [] : [.folders, .foldersRest]
        while let scalar = text.first {
            switch scalar {
            case "*":
                let isWhole = elements.isEmpty || elements.last == .scalar("/") || elements.last == .foldersRest
                if isWhole, text.starts(with: "**/".unicodeScalars) {
                    text = text.dropFirst(3)
                    elements += [.folders, .foldersRest]
                } else if text.starts(with: "**".unicodeScalars) {
                    text = text.drop { $0 == "*" }
                    elements.append(.doubleStar)
                } else {
                    text = text.dropFirst()
                    elements.append(.star)
                }
                continue
            case "?": elements.append(.any)
            case "[":
                guard let (element, length) = set(text) else {
                    elements.append(.scalar("["))
                    break
                }
                elements.append(element)
                text = text.dropFirst(length)
                continue
            case "\\" where text.count > 1:
                text = text.dropFirst()
                elements.append(.scalar(text[text.startIndex]))
            default: elements.append(.scalar(scalar))
            }
            text = text.dropFirst()
        }
        if isBelow { elements += [.scalar("/"), .doubleStar] }
        return elements
    }

    /// `[abc]`, `[a-z]`, `[!a]`, and how long it is; nil where no bracket closes it.
    private static func set(_ text: ArraySlice<Unicode.Scalar>) -> (Element, Int)? {
        var index = text.startIndex + 1
        guard index < text.endIndex else { return nil }
        let isNegated = text[index] == "!" || text[index] == "^"
        if isNegated { index += 1 }
        let first = index
        var ranges: [ClosedRange<Unicode.Scalar>] = []
        while index < text.endIndex {
            let scalar = text[index]
            if scalar == "]", index > first {
                return (.oneOf(ranges, isNegated: isNegated), index + 1 - text.startIndex)
            }
            if index + 2 < text.endIndex, text[index + 1] == "-", text[index + 2] != "]" {
                let last = text[index + 2]
                // The wrong way round matches nothing, as in a shell.
                if scalar <= last { ranges.append(scalar...last) }
                index += 3
            } else {
                ranges.append(scalar...scalar)
                index += 1
            }
        }
        return nil
    }

    // MARK: - Matching

    /// Follows every way through the pattern at once: a set of places, moved along by each scalar.
    private static func matches(_ path: ArraySlice<Unicode.Scalar>, _ pattern: [Element]) -> Bool {
        // Most patterns and paths differ at once.
        if case .scalar(let last)? = pattern.last, path.last != last { return false }
        if case .scalar(let first)? = pattern.first, path.first != first { return false }
        var places = [Bool](repeating: false, count: pattern.count + 1)
        places[0] = true
        spread(&places, pattern)
        for scalar in path {
            var next = [Bool](repeating: false, count: pattern.count + 1)
            for place in pattern.indices where places[place] {
                switch pattern[place] {
                case .scalar(let wanted): if scalar == wanted { next[place + 1] = true }
                case .any: if scalar != "/" { next[place + 1] = true }
                case .star: if scalar != "/" { next[place] = true }
                case .doubleStar: next[place] = true
                case .folders: break
                case .foldersRest:
                    next[place] = true
                    if scalar == "/" { next[place + 1] = true }
                case .oneOf(let ranges, let isNegated):
                    if scalar != "/", ranges.contains(where: { $0.contains(scalar) }) != isNegated {
                        next[place + 1] = true
                    }
                }
            }
            spread(&next, pattern)
            places = next
        }
        return places[pattern.count]
    }

    /// Adds the places that are reached without a scalar.
    private static func spread(_ places: inout [Bool], _ pattern: [Element]) {
        for place in pattern.indices where places[place] {
            switch pattern[place] {
            case .star, .doubleStar: places[place + 1] = true
            case .folders:
                places[place + 1] = true
                places[place + 2] = true
            default: break
            }
        }
    }
}
