import Arguments
import Testing

@Suite struct ReadingTests {
    @Test func `options stand anywhere and keep their types`() throws {
        let values = try #require(Greeting.values("hello", "Ada", "--tone=loud", "Grace", "--times", "3", "-q"))
        #expect(values[Greeting.tone] == .loud)
        #expect(values[Greeting.times] == 3)
        #expect(values[Greeting.quiet])
        #expect(values[Greeting.names] == ["Ada", "Grace"])
    }

    @Test func `what is not given has its default`() throws {
        let values = try #require(Greeting.values("hello", "Ada"))
        #expect(values[Greeting.tone] == .plain)
        #expect(values[Greeting.times] == 1)
        #expect(values[Greeting.language] == nil)
        #expect(values[Greeting.skipped] == [])
        #expect(!values[Greeting.quiet])
    }

    @Test func `a short option takes the next word`() throws {
        #expect(try #require(Greeting.values("hello", "-t", "loud", "Ada"))[Greeting.tone] == .loud)
    }

    @Test func `a repeatable option keeps every value in order`() throws {
        let values = try #require(Greeting.values("hello", "--skip", "b", "--skip=a", "--skip=", "Ada"))
        #expect(values[Greeting.skipped] == ["b", "a", ""])
    }

    @Test func `after two dashes everything is positional`() throws {
        let values = try #require(Greeting.values("hello", "--", "--tone", "-q", "--"))
        #expect(values[Greeting.names] == ["--tone", "-q", "--"])
        #expect(values[Greeting.tone] == .plain)
    }

    @Test func `one dash is a value and an equals sign may be part of one`() throws {
        #expect(try #require(Greeting.values("list", "read", "-"))[Greeting.file] == "-")
        #expect(try #require(Greeting.values("hello", "--skip", "-", "Ada"))[Greeting.skipped] == ["-"])
        #expect(try #require(Greeting.values("hello", "--skip=a=b", "Ada"))[Greeting.skipped] == ["a=b"])
    }

    @Test func `a positional that may be left out is nil without and set with`() throws {
        #expect(try #require(Greeting.values("list", "read", "a"))[Greeting.copy] == nil)
        #expect(try #require(Greeting.values("list", "read", "a", "b"))[Greeting.copy] == "b")
    }

    @Test(arguments: [
        ([], "a command is missing"),
        (["helo"], "unknown command 'helo'. Did you mean 'hello'?"),
        (["xyzzy"], "unknown command 'xyzzy'"),
        (["--versoin"], "unknown option '--versoin'. Did you mean '--version'?"),
        (["list"], "'list' needs one of its commands"),
        (["list", "raed"], "unknown command 'list raed'. Did you mean 'list read'?"),
        (["hello", "--tune", "loud", "Ada"], "unknown option '--tune'. Did you mean '--tone'?"),
        (["hello", "--unheard", "Ada"], "unknown option '--unheard'"),
        (["hello", "-qt", "Ada"], "unknown option '-qt'. Did you mean '-t'?"),
        (["hello", "Ada", "--tone"], "--tone needs a value: plain, loud"),
        (
            ["hello", "--tone", "--quiet", "Ada"],
            "--tone needs a value: plain, loud (one that begins with '-' is written --tone=VALUE)"
        ),
        (["hello", "--tone", "soft", "Ada"], "--tone is 'soft'; accepted: plain, loud"),
        (["hello", "--tone=", "Ada"], "--tone is ''; accepted: plain, loud"),
        (["hello", "--times", "10", "Ada"], "--times is '10'; accepted: a number from 1 to 9"),
        (["hello", "--times=1", "--times=1", "Ada"], "--times is given twice"),
        (["hello", "--quiet=yes", "Ada"], "--quiet takes no value"),
        (["hello"], "<name> is missing: a name"),
        (["hello", "Ada", ""], "<name> is ''; accepted: a name"),
        (["list", "read"], "<file> is missing: a path"),
        (["list", "read", "a", "b", "c"], "unexpected argument 'c'"),
        (["list", "drop", "all"], "unexpected argument 'all'"),
        (["hello", "--\u{1B}[31mred\n"], "unknown option '--\\u{1b}[31mred\\u{a}'"),
        ([String(repeating: "x", count: 61)], "unknown command '\(String(repeating: "x", count: 59))…'"),
        ([String(repeating: "x", count: 60)], "unknown command '\(String(repeating: "x", count: 60))'"),
    ])
    func `says what is wrong`(_ arguments: [String], _ message: String) {
        #expect(Greeting.refusal(arguments)?.message == message)
    }

    @Test func `a refusal shows the usage and where to read more`() {
        #expect(
            Greeting.refusal(["list", "read"])?.description == """
                Error: <file> is missing: a path
                Usage: greet list read <file> [<copy>]
                  See 'greet list read --help' for more information.

                """)
    }
}

@Suite struct RunningTests {
    @Test(arguments: [
        (["hello", "--times=3", "Ada"], 3, "", ""),
        (["--version"], 0, "greet 1.2.3\n", ""),
        (["list", "drop"], 1, "", "Error: the list is nailed down\n"),
        (
            ["helo"], 2, "",
            """
            Error: unknown command 'helo'. Did you mean 'hello'?
            Usage: greet <command>
              See 'greet --help' for more information.

            """
        ),
    ])
    func `exits 0 done, 1 failed, 2 wrong usage`(
        _ arguments: [String], _ status: Int32, _ output: String, _ complaint: String
    ) async {
        var written = (output: "", complaint: "")
        let exit = await Greeting.program.run(
            arguments, output: { written.output += $0 }, complaint: { written.complaint += $0 })
        #expect(exit == status)
        #expect(written.output == output)
        #expect(written.complaint == complaint)
    }

    @Test func `finds the faults of a declaration`() {
        let faulty = Command(
            "faulty", summary: "",
            parameters: [
                Greeting.copy, Greeting.names, Greeting.file, Greeting.quiet, Greeting.quiet,
                Parameter<Bool>(flag: "--help", short: "h", help: ""),
            ],
            examples: [], run: { _ in 0 })
        #expect(
            faulty.declarationFaults == [
                "--help is taken by help", "--quiet is declared twice", "-h is taken by help", "-q is declared twice",
                "a needed argument follows one that may be left out", "no example", "only the last argument may repeat",
            ])
        for command in Greeting.program.commands { #expect(command.declarationFaults == []) }
    }
}
