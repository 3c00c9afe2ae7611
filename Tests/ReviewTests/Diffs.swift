import Foundation
import Review
import Testing

/// The real diffs beside the tests, in the shape in which GitLab's API gives them.
enum Diffs {
    static let names = [
        "danger-js-github-pr-43k", "flask-2beedabaafb1", "flask-82c2e0366ce6", "pr-agent-32e8ba331a3c",
        "reviewdog-unicode-filename", "unidiff-git-cr", "unidiff-git-small", "unidiff-git-rename",
    ]

    static func text(_ name: String) throws -> String {
        String(decoding: try bytes(name + ".diff"), as: UTF8.self)
    }

    /// The diff `name`, with its ending, byte for byte.
    static func bytes(_ name: String) throws -> [UInt8] {
        try Array(Data(contentsOf: #require(Bundle.module.url(forResource: "Diffs/\(name)", withExtension: nil))))
    }

    /// All diffs, with their endings.
    static func allNames() throws -> [String] {
        let folder = try #require(Bundle.module.url(forResource: "Diffs", withExtension: nil))
        return try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".diff") || $0.hasSuffix(".patch") }.sorted()
    }

    /// The files of a `git diff`, each with its hunks alone. Good for these diffs, no parser.
    static func files(_ name: String) throws -> [ChangedFile] {
        try text(name).utf8.split(separator: 0x0A, omittingEmptySubsequences: false).reduce(into: []) { files, bytes in
            let line = String(Substring(bytes))
            if line.hasPrefix("diff --git ") {
                let path = line.split(separator: " b/").last.map(String.init) ?? line
                files.append(ChangedFile(oldPath: path, newPath: path, diff: ""))
            } else if var file = files.popLast() {
                if file.diff.isEmpty, !line.hasPrefix("@@"), !line.hasPrefix("Binary") {
                    if line.hasPrefix("new file") { file.isNew = true }
                    if line.hasPrefix("deleted file") { file.isDeleted = true }
                    if line.hasPrefix("rename from ") {
                        file.isRenamed = true
                        file.oldPath = String(line.dropFirst(12))
                    }
                } else {
                    file.diff += line + "\n"
                }
                files.append(file)
            }
        }
    }
}

/// Numbers in a given order, then the last one for ever.
struct ScriptedRandomness: RandomNumberGenerator {
    var numbers: [UInt64]

    mutating func next() -> UInt64 { numbers.count > 1 ? numbers.removeFirst() : numbers[0] }
}
