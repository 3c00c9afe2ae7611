import JSON

/// What a model server says in the body of an error, in any of the shapes in use.
///
/// Anthropic `{"error": {"type", "message"}}`; OpenAI `{"error": {"message", "type", "param", "code"}}`; vLLM the
/// same with a whole number for `code`, or without the `error` around it; Ollama `{"error": "text"}`; FastAPI
/// `{"detail": …}`; Gemini an array about one of these. Anything else, such as a proxy's page of HTML, has no parts.
struct VendorError {
    /// The kind of error in the vendor's words, `code` before `type`, in small letters.
    var codes: [String] = []
    /// The parameter it is about.
    var parameter: String?
    /// What it says.
    var message: String?
    /// Whether the body had one of the shapes: then the model's server itself answered.
    var isStructured = false

    init(body: [UInt8]) {
        guard var value = try? JSONValue(parsing: body) else { return }
        if let first = value.array?.first { value = first }
        guard value.object != nil else { return }
        if let text = value["error"]?.string {
            message = text
        } else if let error = value["error"], error.object != nil {
            read(error)
        } else if let detail = value["detail"] {
            message = detail.string ?? detail.array?.map(Self.complaint).joined(separator: "; ")
        } else if value["message"] != nil {
            read(value)
        }
        isStructured = message != nil || !codes.isEmpty
    }

    /// One of FastAPI's complaints: where and what. Its `input` is the request, prompt and all, and stays out.
    private static func complaint(_ value: JSONValue) -> String {
        let place = (value["loc"]?.array ?? []).compactMap(\.string).joined(separator: ".")
        return (place.isEmpty ? "" : place + ": ") + (value["msg"]?.string ?? "")
    }

    private mutating func read(_ error: JSONValue) {
        message = error["message"]?.string
        parameter = error["param"]?.string
        codes = [error["code"]?.string, error["type"]?.string].compactMap { $0?.lowercased() }
    }

    /// Whether the vendor's account has run dry: trying again is useless until somebody pays.
    func isQuota(status: Int) -> Bool {
        let words = [
            "insufficient_quota", "insufficient_balance", "billing_hard_limit_reached", "billing_not_active",
            "billing_error", "budget_exceeded", "insufficient balance", "credit balance is too low", "spend limit",
            "exceededbudget",
        ]
        let texts = codes + [message?.lowercased() ?? ""]
        return status == 402 || words.contains { word in texts.contains { $0.contains(bytesOf: word) } }
    }

    /// Whether the prompt is longer than the model takes: Anthropic's `prompt is too long`, OpenAI's
    /// `context_length_exceeded`, vLLM's `maximum context length`, LiteLLM's `ContextWindowExceededError`, Gemini's
    /// `input token count … exceeds`, Mistral's and llama.cpp's words.
    func isTooLong(status: Int) -> Bool {
        guard status == 400 || status == 413 || status == 422 || status == 500 else { return false }
        let words = [
            "context_length_exceeded", "prompt is too long", "maximum context length", "contextwindowexceeded",
            "context window", "input token count", "exceed_context_size", "too large for model with",
        ]
        let texts = codes + [message?.lowercased() ?? ""]
        return words.contains { word in texts.contains { $0.contains(bytesOf: word) } }
    }

    /// Whether waiting for the model was given up: what it wrote until then, and perhaps after, may be charged.
    var isTimeout: Bool { codes.contains { $0.contains(bytesOf: "timeout") } }

    /// Whether the complaint is about the request's field `name`.
    func names(_ name: String) -> Bool {
        guard let parameter else { return message?.contains(bytesOf: name) ?? false }
        return parameter == name
    }
}
