import Budget
import Forecast
package import JSON
package import Terminal

extension Replay {
    /// `{"reviews", "blocked", "by": [{"name", "reviews", "blocked"}], "blocked_tokens", "blocked_cost_usd",
    /// "blocked_unpriced", "unpriced"}`; the cost is null when nothing is known of it.
    package var json: JSONValue {
        [
            "reviews": .integer(reviews), "blocked": .integer(blocked),
            "by": .array(
                by.map {
                    [
                        "name": .string($0.name), "reviews": .integer($0.reviews), "blocked": .integer($0.blocked),
                    ]
                }),
            "blocked_tokens": .integer(blockedTokens),
            "blocked_cost_usd": blockedCost.map { .decimal($0.description) } ?? .null,
            "blocked_unpriced": .integer(blockedUnpriced), "unpriced": .integer(unpriced),
        ]
    }

    /// One row for each name that something was blocked for.
    package var rows: Rows {
        Rows(
            columns: [.init("name"), .init("reviews", isNumber: true), .init("blocked", isNumber: true)],
            rows: by.map { [$0.name, String($0.reviews), String($0.blocked)] })
    }
}
