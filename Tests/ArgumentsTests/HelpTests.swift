import Arguments
import Testing

@Suite struct HelpTests {
    @Test(arguments: [["--help"], ["-h"], ["help"]])
    func `help of the program`(_ arguments: [String]) {
        #expect(
            Greeting.printed(arguments) == """
                OVERVIEW: Greet people.

                USAGE: greet <command> [<options>]

                OPTIONS:
                  --version               Show the version.
                  -h, --help              Show this help.

                COMMANDS:
                  hello                   Say hello to people, one line each, in the order in
                                          which they were named.
                  list read               Read a list.
                  list drop               Drop the list.

                  See 'greet <command> --help' for a command's options and examples.

                """)
    }

    @Test(arguments: [["hello", "--help"], ["hello", "Ada", "-h"], ["help", "hello"]])
    func `help of a command`(_ arguments: [String]) {
        #expect(
            Greeting.printed(arguments) == """
                OVERVIEW: Say hello to people, one line each, in the order in which they were
                named.

                Nobody is greeted twice.

                Names are not looked up.

                USAGE: greet hello [--tone <tone>] [--times <count>]
                       [--language-of-the-greeting <code>] [--skip <name>] ... [--quiet]
                       <name> ...

                ARGUMENTS:
                  <name>                  Whom to greet.

                OPTIONS:
                  -t, --tone <tone>       How to say it: plain or loud. (default: plain)
                  --times <count>         How often to say it. (default: 1)
                  --language-of-the-greeting <code>
                                          The language.
                  --skip <name>           Leave out this name; may be given several times.
                  -q, --quiet             Say nothing but the names.
                  -h, --help              Show this help.

                EXAMPLES:
                  greet hello --tone loud Ada Grace
                      Greet two people loudly

                """)
    }

    @Test(arguments: [["list", "--help"], ["list", "-h"], ["help", "list"]])
    func `help of a group of commands`(_ arguments: [String]) {
        #expect(
            Greeting.printed(arguments) == """
                USAGE: greet list <command> [<options>]

                COMMANDS:
                  list read               Read a list.
                  list drop               Drop the list.

                  See 'greet list <command> --help' for a command's options and examples.

                """)
    }

    @Test func `no line of help is longer than 80 columns`() throws {
        for words in [["--help"], ["hello", "--help"], ["list", "--help"], ["list", "read", "--help"]] {
            let text = try #require(Greeting.printed(words))
            for line in text.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
        }
    }

    @Test func `a line may be 80 columns wide and not 81`() throws {
        for (lettersInLast, lines) in [(35, 1), (36, 2)] {
            let words = String(repeating: "a", count: 34) + " " + String(repeating: "b", count: lettersInLast)
            let program = Program(name: "p", summary: words, version: "1", commands: [])
            guard case .print(let text) = program.outcome(of: ["--help"]) else { continue }
            let overview = try #require(text.split(separator: "\n\n").first)
            #expect(overview.split(separator: "\n").count == lines, "\(overview)")
        }
    }

    @Test func `help for a command there is not is refused`() {
        #expect(Greeting.refusal(["help", "helo"])?.message == "unknown command 'helo'. Did you mean 'hello'?")
    }

    @Test func `after two dashes help is a name`() throws {
        #expect(try #require(Greeting.values("hello", "--", "--help"))[Greeting.names] == ["--help"])
    }
}
