import Budget
package import JSON
package import Terminal
import UTCTime

// A report as others read it.

extension UsageReport {
    /// `{"from", "to", "by", "groups": [...], "totals", "damaged_lines"}`; costs have six places.
    package var json: JSONValue {
        [
            "from": .string(query.days.lowerBound.description), "to": .string(query.days.upperBound.description),
            "by": .array(query.dimensions.map { .string($0.rawValue) }),
            "groups": .array(
                groups.map { group in
                    let key = zip(query.dimensions, group.key).map { ($0.rawValue, JSONValue.string($1)) }
                    return .object(JSONObject(key + group.totals.fields.map { ($0.name, $0.value) }))
                }),
            "totals": .object(JSONObject(totals.fields)), "damaged_lines": .integer(problemCount),
        ]
    }

    /// The groups as rows.
    package var rows: Rows {
        Rows(
            columns: query.dimensions.map { .init($0.rawValue, $0.isTime ? .exact : .name) }
                + UsageTotals.columns,
            rows: groups.map { $0.key + $0.totals.cells })
    }
}

extension UsageTotals {
    /// A column for each of `fields`.
    static var columns: [Rows.Column] {
        UsageTotals().fields.map { field in
            let rank = rank(of: field.name)
            return field.name == "cost_usd" ? .cost(rank: rank) : .init(field.name, .number, rank: rank)
        }
    }

    /// The sums as cells; what is not known is empty.
    var cells: [String] {
        fields.map { field in
            switch field.value {
            case .integer(let number): String(number)
            case .decimal(let text): text
            default: ""
            }
        }
    }

    /// What a narrow table leaves out: the details of the tokens and of the calls first.
    fileprivate static func rank(of field: String) -> Int {
        switch field {
        case "total_tokens": 0
        case "cost_usd": 1
        case "requests": 2
        case "input_tokens", "output_tokens": 3
        case "unpriced", "avg_tokens": 4
        default: 5
        }
    }

    /// The sums by the names they have in every view; a cost of which nothing is known is null.
    package var fields: [(name: String, value: JSONValue)] {
        [
            ("requests", .integer(requestCount)), ("input_tokens", .integer(inputTokens)),
            ("output_tokens", .integer(outputTokens)), ("total_tokens", .integer(totalTokens)),
            ("cache_write_tokens", .integer(cacheWriteTokens)), ("cache_read_tokens", .integer(cacheReadTokens)),
            ("cost_usd", cost.map { .decimal($0.description) } ?? .null), ("unpriced", .integer(unpricedCount)),
            ("avg_tokens", .integer(requestCount > 0 ? totalTokens / requestCount : 0)),
            ("avg_duration_ms", .integer(requestCount > 0 ? durationMilliseconds / requestCount : 0)),
        ]
    }
}
