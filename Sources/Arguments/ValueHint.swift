/// What a shell can offer where a value is typed.
public enum ValueHint: Sendable, Equatable {
    /// Nothing: the value is the user's own.
    case none
    /// The path of a file.
    case file
    /// The path of a directory.
    case directory
    /// One of these words: letters, digits, `-`, `_` and `.` alone.
    case words([String])
    /// Some of these words with commas between them.
    case list([String])

    var words: [String] {
        switch self {
        case .words(let words), .list(let words): words
        case .none, .file, .directory: []
        }
    }

    /// What no shell takes for anything but itself.
    static let plainBytes = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.".utf8)
}

/// A shell that can be told what may be typed.
public enum Shell: String, Sendable, CaseIterable {
    /// GNU bash, 4.0 or newer.
    case bash
    /// The Z shell.
    case zsh
    /// fish, 3.0 or newer.
    case fish
}

extension Program {
    /// A script by which `shell` completes command lines of the program; it is made of the commands' own declarations.
    public func completion(for shell: Shell) -> String {
        switch shell {
        case .bash: BashCompletion(program: self).text
        case .zsh: ZshCompletion(program: self).text
        case .fish: FishCompletion(program: self).text
        }
    }

    /// The words that can stand first, `help` included, each once, with what they are.
    var firstWords: [(word: String, summary: String)] {
        var words: [(String, String)] = []
        for command in commands where !words.contains(where: { $0.0 == command.words[0] }) {
            words.append(
                (
                    command.words[0],
                    command.words.count == 1
                        ? command.summary : "Commands: \(group(command.words[0]).map(\.word).joined(separator: ", "))."
                ))
        }
        return words + [("help", "Show the help of a command.")]
    }

    /// The first words that others must follow.
    var groups: [String] { firstWords.map(\.word).filter { !group($0).isEmpty } }

    /// The second words of the commands that begin with `first`.
    func group(_ first: String) -> [(word: String, summary: String)] {
        commands.filter { $0.words.count > 1 && $0.words[0] == first }.map { ($0.words[1], $0.summary) }
    }

    /// The name as part of a function's name.
    var functionName: String { "_" + name.map { $0.isLetter || $0.isNumber ? String($0) : "_" }.joined() }
}
