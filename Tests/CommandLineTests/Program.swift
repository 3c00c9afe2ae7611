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

    private final class Ended: Sendable { let flag = Atomic(false) }

    private let process = Process()
    private let streams: Folder
    private let workingDirectory: Folder
    private let ended = Ended()

    /// Starts the program. Its environment is PATH and `environment` alone.
    /// `output` is a file for standard output in place of the one that `Ending` tells of.
    init(
        _ arguments: [String], environment: [String: String] = [:], in workingDirectory: Folder, output: String? = nil
    ) throws {
        // Files rather than pipes: nobody has to read while it runs, and it never waits for a reader.
        streams = try Folder()
        self.workingDirectory = workingDirectory
        process.executableURL = URL(fileURLWithPath: Self.path)
        process.arguments = arguments
        process.environment = environment.merging(["PATH": "/usr/bin:/bin"]) { given, _ in given }
        process.currentDirectoryURL = URL(fileURLWithPath: workingDirectory.path, isDirectory: true)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput =
            try output.map { try Folder.opened($0) } ?? streams.newFile("output")
        process.standardError = try streams.newFile("complaint")
        process.terminationHandler = { [ended] _ in ended.flag.store(true, ordering: .releasing) }
        try process.run()
    }

    deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

    /// Runs the program to its end.
    static func run(
        _ arguments: String..., environment: [String: String] = [:], in workingDirectory: Folder
    ) async throws -> Ending {
        try await Program(arguments, environment: environment, in: workingDirectory).ending()
    }

    var id: Int32 { process.processIdentifier }

    func send(_ signal: CInt) { kill(process.processIdentifier, signal) }

    /// Waits for its end.
    func ending() async throws -> Ending {
        try await wait(for: "the end") { ended.flag.load(ordering: .acquiring) ? () : nil }
        let isSignal = process.terminationReason == .uncaughtSignal
        return Ending(
            status: process.terminationStatus + (isSignal ? 128 : 0), output: output, complaint: complaint)
    }

    /// Waits for a line on standard output or error that has `text` in it, and returns it.
    func line(with text: String) async throws -> String {
        try await wait(for: "a line with '\(text)'") {
            // What is behind the last line break may still grow.
            for stream in [output, complaint] {
                let lines = stream.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
                if let line = lines.first(where: { $0.contains(text) }) { return String(line) }
            }
            guard !ended.flag.load(ordering: .acquiring) else {
                throw Overdue(description: "it ended without a line with '\(text)':\n\(output)\(complaint)")
            }
            return nil
        }
    }

    private var output: String { streams.text(of: "output") }
    private var complaint: String { streams.text(of: "complaint") }

    private func wait<Found>(for what: String, _ look: () throws -> Found?) async throws -> Found {
        let start = ContinuousClock.now
        while ContinuousClock.now - start < .seconds(Self.patienceSeconds) {
            if let found = try look() { return found }
            try await Task.sleep(for: .milliseconds(5))
        }
        throw Overdue(description: "no sign of \(what) in \(Self.patienceSeconds) s:\n\(output)\(complaint)")
    }
}
