import Foundation
import Testing

@Suite struct SourceTests {
    @Test func `there are sources to look at`() {
        #expect(Repository.swift.count > 50)
    }

    @Test(arguments: ["UTCTime", "JSON", "Digest", "Arguments", "HTTPWire", "Budget", "Forecast"])
    func `a pure target imports no system library`(_ target: String) {
        let allowed: Set<String> = ["UTCTime", "Budget", "Synchronization"]
        for file in Repository.swift where file.path.hasPrefix("Sources/\(target)/") {
            #expect(Set(imports(of: file)).subtracting(allowed) == [], "\(file.path)")
        }
    }

    @Test func `a target imports what Package.swift lets it import`() throws {
        let manifest = try Manifest(Repository.text(of: "Package.swift"))
        let ours = Set(manifest.imports.keys)
        for file in Repository.swift {
            let allowed = try #require(manifest.imports[file.target], "\(file.path) is in no target of Package.swift")
            let wrong = Set(imports(of: file)).intersection(ours).subtracting(allowed)
            #expect(wrong == [], "\(file.path) imports \(wrong), which Package.swift does not name for \(file.target)")
        }
    }

    @Test(arguments: BannedCall.all)
    func `no banned call`(_ call: BannedCall) {
        for file in Repository.swift {
            for line in call.lines(in: file) {
                Issue.record("\(file.path):\(line): \(call.text) is banned; write \(call.instead)")
            }
        }
    }

    @Test func `every way around the compiler's checks has its reason above it, and there are few`() {
        let hatchesMax = 8
        var count = 0
        for file in Repository.swift {
            let hatches = unreasonedHatches(in: file)
            for line in hatches.lines {
                Issue.record("\(file.path):\(line): say why it is safe")
            }
            count += hatches.count
        }
        #expect(count <= hatchesMax)
    }

    @Test func `no source is longer than 400 lines`() {
        for file in Repository.swift where file.lines.count > 400 {
            Issue.record("\(file.path) has \(file.lines.count) lines; which two things does it do?")
        }
    }
}

@Suite struct LeftoverTests {
    // Written in parts, so that these files are not what they look for.
    /// Nowhere.
    static let outside = ["../sha" + "red", "/work/sha" + "red", "/work/w" + "t", "spec" + ".md", "examples" + ".md"]
    /// Nowhere but in texts: a reviewer may well look for them.
    static let leftovers = [
        "TO" + "DO", "FIX" + "ME", "XX" + "X:", "not implem" + "ented", "not yet implem" + "ented", "coming so" + "on",
    ]

    @Test func `nothing is left over and nothing points outside`() throws {
        let files =
            try Repository.files(in: ["Sources", "Tests", "scripts", ".ci"])
            + ["README.md", "Package.swift", ".env.example"].compactMap { path in
                (try? Repository.text(of: path)).map { Repository.File(path: path, text: $0) }
            }
        // What others wrote stays as they wrote it.
        let foreign = ["/Payloads/", "/Diffs/", "/Deliveries/"]
        for file in files where !foreign.contains(where: file.path.contains) {
            for (words, lines) in [(Self.outside, file.lines), (Self.leftovers, file.prose)] {
                for word in words {
                    for line in Repository.File.numbers(of: lines, holding: word) {
                        Issue.record("\(file.path):\(line): \(word)")
                    }
                }
            }
        }
    }

    @Test func `no package is depended on`() throws {
        #expect(try !Repository.text(of: "Package.swift").contains(".package("))
    }

    @Test func `the root holds what it should`() throws {
        let allowed: Set<String> = [
            "Package.swift", "README.md", "LICENSE", ".env.example", ".swift-format", ".editorconfig", ".gitignore",
            ".ci", "Sources", "Tests", "scripts", "data",
        ]
        let ignored = try Repository.text(of: ".gitignore").split(separator: "\n")
        let present = try FileManager.default.contentsOfDirectory(atPath: Repository.root.path)
        let extra = present.filter { name in
            !allowed.contains(name) && name != ".git" && name != ".swiftpm"
                && !ignored.contains { $0.hasSuffix("*") ? name.hasPrefix($0.dropLast()) : name == $0 }
        }
        #expect(extra == [])
    }
}

/// Lines that use `@unchecked Sendable` or `nonisolated(unsafe)` with no comment directly above, and how many use them.
func unreasonedHatches(in file: Repository.File) -> (lines: [Int], count: Int) {
    let (code, lines) = (file.code, file.lines)
    let uses = code.indices.filter {
        code[$0].contains("@unchecked Sendable") || code[$0].contains("nonisolated(unsafe)")
    }
    let unreasoned = uses.filter { index in
        index == 0 || !lines[index - 1].drop { $0 == " " }.hasPrefix("//")
    }
    return (unreasoned.map { $0 + 1 }, uses.count)
}
