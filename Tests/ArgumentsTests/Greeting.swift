import Arguments

/// A small program that has one of everything.
enum Greeting {
    enum Tone: String, CaseIterable { case plain, loud }

    static let tone = Parameter<Tone>(
        option: "--tone", short: "t", value: "tone", help: "How to say it: plain or loud.", default: .plain)
    static let times = Parameter<Int>(
        option: "--times", value: "count", help: "How often to say it.", accepted: "a number from 1 to 9",
        default: 1, shown: "1", parse: { Int($0).flatMap { 1...9 ~= $0 ? $0 : nil } })
    static let language = Parameter<String?>(
        option: "--language-of-the-greeting", value: "code", help: "The language.", accepted: "a language code",
        parse: { $0.utf8.count == 2 ? $0 : nil })
    static let skipped = Parameter<[String]>(
        repeatedOption: "--skip", value: "name", help: "Leave out this name; may be given several times.",
        accepted: "a name", parse: { $0 })
    static let quiet = Parameter<Bool>(flag: "--quiet", short: "q", help: "Say nothing but the names.")
    static let names = Parameter<[String]>(
        repeatedArgument: "name", help: "Whom to greet.", accepted: "a name", parse: { $0.isEmpty ? nil : $0 })
    static let file = Parameter<String>(
        argument: "file", help: "The list of names, or - for standard input.", accepted: "a path", parse: { $0 })
    static let copy = Parameter<String?>(
        optionalArgument: "copy", help: "Where to put a copy.", accepted: "a path", parse: { $0 })

    static let hello = Command(
        "hello", summary: "Say hello to people, one line each, in the order in which they were named.",
        discussion: "Nobody is greeted twice.\n\nNames are not looked up.",
        parameters: [tone, times, language, skipped, quiet, names],
        examples: [.init("greet hello --tone loud Ada Grace", "Greet two people loudly")],
        run: { values in Int32(values[times]) })
    static let listRead = Command(
        "list read", summary: "Read a list.", parameters: [file, copy],
        examples: [.init("greet list read names.txt", "Read names.txt")], run: { _ in 0 })
    static let listDrop = Command(
        "list drop", summary: "Drop the list.", examples: [.init("greet list drop", "Drop it")],
        run: { _ in throw Broken() })

    struct Broken: Error, CustomStringConvertible {
        let description = "the list is nailed down"
    }

    static let program = Program(
        name: "greet", summary: "Greet people.", version: "1.2.3", commands: [hello, listRead, listDrop])

    /// The values that `arguments` give the command they name.
    static func values(_ arguments: String...) -> Values? {
        if case .run(_, let values) = program.outcome(of: arguments) { values } else { nil }
    }

    /// Why `arguments` are refused.
    static func refusal(_ arguments: [String]) -> UsageError? {
        if case .refuse(let error) = program.outcome(of: arguments) { error } else { nil }
    }

    /// What `arguments` print.
    static func printed(_ arguments: [String]) -> String? {
        if case .print(let text) = program.outcome(of: arguments) { text } else { nil }
    }
}
