import Foundation

/// What `Package.swift` says about who may import whom.
struct Manifest {
    /// For each of our targets all of our targets that it may import.
    let imports: [String: Set<String>]

    init(_ text: String) {
        // Three spellings: library("A", ["B"]), tests("A", ["B"]), .executableTarget(name: "A", dependencies: ["B"]).
        let list = #/\s*(?:dependencies:\s*)?\[([^\]]*)\]/#
        let heads: [(Regex<(Substring, Substring)>, String)] = [
            (#/\blibrary\(\s*"(\w+)"\s*,?/#, ""), (#/\btests\(\s*"(\w+)"\s*,?/#, "Tests"),
            (#/\.(?:executableTarget|target)\(\s*name:\s*"([\w-]+)"\s*,?/#, ""),
        ]
        var imports: [String: Set<String>] = [:]
        for (head, suffix) in heads {
            for match in text.matches(of: head) {
                let names = text[match.range.upperBound...].prefixMatch(of: list)?.output.1 ?? ""
                imports[match.output.1 + suffix] = Set(names.matches(of: #/"(\w+)"/#).map { String($0.output.1) })
            }
        }
        // A benchmark's target is named as its program is, its folder as its siblings are.
        imports["LedgerBench"] = imports.removeValue(forKey: "ledger-bench")
        imports["ForecastBench"] = imports.removeValue(forKey: "forecast-bench")
        self.imports = imports
    }
}

/// The modules a file imports.
func imports(of file: Repository.File) -> [String] {
    file.code.compactMap { line in
        guard line.contains("import ") else { return nil }
        return
            line.firstMatch(
                of:
                    #/^\s*(?:@\w+(?:\([^)]*\))?\s+|public\s+|internal\s+|private\s+)*import\s+(?:struct\s+|class\s+|func\s+)?(\w+)/#
            )
            .map { String($0.output.1) }
    }
}
