/// A path taken apart once, for the many rules that are asked about it.
struct PathParts {
    /// The path with a slash before it.
    let rooted: String
    let name: String
    let folders: [String]

    init(_ path: String) {
        rooted = "/" + path
        var parts = path.utf8.split(separator: UInt8(ascii: "/")).map { String(Substring($0)) }
        name = parts.popLast() ?? ""
        folders = parts
    }
}

/// What is asked of a path: its name, how it begins or ends, the folders it is in.
struct PathTraits: Sendable {
    private let names: Set<String>
    /// Endings by their last byte, as bytes.
    private let endings: [UInt8: [[UInt8]]]
    private let beginnings: [[UInt8]]
    private let folders: Set<String>
    private let roots: Set<String>
    private let places: [String]

    /// Traits any of which is enough. `roots` are folders at the root, `places` folders that follow each other:
    /// `vendor/bundle`.
    init(
        names: Set<String> = [], endings: [String] = [], beginnings: [String] = [], folders: Set<String> = [],
        roots: Set<String> = [], places: [String] = []
    ) {
        self.names = names
        self.endings = Dictionary(grouping: endings.map { Array($0.utf8) }) { $0.last ?? 0 }
        self.beginnings = beginnings.map { Array($0.utf8) }
        self.folders = folders
        self.roots = roots
        self.places = places.map { "/\($0)/" }
    }

    func holds(for path: PathParts) -> Bool {
        guard let last = path.name.utf8.last else { return false }
        if names.contains(path.name) || beginnings.contains(where: { path.name.utf8.starts(with: $0) }) { return true }
        if let endings = endings[last], hasEnding(path.name, endings) { return true }
        if !folders.isEmpty, path.folders.contains(where: folders.contains) { return true }
        if !roots.isEmpty, let root = path.folders.first, roots.contains(root) { return true }
        return !path.folders.isEmpty && places.contains { path.rooted.contains(bytesOf: $0) }
    }

    private func hasEnding(_ name: String, _ endings: [[UInt8]]) -> Bool {
        var name = name
        return name.withUTF8 { bytes in
            endings.contains { ending in
                bytes.count >= ending.count
                    && UnsafeBufferPointer(rebasing: bytes[(bytes.count - ending.count)...]).elementsEqual(ending)
            }
        }
    }
}
