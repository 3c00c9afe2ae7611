import Testing

@testable import bursar

@Suite struct `The command line` {
    @Test(arguments: HelpTexts.all) func `help is verbatim, and the same however it is asked for`(
        arguments: [String], text: String
    ) async throws {
        let folder = try Folder()
        for spelling in [arguments + ["--help"], arguments + ["-h"], ["help"] + arguments] {
            let ending = try await Program(spelling, in: folder).ending()
            #expect(ending.output == text)
            #expect(ending.complaint.isEmpty)
            #expect(ending.status == 0)
        }
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
        #expect(folder.files.isEmpty)
    }

    @Test func `every command of the program has its help here`() {
        #expect(
            Bursar.commandNames.sorted()
                == HelpTexts.all.map { $0.0.joined(separator: " ") }.filter { !$0.isEmpty }.sorted())
        #expect(Bursar.declarationFaults == [])
    }

    @Test func `the version is one line`() async throws {
        let ending = try await Program.run("--version", in: try Folder())
        #expect(ending.output == "bursar \(Bursar.version)\n")
        #expect(ending.status == 0)
    }

    @Test(
        arguments: [
            ([], "a command is missing", "bursar"),
            (["stats"], "unknown command 'stats'. Did you mean 'status'?", "bursar"),
            (["frobnicate"], "unknown command 'frobnicate'", "bursar"),
            (["--verison"], "unknown option '--verison'. Did you mean '--version'?", "bursar"),
            (["status", "--formt", "json"], "unknown option '--formt'. Did you mean '--format'?", "bursar status"),
            (["status", "--format", "xml"], "--format is 'xml'; accepted: table, json, csv", "bursar status"),
            (["status", "--format"], "--format needs a value: table, json, csv", "bursar status"),
            (["status", "--no-color=1"], "--no-color takes no value", "bursar status"),
            (["status", "--data-dir="], "--data-dir is ''; accepted: a path", "bursar status"),
            (["status", "today"], "unexpected argument 'today'", "bursar status"),
            (["cleanup", "--dryrun"], "unknown option '--dryrun'. Did you mean '--dry-run'?", "bursar cleanup"),
            (["cleanup", "--dry-run", "--dry-run"], "--dry-run is given twice", "bursar cleanup"),
            (
                ["prices", "--model", "-x"],
                "--model needs a value: a model's id (one that begins with '-' is written --model=VALUE)",
                "bursar prices"
            ),
            (["demo", "--port", "65536"], "--port is '65536'; accepted: 0 to 65535", "bursar demo"),
            (["serve", "now"], "unexpected argument 'now'", "bursar serve"),
        ] as [([String], String, String)])
    func `what cannot be followed is named, with the way out, and nothing is done`(
        arguments: [String], message: String, path: String
    ) async throws {
        let folder = try Folder()
        let ending = try await Program(arguments, in: folder).ending()
        let lines = ending.complaint.split(separator: "\n")
        #expect(lines.first == "Error: \(message)")
        #expect(lines.dropFirst().first?.hasPrefix("Usage: \(path)") == true)
        #expect(lines.last == "  See '\(path) --help' for more information.")
        #expect(lines.count == 3)
        #expect(ending.output.isEmpty)
        #expect(ending.status == 2)
        #expect(folder.files.isEmpty)
    }

    @Test(arguments: ["status", "prices", "cleanup"])
    func `a disk that is full is a failure, not a report`(command: String) async throws {
        let ending = try await Program([command, "--format", "json"], in: try Folder(), output: "/dev/full")
            .ending()
        #expect(ending.complaint.contains("Error: standard output: write: No space left on device"))
        #expect(ending.status == 1)
    }
}
