import HTTPClient
import JSON
import Prices
import Settings
import UTCTime

/// Whether the model's vendor takes the key and knows the model. Lists models, which costs nothing; never makes a call that is paid.
struct ModelExamination: Sendable {
    let settings: ModelSettings
    /// Whether anything is reviewed here at all.
    let isWanted: Bool
    let prices: PriceTable?
    let transport: any HTTPTransport
    let now: Instant

    func checks() async -> [Check] {
        guard isWanted else { return [.skipped("model", "nothing is reviewed here"), price] }
        return await access() + [price]
    }

    private var price: Check {
        let name = "price"
        guard let prices else {
            return .failed(name, "MODEL_PRICES_FILE cannot be read", "'bursar prices' says what is wrong with it.")
        }
        guard let price = prices.price(of: settings.id, at: now) else {
            return .warning(
                name, "no price is known for '\(settings.id)': costs stay empty, budgets in tokens hold",
                "Add it to a table of your own and set MODEL_PRICES_FILE; 'bursar prices' lists what is known.")
        }
        if prices.isStale(on: now.day) {
            return .warning(
                name, "the price table is \(prices.ageDays(on: now.day)) days old",
                "Update Bursar or MODEL_PRICES_FILE.")
        }
        return .ok(
            name, "\(price.id): \(price.rates.input) and \(price.rates.output) USD per million tokens in and out")
    }

    private func access() async -> [Check] {
        let isAnthropic = settings.provider == .anthropic
        let list = isAnthropic ? anthropicBase + "/v1/models" : openAIBase + "/models"
        let key = isAnthropic ? "ANTHROPIC_API_KEY" : "OPENAI_API_KEY"
        let response: ClientResponse
        do throws(HTTPClientError) {
            response = try await ask(list + (isAnthropic ? "?limit=1000" : ""))
        } catch {
            return [
                .failed(
                    "model access", error.description,
                    "Check \(isAnthropic ? "ANTHROPIC" : "OPENAI")_BASE_URL and the network."),
                .skipped("model", "the vendor has to be reached first"),
            ]
        }
        switch response.status {
        case 200..<300: break
        case 401, 403:
            return [
                .failed(
                    "model access", "\(list) answers \(response.status)\(Self.words(response))",
                    "\(key) is missing, wrong or revoked: set one that works."),
                .skipped("model", "the key has to work first"),
            ]
        case 404, 405, 501:
            return [
                .warning(
                    "model access", "\(list) answers \(response.status): this server has no list of models",
                    "Nothing can be told without a paid call; check the address if reviews fail."),
                .skipped("model", "the server has no list of models"),
            ]
        default:
            return [
                .failed(
                    "model access", "\(list) answers \(response.status)\(Self.words(response))",
                    "Try again later; the vendor's status page may know more."),
                .skipped("model", "the vendor has to answer first"),
            ]
        }
        guard let models = (try? JSONValue(parsing: response.body))?["data"]?.array else {
            return [
                .failed(
                    "model access", "\(list) answers something that is no list of models",
                    "Check \(isAnthropic ? "ANTHROPIC" : "OPENAI")_BASE_URL."),
                .skipped("model", "the vendor has to be reached first"),
            ]
        }
        let access = Check.ok("model access", "the key works at \(list)")
        if models.contains(where: { $0["id"]?.string == settings.id }) {
            return [access, .ok("model", "'\(settings.id)' is known there")]
        }
        return [access, isAnthropic ? await alias() : unknown]
    }

    /// Anthropic lists ids with dates; a name without one is asked for by itself.
    private func alias() async -> Check {
        guard
            let response = try? await ask("\(anthropicBase)/v1/models/\(settings.id.filter { $0 != "/" && $0 != "?" })")
        else {
            return .skipped("model", "the vendor did not answer")
        }
        return response.isSuccess ? .ok("model", "'\(settings.id)' is known there") : unknown
    }

    private var unknown: Check {
        .failed(
            "model", "'\(settings.id)' is not known there, or not to this key",
            "Set MODEL to an id that the vendor lists.")
    }

    private var anthropicBase: String {
        var base = settings.baseURL[...]
        for ending in ["/v1/messages", "/v1"] where base.hasSuffix(ending) { base = base.dropLast(ending.utf8.count) }
        return String(base)
    }

    private var openAIBase: String {
        let base =
            settings.baseURL.hasSuffix("/chat/completions") ? settings.baseURL.dropLast(17) : settings.baseURL[...]
        let start = base.firstRange(of: "://")?.upperBound ?? base.startIndex
        return base[start...].contains("/") ? String(base) : base + "/v1"
    }

    private func ask(_ url: String) async throws(HTTPClientError) -> ClientResponse {
        var request = ClientRequest(url: url, fields: ["Accept": "application/json"], answerBytesMax: 4 << 20)
        switch settings.provider {
        case .anthropic:
            request.fields["anthropic-version"] = "2023-06-01"
            if let key = settings.apiKey { request.fields["x-api-key"] = key.revealed }
        case .openai:
            if let key = settings.apiKey { request.fields["Authorization"] = "Bearer \(key.revealed)" }
        }
        return try await transport.send(request)
    }

    /// The vendor's words for it, when there are some; never more than a line.
    private static func words(_ response: ClientResponse) -> String {
        guard let message = (try? JSONValue(parsing: response.body))?["error"]?["message"]?.string else { return "" }
        return ": " + message.prefix(200).split(whereSeparator: \.isNewline).joined(separator: " ")
    }
}
