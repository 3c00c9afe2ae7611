package import Budget
package import HTTPClient
package import JSON
package import Ledger
package import Platform
package import Prices
import UTCTime

/// What an operator does to the books from the command line: through the daemon that has them open, or else by opening
/// them. Never beside the daemon.
package struct OperatorDesk: Sendable {
    private let configuration: LedgerConfiguration
    private let prices: PriceTable
    private let apiToken: String?
    private let log: Log
    private let transport: any HTTPTransport

    /// A desk for the books of `configuration`; `apiToken` is what the daemon asks for.
    package init(
        _ configuration: LedgerConfiguration, prices: PriceTable, apiToken: String?, log: Log,
        transport: any HTTPTransport = URLSessionTransport()
    ) {
        self.configuration = configuration
        self.prices = prices
        self.apiToken = apiToken
        self.log = log
        self.transport = transport
    }

    /// There is no budget of that name.
    package struct UnknownBudget: Error, CustomStringConvertible {
        let name: String
        /// The name, and those that there are.
        package var description: String { "no budget is called '\(name)'; there is: \(DailyBudget.name)" }
    }

    /// The daemon has the books and did not do what was asked.
    package struct Declined: Error, CustomStringConvertible {
        /// The daemon's own words, and what can be done.
        package let description: String
    }

    /// Gives `tokens` more to `budget` for its current period; answers the budget as `GET /budgets` shows it.
    package func grant(_ tokens: Int, to budget: String, _ note: OperatorNote) async throws -> JSONValue {
        guard budget == DailyBudget.name else { throw UnknownBudget(name: budget) }
        return try await act { ledger in
            _ = try ledger.grant(tokens: tokens, note)
            return ledger.budgets().first { $0.name == budget }?.json ?? .null
        } asking: {
            (
                "/grants",
                [
                    "budget": .string(budget), "tokens": .integer(tokens), "reason": .string(note.reason),
                    "author": .string(note.author),
                ]
            )
        }
    }

    /// Ends the unresolved reservation `id`: by a record of `usage`, or nil by giving its tokens back. Answers the record
    /// or the reservation.
    package func resolve(_ id: String, usage: TokenUsage?, _ note: OperatorNote) async throws -> JSONValue {
        try await act { ledger in
            guard let usage else { return try ledger.resolve(releasing: id, note).json }
            let call = Self.call(usage, of: id, ledger: ledger, prices: prices, at: TimeSource.system.now())
            let booking = try ledger.resolve(id, with: call, note)
            guard booking.isDurable else {
                throw Declined(description: "the record could not be written: see to the disk")
            }
            return booking.record.json
        } asking: {
            var body: JSONObject = .init([("reason", .string(note.reason)), ("author", .string(note.author))])
            if let usage {
                body["input_tokens"] = .integer(usage.inputTokens)
                body["output_tokens"] = .integer(usage.outputTokens)
            } else {
                body["release"] = true
            }
            return ("/budget/reservations/\(Self.pathSegment(id))/resolve", .object(body))
        }
    }

    /// `usage` as a call of reservation `id`, with its price.
    static func call(
        _ usage: TokenUsage, of id: String, ledger: Ledger, prices: PriceTable, at now: Instant
    ) -> CompletedCall {
        let model = ledger.reservation(id)?.context.model ?? CallContext.unnamedModel
        return CompletedCall(
            usage: usage, durationMilliseconds: 0, cost: prices.cost(of: usage, model: model, at: now))
    }

    /// Only what can be in an id goes into a path; anything else is no id, and the daemon is asked for that.
    private static func pathSegment(_ id: String) -> String {
        id.utf8.allSatisfy { 0x61...0x7A ~= $0 || 0x30...0x39 ~= $0 || $0 == UInt8(ascii: "-") } ? id : "no-id"
    }

    private func act(
        _ direct: (Ledger) throws -> JSONValue, asking: () -> (path: String, body: JSONValue)
    ) async throws -> JSONValue {
        let ledger: Ledger
        do { ledger = try Ledger.open(configuration, log: log) } catch LedgerError.taken(let directory, let pid) {
            guard let address = BooksHolder.noted(in: configuration.directory)?.address else {
                throw Declined(
                    description: "\(LedgerError.taken(directory: directory, by: pid)), and does not listen; try again")
            }
            let (path, body) = asking()
            return try await ask(address, path, body)
        }
        defer { ledger.close() }
        return try direct(ledger)
    }

    private func ask(_ address: String, _ path: String, _ body: JSONValue) async throws -> JSONValue {
        var request = ClientRequest(
            method: "POST", url: address + path, fields: ["Content-Type": "application/json"], body: body.bytes)
        if let apiToken { request.fields["Authorization"] = "Bearer \(apiToken)" }
        let answer = try await transport.send(request)
        let value = try? JSONValue(parsing: answer.body)
        if answer.isSuccess, let value {
            guard answer.status != 202 else {
                throw Declined(
                    description: "the daemon at \(address) has it in memory alone: the disk cannot be written")
            }
            return value
        }
        let detail = value?["detail"]?.string ?? "it answered \(answer.status)"
        let hint =
            answer.status == 401 ? " Set BURSAR_API_TOKEN to what the daemon has." : ""
        throw Declined(description: "the daemon at \(address) says: \(detail)\(hint)")
    }
}
