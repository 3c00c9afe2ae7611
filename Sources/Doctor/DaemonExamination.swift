import HTTPClient
import JSON
import Settings

/// Whether the daemon of these settings runs and can do its work.
struct DaemonExamination: Sendable {
    let settings: ServerSettings
    /// The process that holds the books; nil when none does.
    let holder: Int?
    let transport: any HTTPTransport

    func check() async -> Check {
        let name = "daemon"
        let held = holder.map { "process \($0) holds the books" }
        guard settings.port > 0 else {
            return .skipped(
                name, (held.map { $0 + "; " } ?? "") + "BURSAR_PORT is 0, any free port: nobody knows which")
        }
        let host =
            switch settings.host {
            case "0.0.0.0": "127.0.0.1"
            case "::": "[::1]"
            case let host where host.contains(":"): "[\(host)]"
            case let host: host
            }
        let url = "http://\(host):\(settings.port)"
        let response: ClientResponse
        do throws(HTTPClientError) {
            response = try await transport.send(ClientRequest(url: url + "/readyz", answerBytesMax: 1 << 16))
        } catch {
            if let held {
                return .failed(
                    name, "\(held), and nothing answers at \(url)",
                    "A daemon with other settings, or one that hangs: look at that process and its log.")
            }
            return .skipped(name, "none runs at \(url)", "Start it with 'bursar serve'.")
        }
        let body = try? JSONValue(parsing: response.body)
        if response.status == 200, body?["status"]?.string == "ready" {
            guard let held else {
                return .failed(
                    name, "one is ready at \(url), and it does not hold the books in TOKEN_DATA_DIR",
                    "It was started with other settings or in another directory: this command and the daemon must agree."
                )
            }
            return .ok(name, "ready at \(url), \(held)")
        }
        let reasons = body?["reasons"]?.array?.compactMap(\.string).joined(separator: " ") ?? ""
        if response.status == 503, !reasons.isEmpty {
            return .failed(name, "at \(url), not ready: \(reasons)", "'bursar verify' checks the books.")
        }
        return .failed(
            name, "something at \(url) answers \(response.status) to /readyz: it is not Bursar",
            "Set BURSAR_PORT to a port that is free.")
    }
}
