import Arguments
import Daemon
import Demo
import Foundation
import Glibc
import Ledger
import Platform

/// `bursar demo`: a working day against stand-ins.
enum DemoCommand {
    private static let dataDirectory = Parameter<String?>(
        option: "--data-dir", value: "dir",
        help: "Where the books go: a directory without books. (default: a new one)", accepted: "a path",
        hint: .directory, parse: { $0.isEmpty ? nil : $0 })
    private static let port = Parameter<Int>(
        option: "--port", value: "port",
        help: "The daemon's port; 0 takes any free one. A busy port is given up for a free one.",
        accepted: "0 to 65535", default: 8000, shown: "8000"
    ) { text in Int(text).flatMap { 0...65_535 ~= $0 ? $0 : nil } }
    private static let verbose = Parameter<Bool>(flag: "--verbose", short: "v", help: "Show the daemon's log too.")

    static let command = Command(
        "demo", summary: "Plays a working day of webhooks against stand-ins for GitLab and the model, over real HTTP.",
        discussion: """
            No account, no key, no network: a small GitLab and a rule-based reviewer that answers in the model's wire \
            format listen on loopback, and the real daemon works against them until the budget is exhausted and reset. \
            The books are written to a new directory, never to TOKEN_DATA_DIR, and the daemon stays up until Ctrl-C.
            """,
        parameters: [dataDirectory, port, verbose],
        examples: [
            .init("bursar demo", "play the day"),
            .init("bursar demo --data-dir /tmp/books --port 0", "with the books in a directory of your choice"),
        ]
    ) { values in
        let signals = StopSignals()
        let directory = try values[dataDirectory] ?? newDirectory()
        if case .success = FileCalls.system.status(LedgerLayout(directory: directory).logs) {
            Console.complain(
                "Error: there are books in '\(directory)', and the demo writes made-up rows. "
                    + "Name a new directory, or none.\n")
            return UsageError.exitStatus
        }
        let level: Log.Level = values[verbose] ? .info : .error
        func demonstration(port: Int) throws -> Demonstration {
            try Demonstration(
                .init(dataDirectory: directory, port: port, width: Console.width),
                log: { Log(level: level, now: $0.now) }, say: { Console.print($0 + "\n") })
        }
        let play: Demonstration
        do { play = try demonstration(port: values[port]) } catch {
            guard "\(error)".contains("Address already in use") else { throw error }
            Console.complain("Port \(values[port]) is in use, taking a free one.\n")
            play = try demonstration(port: 0)
        }
        let day = Task { try await play.play() }
        let stopped = Task {
            _ = await signals.first()
            day.cancel()
        }
        let result = await day.result
        if case .success = result { await stopped.value }
        await play.stop()
        if case .failure(let error) = result, !(error is CancellationError), !day.isCancelled { throw error }
        return 0
    }

    /// A directory that did not exist before: a second run begins with empty books too.
    private static func newDirectory() throws -> String {
        var template = Array("\(NSTemporaryDirectory().trimmingSuffix("/"))/bursar-demo-XXXXXX".utf8CString)
        guard
            let path = template.withUnsafeMutableBufferPointer({ buffer in
                buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
            })
        else { throw POSIXFailure("mkdtemp", "bursar-demo-XXXXXX") }
        return path
    }
}

extension String {
    fileprivate func trimmingSuffix(_ suffix: String) -> String {
        count > suffix.count && hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
    }
}
