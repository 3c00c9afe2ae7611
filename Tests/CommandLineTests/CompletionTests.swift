import Arguments
import Testing

@testable import bursar

/// The scripts are made by the program and run by a real shell.
@Suite struct `bursar completion` {
    /// What bash offers behind each of `lines`, the last word of which is being typed; taken apart as bash does it.
    private func offered(_ lines: [[String]], in folder: Folder) async throws -> [[String]] {
        try folder.write("completion.bash", Bursar.program.completion(for: .bash))
        let calls = lines.map { words in
            "offer " + words.map { "'" + $0.replacing("'", with: "'\\''") + "'" }.joined(separator: " ")
        }
        try folder.write(
            "driver.bash",
            """
            set -u
            source ./completion.bash
            offer() {
                COMP_WORDS=("$@")
                COMP_CWORD=$(($# - 1))
                COMPREPLY=()
                _bursar
                ((${#COMPREPLY[@]} == 0)) || printf '%s\\n' "${COMPREPLY[@]}"
                echo ---
            }

            """ + calls.joined(separator: "\n") + "\n")
        let ending = try await Program(["driver.bash"], in: folder, executable: "/bin/bash").ending()
        #expect(ending.complaint.isEmpty && ending.status == 0)
        var offers: [[String]] = [[]]
        for line in ending.output.split(separator: "\n") {
            if line == "---" { offers.append([]) } else { offers[offers.count - 1].append(String(line)) }
        }
        return offers.dropLast()
    }

    private static let lines: [(words: [String], wanted: [String])] = [
        (["bursar", "sta"], ["status"]),
        (["bursar", "--v"], ["--version"]),
        (["bursar", "budgets", "li"], ["list"]),
        (["bursar", "help", "budgets", "rep"], ["replay"]),
        (["bursar", "help", "exp"], ["export"]),
        (["bursar", "help", "export", ""], []),
        (["bursar", "status", "--form"], ["--format"]),
        (["bursar", "status", "--format", ""], ["table", "json", "csv"]),
        (["bursar", "status", "-f", "j"], ["json"]),
        // bash takes --format=c apart.
        (["bursar", "status", "--format", "=", "c"], ["csv"]),
        (["bursar", "status", "--format", "="], ["table", "json", "csv"]),
        (["bursar", "status", "--no"], ["--no-color"]),
        (["bursar", "budgets", "replay", "--period", "we"], ["week"]),
        (["bursar", "report", "--by", "us"], ["user"]),
        (["bursar", "report", "--by", "user,mod"], ["user,model"]),
        (["bursar", "report", "--by", "user,u"], []),
        (["bursar", "report", "--user", ""], []),
        (["bursar", "completion", ""], ["bash", "zsh", "fish"]),
        (["bursar", "completion", "bash", ""], []),
        (["bursar", "nonsense", ""], []),
        // A directory for one, a file for the other.
        (["bursar", "status", "--data-dir", "bo"], ["books"]),
        (["bursar", "estimate", "a c"], ["a change.diff"]),
        (["bursar", "estimate", "--project", "."], ["..", "."]),
        (["bursar", "estimate", "--format", "json", "a"], ["a change.diff"]),
        (["bursar", "estimate", "one.diff", "a"], []),
    ]

    @Test func `bash offers what can be typed`() async throws {
        let folder = try Folder()
        try folder.write("books/token-logs/2025-12.csv", "")
        try folder.write("a change.diff", "")
        let offers = try await offered(Self.lines.map(\.words), in: folder)
        #expect(offers.count == Self.lines.count)
        for (offer, line) in zip(offers, Self.lines) {
            #expect(offer.sorted() == line.wanted.sorted(), "\(line.words)")
        }
    }

