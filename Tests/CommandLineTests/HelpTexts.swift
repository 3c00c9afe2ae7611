import Foundation

/// What help says, word for word: a file for each command in `Help/`, `bursar.txt` for the program itself. A change there
/// is a change of what people read.
enum HelpTexts {
    /// The words of the command, none for the program itself, and its help.
    static let all: [([String], String)] = {
        let folder = Bundle.module.bundleURL.appendingPathComponent("Help")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.sorted().compactMap { name in
            guard let text = try? String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8) else {
                return nil
            }
            let words = name.dropLast(".txt".count).split(separator: " ").map(String.init)
            return (words == ["bursar"] ? [] : words, text)
        }
    }()
}
