public import Budget
public import Forecast
import JSON
public import UTCTime

// What stands out in what was used.

extension AlertCandidate {
    /// One call took `percent` of the day's limit of `limitTokens`.
    public static func largeReview(_ record: UsageRecord, percent: Int, limitTokens: Int) -> AlertCandidate {
        let context = record.context
        let what = context.sessionID.isEmpty ? "One call" : "One review of \(context.sessionID)"
        return AlertCandidate(
            kind: .largeReview,
            claim: AlertClaim(
                key: "large_review|\(record.usageID)", until: record.time.day.adding(days: keptDays).start),
            title: "\(what) took \(percent)% of the day",
            text: "Agent \(context.agent.oneLine) used \(Figures.grouped(record.usage.totalTokens)) tokens with "
                + "\(context.model.oneLine)\(context.user.isEmpty ? "" : " for \(context.user.oneLine)"); the day has "
                + "\(Figures.grouped(limitTokens)). The threshold is \(largeReviewPercent)%.",
            facts: JSONObject([
                ("usage_id", .string(record.usageID)), ("session", .string(context.sessionID)),
                ("project", .string(context.project)), ("user", .string(context.user)),
                ("agent", .string(context.agent)), ("model", .string(context.model)),
                ("tokens", .integer(record.usage.totalTokens)), ("percent", .integer(percent)),
                ("limit", .integer(limitTokens)),
            ]))
    }

    /// The share of the day, in percent, from which on one call is told.
    public static let largeReviewPercent = 15
    /// Days that a thing that happened once is remembered as told.
    static let keptDays = 400

    /// An hour or a day used far more than usual.
    public static func anomaly(_ anomaly: Anomaly) -> AlertCandidate {
        let hour = anomaly.hour.map { "T\($0 < 10 ? "0" : "")\($0)" } ?? ""
        let when = anomaly.hour.map { "the hour from \($0):00 UTC on \(anomaly.day)" } ?? "\(anomaly.day)"
        return AlertCandidate(
            kind: .anomaly,
            claim: AlertClaim(
                key: "anomaly|\(anomaly.day)\(hour)", until: anomaly.day.adding(days: keptDays).start),
            title: "Far more than usual was used in \(when)",
            text: "\(Figures.grouped(anomaly.used)) tokens; the same weekday uses "
                + "\(Figures.grouped(anomaly.usual)) in the middle\(anomaly.hour == nil ? "" : " at that hour").",
            facts: JSONObject([
                ("day", .string(anomaly.day.description)), ("hour", JSONValue(anomaly.hour)),
                ("tokens", .integer(anomaly.used)), ("usual_tokens", .integer(anomaly.usual)),
            ]))
    }

    /// A user or a merge request burns far above its usual on `day`.
    public static func runaway(_ runaway: Runaway, isUser: Bool, on day: Day) -> AlertCandidate {
        AlertCandidate(
            kind: .runaway,
            claim: AlertClaim(
                key: "runaway|\(isUser ? "user" : "merge_request")|\(runaway.name)|\(day)",
                until: day.adding(days: 1).start),
            title: "\(isUser ? "User" : "Merge request") \(runaway.name) uses far more than usual",
            text: "\(Figures.grouped(runaway.used)) tokens today; \(Figures.grouped(runaway.usual)) are usual. "
                + "That is \(runaway.percentOfDay)% of what everybody together uses on a usual day.",
            facts: JSONObject([
                (isUser ? "user" : "merge_request", .string(runaway.name)), ("day", .string(day.description)),
                ("tokens", .integer(runaway.used)), ("usual_tokens", .integer(runaway.usual)),
                ("percent_of_day", .integer(runaway.percentOfDay)),
            ]))
    }

    /// `calls` of this month used a model whose price is not known.
    public static func unknownPrice(model: String, calls: Int, in month: Month) -> AlertCandidate {
        AlertCandidate(
            kind: .unknownPrice,
            claim: AlertClaim(key: "unknown_price|\(model)|\(month)", until: month.adding(months: 1).firstDay.start),
            title: "No price is known for the model \(model)",
            text:
                "\(calls) \(calls == 1 ? "call" : "calls") in \(month) cost an unknown amount: budgets in dollars do not "
                + "count them, or refuse the model. Add it to the table that MODEL_PRICES_FILE names.",
            facts: JSONObject([
                ("model", .string(model)), ("calls", .integer(calls)), ("month", .string(month.description)),
            ]))
    }

    /// The price table was retrieved long ago.
    public static func stalePrices(retrieved: String, ageDays: Int, on day: Day) -> AlertCandidate {
        AlertCandidate(
            kind: .stalePrices,
            claim: AlertClaim(
                key: "stale_prices|\(retrieved)|\(day.month)", until: day.month.adding(months: 1).firstDay.start),
            title: "The price table is \(ageDays) days old",
            text: "Costs are computed with prices of \(retrieved). Update Bursar, or name a newer table with "
                + "MODEL_PRICES_FILE.",
            facts: JSONObject([("retrieved", .string(retrieved)), ("age_days", .integer(ageDays))]))
    }
}
