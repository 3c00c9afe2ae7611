import JSON
import UTCTime

extension PriceTable {
    /// The most bytes of a price table that are read.
    public static let bytesMax = 4 << 20

    /// The table that ships with Bursar. It is part of the program, wherever that is installed.
    public static func shipped() throws(PriceTableError) -> PriceTable {
        try PriceTable(parsing: PackageResources.model_prices_json)
    }

    /// Reads a table in the form of `data/model-prices.json`. The error names the entry, the field and what is
    /// accepted.
    ///
    /// Unknown fields are errors, because a misspelt `cache_raed` would otherwise cost money.
    public init(parsing bytes: [UInt8]) throws(PriceTableError) {
        guard bytes.count <= Self.bytesMax else {
            throw PriceTableError(field: "", reason: "\(bytes.count) bytes, accepted are \(Self.bytesMax)")
        }
        let text: JSONValue
        do { text = try JSONValue(parsing: bytes) } catch { throw PriceTableError(field: "", reason: "\(error)") }
        let file = try Fields(text, known: ["about", "retrieved", "source", "prices"])
        guard case .array(let entries)? = file.object["prices"] else {
            throw PriceTableError(field: "prices", reason: "missing or not an array")
        }
        var prices: [ModelPrice] = []
        for (index, entry) in entries.enumerated() { prices.append(try ModelPrice(reading: entry, index: index)) }
        try self.init(prices: prices, retrieved: file.day("retrieved"), source: file.text("source"))
    }
}

extension ModelPrice {
    fileprivate init(reading value: JSONValue, index: Int) throws(PriceTableError) {
        let fields = try Fields(
            value,
            known: [
                "id", "model", "aliases", "effective_from", "source", "batch_input", "batch_output", "tiers",
                "context_window", "max_output_tokens", "deprecated_from",
            ] + Fields.rateNames, entry: index)
        self.init(
            id: try fields.text("id"), model: try fields.text("model"), aliases: try fields.texts("aliases"),
            effectiveFrom: try fields.day("effective_from"), source: try fields.text("source"),
            rates: try fields.rates(), tiers: try Self.tiers(fields),
            contextWindow: try fields.count("context_window"), maxOutputTokens: try fields.count("max_output_tokens"))
        // Read for its form alone: nothing here uses it, and a slip in it is still a slip.
        if fields.object["deprecated_from"] != nil { _ = try fields.day("deprecated_from") }
    }

    private static func tiers(_ fields: Fields) throws(PriceTableError) -> [PriceTier] {
        guard let value = fields.object["tiers"] else { return [] }
        guard case .array(let elements) = value else { throw fields.failure("tiers", "not an array") }
        var tiers: [PriceTier] = []
        for (place, element) in elements.enumerated() {
            let tier = try Fields(
                element, known: ["above_input_tokens", "inclusive", "batch_input", "batch_output"] + Fields.rateNames,
                entry: fields.entry, id: fields.id, path: "tiers[\(place)].")
            guard let threshold = try tier.count("above_input_tokens") else {
                throw tier.failure("above_input_tokens", "missing")
            }
            guard threshold > tiers.last?.aboveInputTokens ?? 0 else {
                throw tier.failure("above_input_tokens", "\(threshold) is not more than the tier before it")
            }
            guard let isInclusive = tier.object["inclusive"]?.bool else {
                throw tier.failure("inclusive", "missing or not true or false")
            }
            tiers.append(PriceTier(aboveInputTokens: threshold, isInclusive: isInclusive, rates: try tier.rates()))
        }
        return tiers
    }
}

/// The members of one object of the table, read with errors that say where they are.
private struct Fields {
    let object: JSONObject
    let entry: Int?
    let id: String?
    let path: String

    static let rateNames = ["input", "output", "cache_write", "cache_write_1h", "cache_read"]

    init(_ value: JSONValue, known: [String], entry: Int? = nil, id: String? = nil, path: String = "")
        throws(PriceTableError)
    {
        guard let object = value.object else {
            throw PriceTableError(entry: entry, id: id, field: path, reason: "\(value.kind), wanted is an object")
        }
        self.object = object
        self.entry = entry
        self.id = id ?? object["id"]?.string
        self.path = path
        for member in object.members where !known.contains(member.key) {
            throw failure(member.key, "no such field; known are \(known.joined(separator: ", "))")
        }
    }

    func failure(_ field: String, _ reason: String) -> PriceTableError {
        PriceTableError(entry: entry, id: id, field: path + field, reason: reason)
    }

    func text(_ field: String) throws(PriceTableError) -> String {
        guard let text = object[field]?.string, !text.isEmpty else {
            throw failure(field, "missing, empty or not a string")
        }
        return text
    }

    func texts(_ field: String) throws(PriceTableError) -> [String] {
        guard let value = object[field] else { return [] }
        let texts = value.array?.compactMap(\.string) ?? []
        guard let elements = value.array, texts.count == elements.count, !texts.contains("") else {
            throw failure(field, "not an array of strings")
        }
        return texts
    }

    func day(_ field: String) throws(PriceTableError) -> Day {
        let text = try text(field)
        guard let day = Day(text) else { throw failure(field, "\"\(text)\" is not a day like 2026-11-20") }
        return day
    }

    func count(_ field: String) throws(PriceTableError) -> Int? {
        guard let value = object[field] else { return nil }
        guard let count = value.integer, 1...1_000_000_000 ~= count else {
            throw failure(field, "not a whole number from 1 to 1000000000")
        }
        return count
    }

    func price(_ field: String) throws(PriceTableError) -> TokenPrice? {
        guard let value = object[field] else { return nil }
        guard let text = value.string else {
            throw failure(field, "\(value.kind), wanted is a string like \"0.25\", so that no digit is lost")
        }
        guard let price = TokenPrice(usdPerMillion: text) else {
            throw failure(
                field, "\"\(text)\" is not an amount of dollars for a million tokens like \"0.25\", at most six places")
        }
        return price
    }

    func rates() throws(PriceTableError) -> TokenRates {
        guard let input = try price("input") else { throw failure("input", "missing") }
        guard let output = try price("output") else { throw failure("output", "missing") }
        return TokenRates(
            input: input, output: output, cacheWrite: try price("cache_write"),
            longCacheWrite: try price("cache_write_1h"), cacheRead: try price("cache_read"), batch: try batch())
    }

    private func batch() throws(PriceTableError) -> BatchRates? {
        switch (try price("batch_input"), try price("batch_output")) {
        case (nil, nil): return nil
        case (let input?, let output?): return BatchRates(input: input, output: output)
        case (nil, _): throw failure("batch_input", "missing, though batch_output is there")
        case (_, nil): throw failure("batch_output", "missing, though batch_input is there")
        }
    }
}
