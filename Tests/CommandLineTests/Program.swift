import Foundation
import Glibc
import Platform
import Synchronization

/// The built program, started as a shell would start it, in a folder and an environment of its own.
final class Program: Sendable {
    /// How a run ended.
    struct Ending: Sendable {
        /// The exit status; 128 and the signal's number when a signal ended it, as a shell has it.
        let status: Int32
        let output: String
        let complaint: String
    }

    /// It did not do in time what was waited for.
    struct Overdue: Error, CustomStringConvertible {
        let description: String
    }

    /// The products lie beside the tests, whatever the working directory is.
    static let path = { () -> String in
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return FileCalls.parent(of: tests) + "/bursar"
    }()

    /// Far more than any of it takes, so that a busy machine fails no test.
    static let patienceSeconds = 60.0
    private static let looksMin = 1000

    /// The process, which whoever starts it must also wait for.
    ///
    /// Not Foundation's `Process`: that hears of ends through select(2), which fails in a process with more than 1,024
    /// descriptors, and tests that run side by side have more.
    let id: pid_t
    private let raw = Mutex<Int32?>(nil)
    private let streams: Folder
    private let workingDirectory: Folder

    /// Starts the program. Its environment is PATH and `environment` alone.
    /// `output` and `complaint` are files for standard output and error in place of those that `Ending` tells of;
    /// `executable` is another program than ours.
    init(
        _ arguments: [String], environment: [String: String] = [:], in workingDirectory: Folder, output: String? = nil,
        complaint: String? = nil, executable: String = Program.path
    ) throws {
        // Files rather than pipes: nobody has to read while it runs, and it never waits for a reader.
        streams = try Folder()
        self.workingDirectory = workingDirectory
        try streams.write("output", "")
        try streams.write("complaint", "")
        let variables = environment.merging(["PATH": "/usr/bin:/bin"]) { given, _ in given }
        id = try Self.spawn(
            [executable] + arguments, variables.map { "\($0)=\($1)" }, in: workingDirectory.path,
            output: output ?? "\(streams.path)/output", complaint: complaint ?? "\(streams.path)/complaint")
    }

    deinit {
        guard status == nil else { return }
        kill(id, SIGKILL)
        var raw: Int32 = 0
        while waitpid(id, &raw, 0) == -1, errno == EINTR {}
    }

    private static func spawn(
        _ arguments: [String], _ environment: [String], in directory: String, output: String, complaint: String
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_NOCTTY, 0)
        posix_spawn_file_actions_addopen(&actions, 2, complaint, O_WRONLY | O_NOCTTY, 0)
        // posix_spawn(3) has no name for a working directory here; env(1) goes there and becomes the program.
        let shell = "/usr/bin/env"
        var words = ([shell, "-C", directory] + arguments).map { strdup($0) } + [nil]
        var variables = environment.map { strdup($0) } + [nil]
        defer { for text in words + variables { free(text) } }
        var id = pid_t()
        let code = posix_spawn(&id, shell, &actions, nil, &words, &variables)
        guard code == 0 else { throw POSIXFailure("posix_spawn", shell, code: code) }
        return id
    }

    /// How it ended, as waitpid(2) has it; nil while it runs.
    private var status: Int32? {
        raw.withLock { known in
            if known == nil {
                var raw: Int32 = 0
                if waitpid(id, &raw, WNOHANG) == id { known = raw }
            }
            return known
        }
    }

    /// Runs the program to its end.
    static func run(
        _ arguments: String..., environment: [String: String] = [:], in workingDirectory: Folder
    ) async throws -> Ending {
        try await Program(arguments, environment: environment, in: workingDirectory).ending()
    }

    /// Sends a signal to it; to nobody once its end was seen, for its number may be another's by then.
    func send(_ signal: CInt) {
        if status == nil { kill(id, signal) }
    }

    /// Whether it has ended.
    var hasEnded: Bool { status != nil }

    /// Waits for its end.
    func ending() async throws -> Ending {
        let raw = try await wait(for: "the end") { status }
        let signal = raw & 0x7F
        return Ending(
            status: signal == 0 ? raw >> 8 & 0xFF : 128 + signal, output: try output, complaint: try complaint)
    }

    /// Waits for a line on standard output or error that has `text` in it, and returns it.
    func line(with text: String) async throws -> String {
        try await wait(for: "a line with '\(text)'") {
            // What is behind the last line break may still grow.
            for stream in [try output, try complaint] {
                let lines = stream.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
                if let line = lines.first(where: { $0.contains(text) }) { return String(line) }
            }
            guard status == nil else {
                throw Overdue(description: "it ended without a line with '\(text)':\n\(try output)\(try complaint)")
            }
            return nil
        }
    }

    // What cannot be read is an error: it would look like a program that had nothing to say.
    private var output: String { get throws { try streams.read("output") } }
    private var complaint: String { get throws { try streams.read("complaint") } }

    private func wait<Found>(for what: String, _ look: () throws -> Found?) async throws -> Found {
        let start = ContinuousClock.now
        var lookCount = 0
        // Time alone says nothing where tests that compute keep this one from running.
        while lookCount < Self.looksMin || ContinuousClock.now - start < .seconds(Self.patienceSeconds) {
            if let found = try look() { return found }
            lookCount += 1
            try await Task.sleep(for: .milliseconds(5))
        }
        throw Overdue(description: "no sign of \(what) in \(Self.patienceSeconds) s:\n\(try output)\(try complaint)")
    }
}
