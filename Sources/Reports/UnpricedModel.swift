package import UTCTime

/// A model whose calls were booked without a price, so that what they cost is in no sum.
package struct UnpricedModel: Sendable, Equatable {
    /// The model's id as the calls named it.
    package var name: String
    /// Calls without a price.
    package var callCount: Int
    /// The tokens of all its calls in the report, those with a price included.
    package var totalTokens: Int

    /// How many days back such calls are looked for.
    package static let daysBack = 365

    /// What to ask the books for on `today`, about all models or about one.
    package static func query(on today: Day, model: String? = nil) -> UsageQuery {
        UsageQuery(by: [.model], days: today.adding(days: -daysBack)...today, model: model)
    }

    /// The models of the report of `query` in which there are such calls, the most calls first.
    package static func all(in report: UsageReport) -> [UnpricedModel] {
        report.groups.filter { $0.totals.unpricedCount > 0 }
            .map {
                UnpricedModel(
                    name: $0.key.first ?? "", callCount: $0.totals.unpricedCount, totalTokens: $0.totals.totalTokens)
            }
            .sorted { ($1.callCount, $0.name) < ($0.callCount, $1.name) }
    }
}
