import HTTPClient
import JSON
import Testing

/// A running `bursar serve` with its books in `data/tokens` of a fresh folder.
struct Daemon {
    let program: Program
    let url: String

    /// Starts it on a free port and waits until it listens.
    init(in folder: Folder, environment: [String: String] = [:]) async throws {
        program = try Program(
            ["serve"], environment: ["BURSAR_PORT": "0"].merging(environment) { _, given in given }, in: folder)
        let line = try await program.line(with: " listening ")
        url = String(try #require(line.split(separator: " ").first { $0.hasPrefix("url=") }).dropFirst("url=".count))
    }

    var port: String { url.split(separator: ":").last.map(String.init) ?? "" }

    func get(_ path: String) async throws -> (status: Int, body: JSONValue) {
        let answer = try await URLSessionTransport().send(ClientRequest(url: url + path))
        return (answer.status, try JSONValue(parsing: answer.body))
    }

    func post(_ path: String, _ body: JSONValue) async throws -> (status: Int, body: JSONValue) {
        let answer = try await URLSessionTransport().send(
            ClientRequest(
                method: "POST", url: url + path, fields: ["Content-Type": "application/json"], body: body.bytes))
        return (answer.status, try JSONValue(parsing: answer.body))
    }

    /// SIGTERM, and how it ended.
    func stop() async throws -> Program.Ending {
        program.send(15)
        return try await program.ending()
    }
}
