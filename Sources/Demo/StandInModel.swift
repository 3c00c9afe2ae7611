import HTTPServer
import HTTPWire
import JSON
import Platform
import Synchronization

/// A stand-in for the model API on loopback: `POST /v1/messages` in Anthropic's wire format, answered by a few rules.
final class StandInModel: Sendable {
    private let key: String
    private let calls = Mutex(0)
    private let bound = Mutex<(server: Server, port: Int)?>(nil)

    /// The API's base: `http://127.0.0.1:PORT`.
    var url: String { "http://127.0.0.1:\(bound.withLock { $0?.port ?? 0 })" }

    /// How many calls were answered.
    var callCount: Int { calls.withLock { $0 } }

    /// A model API that takes `key`.
    init(key: String) { self.key = key }

    /// Begins to listen on a free port of 127.0.0.1.
    func start(log: Log) throws {
        let route = Route(
            .post, "/v1/messages", bodyBytesMax: 8 << 20,
            handler: .now { [weak self] routed in self?.answer(routed.request) ?? .json(503, [:]) })
        let server = Server(routes: [route], time: .system, log: log)
        let port = try server.start(host: "127.0.0.1", port: 0)
        bound.withLock { $0 = (server, port) }
    }

    /// Stops listening.
    func stop() { bound.withLock { $0 }?.server.stop(graceSeconds: 1) }

    private func answer(_ request: Request) -> Response {
        guard request.head.fields["x-api-key"] == key else {
            return Self.error(401, "authentication_error", "invalid x-api-key")
        }
        guard let body = try? JSONValue(parsing: request.body), let model = body["model"]?.string,
            let outputMax = body["max_tokens"]?.integer, let messages = body["messages"]?.array
        else { return Self.error(400, "invalid_request_error", "model, max_tokens and messages are needed") }
        let prompt = (Self.texts(body["system"]) + messages.flatMap { Self.texts($0["content"]) }).joined(
            separator: "\n")
        let review = RuleBasedReviewer.review(prompt).text
        // As a model that always thinks first: some hundred tokens that are paid for and not seen.
        let thinking = 400 + prompt.utf8.count % 700
        let output = min(outputMax, review.utf8.count / 4 + thinking)
        let number = calls.withLock { calls in
            calls += 1
            return calls
        }
        return .json(
            200,
            [
                "id": .string("msg_demo_\(number)"), "type": "message", "role": "assistant", "model": .string(model),
                "content": [["type": "text", "text": .string(review)]], "stop_reason": "end_turn", "stop_sequence": nil,
                "usage": [
                    "input_tokens": .integer(prompt.utf8.count * 10 / 34), "output_tokens": .integer(output),
                    "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0, "service_tier": "standard",
                ],
            ])
    }

    /// The text of a `system` or `content` member: a string, or blocks of which those of type `text` count.
    private static func texts(_ content: JSONValue?) -> [String] {
        if let text = content?.string { return [text] }
        return content?.array?.compactMap { $0["type"]?.string == "text" ? $0["text"]?.string : nil } ?? []
    }

    private static func error(_ status: Int, _ type: String, _ message: String) -> Response {
        .json(status, ["type": "error", "error": ["type": .string(type), "message": .string(message)]])
    }
}
