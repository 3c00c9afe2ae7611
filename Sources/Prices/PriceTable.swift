public import Budget
public import UTCTime

/// The prices in force: which model costs what, since when, and how old the knowledge is.
public struct PriceTable: Sendable {
    /// Every entry in the order of the file.
    public let prices: [ModelPrice]
    /// The day on which the prices were last compared with the vendors' pages.
    public let retrieved: Day
    /// Where the table comes from.
    public let source: String
    /// For each exact id its entries, earliest first.
    private let entriesByModel: [String: [ModelPrice]]

    /// A table older than this many days is called stale: vendors change prices without notice.
    public static let staleAfterDays = 90

    /// A table of `prices`. Throws when two entries share an id, or an id of a model and a day.
    public init(prices: [ModelPrice], retrieved: Day, source: String) throws(PriceTableError) {
        var entriesByModel: [String: [ModelPrice]] = [:]
        var ids: Set<String> = []
        for (index, price) in prices.enumerated() {
            guard ids.insert(price.id).inserted else {
                throw PriceTableError(entry: index, id: price.id, field: "id", reason: "another entry has the same")
            }
            for model in [price.model] + price.aliases {
                if let rival = entriesByModel[model, default: []].first(where: {
                    $0.effectiveFrom == price.effectiveFrom
                }) {
                    throw PriceTableError(
                        entry: index, id: price.id, field: model == price.model ? "model" : "aliases",
                        reason: "\(model) has a price from \(price.effectiveFrom) already, in entry \(rival.id)")
                }
                entriesByModel[model, default: []].append(price)
            }
        }
        self.prices = prices
        self.retrieved = retrieved
        self.source = source
        self.entriesByModel = entriesByModel.mapValues { $0.sorted { $0.effectiveFrom < $1.effectiveFrom } }
    }

    /// The price of `model` at `time`; nil when the model is unknown.
    ///
    /// The id must be exact, or exact with a date behind it (`-20260131`, `-2026-01-31`); a prefix is another model.
    /// The latest entry in force decides. A call before the first entry takes the first: nothing earlier is known.
    public func price(of model: String, at time: Instant) -> ModelPrice? {
        let entries = entriesByModel[model] ?? Self.withoutDate(model).flatMap { entriesByModel[$0] }
        return entries?.last { $0.effectiveFrom <= time.day } ?? entries?.first
    }

    /// The last day on which `price` decides; nil: no later entry of its model is known.
    public func lastDay(of price: ModelPrice) -> Day? {
        entriesByModel[price.model]?.first { $0.effectiveFrom > price.effectiveFrom }?.effectiveFrom.adding(days: -1)
    }

    /// What `usage` of `model` at `time` costs; nil, and never zero, when the model is unknown.
    public func cost(
        of usage: TokenUsage, model: String, at time: Instant, isBatch: Bool = false
    ) -> CallCost? {
        price(of: model, at: time)?.cost(of: usage, isBatch: isBatch)
    }

    /// How many days before `today` the prices were compared with the vendors' pages; negative when it is to come.
    public func ageDays(on today: Day) -> Int { today.number - retrieved.number }

    /// Whether the table is older than `staleAfterDays`.
    public func isStale(on today: Day) -> Bool { ageDays(on: today) > Self.staleAfterDays }

    /// `model` without the date at its end; nil when there is none.
    static func withoutDate(_ model: String) -> String? {
        for (length, separators) in [(9, false), (11, true)] {
            let suffix = model.utf8.suffix(length)
            guard suffix.count == length, suffix.first == UInt8(ascii: "-"), model.utf8.count > length else { continue }
            let digits = Array(suffix.dropFirst())
            let text = separators ? digits : digits[0..<4] + [0x2D] + digits[4..<6] + [0x2D] + digits[6..<8]
            if Day(String(decoding: text, as: UTF8.self)) != nil {
                return String(decoding: model.utf8.dropLast(length), as: UTF8.self)
            }
        }
        return nil
    }
}

/// Why a price table cannot be used: which entry, which field, what is wrong.
public struct PriceTableError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The entry's place in `prices`, from 0; nil when the fault is in the file as a whole.
    public let entry: Int?
    /// The entry's id, where it has one.
    public let id: String?
    /// The field at fault; empty when the whole text is.
    public let field: String
    /// What is wrong, and what is accepted.
    public let reason: String

    init(entry: Int? = nil, id: String? = nil, field: String, reason: String) {
        self.entry = entry
        self.id = id
        self.field = field
        self.reason = reason
    }

    /// `price table, prices[3] (gpt-5@2026-11-20), input: "-2" is not …`.
    public var description: String {
        let place = entry.map { ", prices[\($0)]" + (id.map { " (\($0))" } ?? "") } ?? ""
        return "price table" + place + (field.isEmpty ? "" : ", " + field) + ": " + reason
    }
}
