import Foundation
import Glibc

/// The files of this repository, found from this one.
enum Repository {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// A file: its path from the root and its text.
    struct File: Sendable {
        let path: String
        let text: String
        /// A Swift file's lines without comments and texts; empty for other files.
        let code: [String]
        /// All lines; those of a Swift file without texts.
        let prose: [String]

        init(path: String, text: String) {
            self.path = path
            self.text = text
            let isSwift = path.hasSuffix(".swift")
            code = isSwift ? SwiftText.lines(of: text, keepingComments: false) : []
            prose =
                isSwift
                ? SwiftText.lines(of: text, keepingComments: true)
                : text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        }

        /// The numbers, from 1, of the lines among `lines` that hold `wanted`.
        static func numbers(of lines: [String], holding wanted: String) -> [Int] {
            lines.indices.filter { holds(lines[$0], wanted) }.map { $0 + 1 }
        }

        /// Compares bytes: the search of `String` compares characters and takes a hundred times as long.
        private static func holds(_ text: String, _ wanted: String) -> Bool { strstr(text, wanted) != nil }

        var lines: [String] { text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) }

        /// `JSON` of `Sources/JSON/JSONReader.swift`.
        var target: String { path.split(separator: "/").dropFirst().first.map(String.init) ?? "" }
    }

    /// Every text file below `folders`, sorted by path.
    static func files(in folders: [String], extensions: Set<String>? = nil) throws -> [File] {
        try folders.flatMap { folder in
            let base = root.appending(path: folder)
            let names = FileManager.default.enumerator(atPath: base.path)?.compactMap { $0 as? String } ?? []
            return try names.sorted().compactMap { name -> File? in
                let url = base.appending(path: name)
                let isFile = try url.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true
                guard isFile, extensions?.contains(url.pathExtension) ?? true,
                    let text = String(validating: try Data(contentsOf: url), as: UTF8.self)
                else { return nil }
                return File(path: "\(folder)/\(name)", text: text)
            }
        }
    }

    /// Our Swift, tests included, except the linter itself, which has to name what it looks for.
    static let swift: [File] = {
        let all = try? files(in: ["Sources", "Tests"], extensions: ["swift"])
        return (all ?? []).filter { !$0.path.hasPrefix("Tests/RepositoryTests/") }
    }()

    static func text(of path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }
}
