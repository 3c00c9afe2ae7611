/// A path taken apart once, for the many rules that are asked about it.
struct PathParts {
    /// The path with a slash before it.
    let rooted: [UInt8]
    let name: String
    let folders: [String]

    init(_ path: String) {
        rooted = [UInt8(ascii: "/")] + path.utf8
        var parts = path.utf8.split(separator: UInt8(ascii: "/")).map { String(Substring($0)) }
        name = parts.popLast() ?? ""
        folders = parts
    }
}

/// What is asked of a path: its name, how it begins or ends, the folders it is in. Any of it is enough.
struct PathTraits: Sendable {
    var names: [String] = []
    /// Ends of the name.
    var endings: [String] = []
    /// Beginnings of the name.
    var beginnings: [String] = []
    /// Folders anywhere in the path.
    var folders: [String] = []
    /// Folders at the root.
    var roots: [String] = []
    /// Folders that follow each other anywhere: `vendor/bundle`.
    var places: [String] = []
}

/// Several traits, of all of which a path is asked at once: there are hundreds, and thousands of paths.
struct PathTable: Sendable {
    /// The number of the first traits that have a name, a folder, a folder at the root.
    private let names: [String: Int]
    private let folders: [String: Int]
    private let roots: [String: Int]
    /// Endings by their last byte, beginnings, and places between slashes, each with the number of its traits.
    private let endings: [[Part]]
    private let beginnings: [Part]
    private let places: [Part]

    private struct Part {
        let bytes: [UInt8]
        let number: Int
    }

    init(_ traits: [PathTraits]) {
        func firsts(_ list: KeyPath<PathTraits, [String]>) -> [String: Int] {
            Dictionary(traits.enumerated().flatMap { number, traits in traits[keyPath: list].map { ($0, number) } }) {
                first, _ in first
            }
        }
        func parts(_ list: KeyPath<PathTraits, [String]>) -> [Part] {
            traits.enumerated().flatMap { number, traits in
                traits[keyPath: list].map { Part(bytes: Array($0.utf8), number: number) }
            }
        }
        names = firsts(\.names)
        folders = firsts(\.folders)
        roots = firsts(\.roots)
        beginnings = parts(\.beginnings)
        let slash = [UInt8(ascii: "/")]
        places = parts(\.places).map { Part(bytes: slash + $0.bytes + slash, number: $0.number) }
        let all = parts(\.endings)
        endings = (0...255).map { byte in all.filter { Int($0.bytes.last ?? 0) == byte } }
    }

    /// The number of the first traits of which `path` has any; nil where it has none.
    func first(for path: PathParts) -> Int? {
        guard !path.name.isEmpty else { return nil }
        var first = min(names[path.name] ?? .max, path.folders.first.flatMap { roots[$0] } ?? .max)
        for folder in path.folders { first = min(first, folders[folder] ?? .max) }
        var name = path.name
        name.withUTF8 { name in
            for part in beginnings where part.number < first && name.starts(with: part.bytes) { first = part.number }
            for part in endings[Int(name[name.count - 1])] where part.number < first && name.ends(with: part.bytes) {
                first = part.number
            }
        }
        guard !path.folders.isEmpty else { return first == .max ? nil : first }
        path.rooted.withUnsafeBufferPointer { rooted in
            for start in rooted.indices where rooted[start] == UInt8(ascii: "/") {
                let rest = rooted.slice(start..<rooted.count)
                for part in places where part.number < first && rest.starts(with: part.bytes) { first = part.number }
            }
        }
        return first == .max ? nil : first
    }
}

extension UnsafeBufferPointer<UInt8> {
    fileprivate func starts(with bytes: [UInt8]) -> Bool {
        count >= bytes.count && slice(0..<bytes.count).elementsEqual(bytes)
    }

    fileprivate func ends(with bytes: [UInt8]) -> Bool {
        count >= bytes.count && slice((count - bytes.count)..<count).elementsEqual(bytes)
    }
}
