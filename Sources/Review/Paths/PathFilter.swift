/// Some paths among all: those that a pattern matches and no pattern with a leading `!` does. The order means nothing.
public struct PathFilter: Sendable, Equatable {
    private let wanted: [PathPattern]
    private let unwanted: [PathPattern]

    /// The most patterns of one filter.
    public static let patternsMax = 500

    /// A filter of `patterns`. Throws the first that is none.
    public init(_ patterns: [String]) throws(PatternFailure) {
        guard patterns.count <= Self.patternsMax else {
            throw PatternFailure(pattern: "\(patterns.count) patterns", reason: "at most \(Self.patternsMax) are read")
        }
        var wanted: [PathPattern] = []
        var unwanted: [PathPattern] = []
        for text in patterns {
            do {
                if text.hasPrefix("!") {
                    unwanted.append(try PathPattern(String(text.dropFirst())))
                } else {
                    wanted.append(try PathPattern(text))
                }
            } catch {
                throw PatternFailure(pattern: text, reason: "\(error)")
            }
        }
        self.wanted = wanted
        self.unwanted = unwanted
    }

    /// No path.
    public static let none = PathFilter()

    private init() { (wanted, unwanted) = ([], []) }

    /// Whether nothing is said.
    public var isEmpty: Bool { wanted.isEmpty && unwanted.isEmpty }

    /// Whether a pattern names `path` and none excludes it.
    public func matches(_ path: String) -> Bool {
        wanted.contains { $0.matches(path) } && !unwanted.contains { $0.matches(path) }
    }

    /// As `matches`; a filter that only excludes, or says nothing, takes every other path.
    public func admits(_ path: String) -> Bool {
        (wanted.isEmpty || wanted.contains { $0.matches(path) }) && !unwanted.contains { $0.matches(path) }
    }
}

/// A pattern that cannot be used.
public struct PatternFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// The pattern as it was written.
    public let pattern: String
    /// Why it is none.
    public let reason: String

    /// What is wrong with which pattern.
    public var description: String { "\"\(pattern.cut(toBytes: 100).text)\" is not a pattern: \(reason)" }
}