    @Test func `bash offers every command and every option of every command`() async throws {
        let commands = Bursar.commandNames.map { $0.split(separator: " ").map(String.init) }
        let offers = try await offered(
            [["bursar", ""]] + commands.map { ["bursar"] + $0 + ["-"] }, in: try Folder())
        for (command, options) in zip(commands, offers.dropFirst()) {
            #expect(offers[0].contains(command[0]))
            guard case .print(let help) = Bursar.program.outcome(of: command + ["--help"]) else { continue }
            for line in help.split(separator: "\n") where line.hasPrefix("  -") {
                let long = line.split(separator: " ").first { $0.hasPrefix("--") }
                #expect(options.contains(String(long ?? "")), "\(command): \(line)")
            }
        }
    }

    @Test func `the program writes the script`() async throws {
        let ending = try await Program.run("completion", "bash", in: try Folder())
        #expect(ending.output == Bursar.program.completion(for: .bash) && ending.status == 0)
    }

    @Test(arguments: Shell.allCases) func `every shell gets every command, and the same script twice`(shell: Shell) {
        let script = Bursar.program.completion(for: shell)
        for name in Bursar.commandNames { #expect(script.contains(name)) }
        #expect(script == Bursar.program.completion(for: shell))
        #expect(!script.contains("\t"))
    }

    @Test func `a shell there is not is refused`() async throws {
        let ending = try await Program.run("completion", "tcsh", in: try Folder())
        #expect(ending.complaint.hasPrefix("Error: <shell> is 'tcsh'; accepted: bash, zsh, fish\n"))
        #expect(ending.status == 2 && ending.output.isEmpty)
    }
}

@Suite struct `bursar man` {
    @Test func `the page has every command, option, setting and example`() async throws {
        let page = try await Program.run("man", in: try Folder()).output
        let plain = page.replacing("\\-", with: "-").replacing("\\(aq", with: "'")
        for name in Bursar.commandNames { #expect(plain.contains(".SS bursar \(name)\n")) }
        for command in Bursar.program.commands {
            for example in command.examples where !example.line.contains("~") {
                #expect(plain.contains(example.line), "\(example.line)")
            }
        }
        #expect(plain.contains("TOKEN_DAILY_LIMIT\n") && plain.contains("--decimal-comma"))
        for line in page.split(separator: "\n") {
            #expect(line.utf8.allSatisfy { 0x20..<0x7F ~= $0 }, "\(line)")
            #expect(!line.hasPrefix("'"), "\(line)")
        }
    }
}

@Suite struct `Examples in help` {
    /// The words of the part of `line` that calls the program, without settings before and redirections behind it.
    private func words(of line: String) -> [String] {
        var (all, word, quote, isOpen) = ([String](), "", Character?.none, false)
        for character in line {
            if character == quote {
                quote = nil
            } else if quote == nil, character == "'" || character == "\"" {
                (quote, isOpen) = (character, true)
            } else if quote == nil, " |<>()".contains(character) {
                if isOpen { all.append(word) }
                (word, isOpen) = ("", false)
                if character != " " { all.append(String(character)) }
            } else {
                word.append(character)
                isOpen = true
            }
        }
        if isOpen { all.append(word) }
        let rest = all.drop { $0 != "bursar" }.dropFirst()
        return Array(rest.prefix { !["|", "<", ">", ")"].contains($0) })
    }

    @Test func `every command has one, and each is a command line that the program takes`() {
        for command in Bursar.program.commands {
            #expect(!command.examples.isEmpty, "\(command.name)")
            for example in command.examples {
                #expect(example.line.contains("bursar \(command.name)"), "\(example.line)")
                guard case .run(let taken, _) = Bursar.program.outcome(of: words(of: example.line)) else {
                    Issue.record("\(command.name): \(example.line): \(words(of: example.line))")
                    continue
                }
                #expect(taken.name == command.name)
            }
        }
    }

    @Test func `a wrong one would be noticed`() {
        #expect(words(of: "A=1 bursar why 'g/a!1' | less") == ["why", "g/a!1"])
        guard case .refuse = Bursar.program.outcome(of: words(of: "bursar status --colour > x")) else {
            Issue.record("taken")
            return
        }
    }
}
