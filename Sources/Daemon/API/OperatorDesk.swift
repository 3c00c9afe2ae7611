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

    /// The daemon has the books and did not do what was asked.
    package struct Declined: Error, CustomStringConvertible {
        /// The daemon's own words, and what can be done.
        package let description: String
    }

    /// Gives `amount` more to `budget` for its current period, of the counter `scope` where it has one for each; answers
    /// the counter as `GET /budgets` shows it.
    package func grant(
        _ amount: BudgetLimit, to budget: String, scope: Scope?, _ note: OperatorNote
    ) async throws -> JSONValue {
        try await act { ledger in
            try ledger.grant(amount, to: budget, scope: scope, note).json
        } asking: {
            var body: JSONObject = Self.body(note)
            body["budget"] = .string(budget)
            body["amount"] = .string(amount.description)
            body["scope"] = JSONValue(scope?.description)
            return ("POST", "/grants", .object(body))
        }
    }

    /// Changes the budgets and teams; answers the budget or the team as it is in force, or the name of what is gone.
    package func change(_ edit: BudgetEdit, _ note: OperatorNote) async throws -> JSONValue {
        try await act { ledger in
            edit.answer(try ledger.changeBudgets(edit, note))
        } asking: {
            let (method, path, value): (String, String, JSONValue) =
                switch edit {
                case .set(let budget): ("PUT", "/budgets/\(Self.segment(budget.name))", BudgetsFile.json(budget))
                case .remove(let name): ("DELETE", "/budgets/\(Self.segment(name))", [:])
                case .setTeam(let team), .setPeople(let team):
                    ("PUT", "/teams/\(Self.segment(team.name))", BudgetsFile.json(team))
                case .removeTeam(let name): ("DELETE", "/teams/\(Self.segment(name))", [:])
                }
            var body = Self.body(note)
            for member in value.object?.members ?? [] { body[member.key] = member.value }
            if case .setTeam(let team) = edit { body["cost_centre"] = .string(team.costCentre ?? "") }
            return (method, path, .object(body))
        }
    }

    /// `text` as one segment of a path (RFC 3986 section 3.3): whatever is not surely harmless is written in hexadecimal.
    static func segment(_ text: String) -> String {
        text.utf8.map { byte in
            switch byte {
            case 0x61...0x7A, 0x41...0x5A, 0x30...0x39, 0x2D, 0x5F: return String(UnicodeScalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                return digits.utf8.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }.joined()
    }

    private static func body(_ note: OperatorNote) -> JSONObject {
        JSONObject([("reason", .string(note.reason)), ("author", .string(note.author))])
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
            var body = Self.body(note)
            if let usage {
                body["input_tokens"] = .integer(usage.inputTokens)
                body["output_tokens"] = .integer(usage.outputTokens)
            } else {
                body["release"] = true
            }
            return (
                "POST", "/budget/reservations/\(Self.segment(id.contains("/") ? "no-id" : id))/resolve", .object(body)
            )
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

    private func act(
        _ direct: (Ledger) throws -> JSONValue, asking: () -> (method: String, path: String, body: JSONValue)
    ) async throws -> JSONValue {
        let ledger: Ledger
        do { ledger = try Ledger.open(configuration, log: log) } catch LedgerError.taken(let directory, let pid) {
            guard let address = BooksHolder.noted(in: configuration.directory)?.address else {
                throw Declined(
                    description: "\(LedgerError.taken(directory: directory, by: pid)), and does not listen; try again")
            }
            let (method, path, body) = asking()
            return try await ask(address, method, path, body)
        }
        defer { ledger.close() }
        return try direct(ledger)
    }

    private func ask(
        _ address: String, _ method: String, _ path: String, _ body: JSONValue
    ) async throws -> JSONValue {
        var request = ClientRequest(
            method: method, url: address + path, fields: ["Content-Type": "application/json"], body: body.bytes)
        if let apiToken { request.fields["Authorization"] = "Bearer \(apiToken)" }
        // The daemon is on this machine: no proxy has a part in it, least of all in the token.
        ProxyExemption.add(hostOf: address)
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

extension BudgetEdit {
    /// What is told of the edit when `set` is in force: the budget or the team as it is now, or the name of what is gone.
    func answer(_ set: BudgetSet) -> JSONValue {
        switch self {
        case .set(let budget): BudgetsFile.json(set.budget(budget.name) ?? budget)
        case .setTeam(let team), .setPeople(let team): BudgetsFile.json(set.team(team.name) ?? team)
        case .remove(let name), .removeTeam(let name): ["removed": .string(name)]
        }
    }
}
