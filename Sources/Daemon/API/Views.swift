// How the values of the books look as JSON. Names are the contract's; other programs rely on them.

package import Budget
package import JSON
import UTCTime

extension BudgetStatus {
    /// The body of `GET /budget/status`. `resets_at`, `held_tokens` and `level` stand beside `stats` and, for readers
    /// that only look there, in it.
    package var json: JSONValue {
        var stats = JSONObject([
            ("date", .string(day.description)),
            ("total_tokens", .integer(totalTokens)),
            ("request_count", .integer(requestCount)),
            ("budget_limit", .integer(limitTokens)),
            ("budget_used_percent", .decimal(percentText(totalTokens, of: limitTokens))),
            ("budget_remaining", .integer(remainingTokens)),
            ("budget_exhausted", .bool(isExhausted)),
            ("avg_tokens_per_review", .integer(requestCount == 0 ? 0 : totalTokens / requestCount)),
            ("last_updated", .string(lastUpdated.description)),
        ])
        let rest: [(String, JSONValue)] = [
            ("resets_at", .string(resetsAt.description)),
            ("held_tokens", .integer(heldTokens)),
            ("level", .string(level.rawValue)),
        ]
        for (key, value) in rest { stats[key] = value }
        let rule: [(String, JSONValue)] = [
            ("enforcement", .string(enforcement.rawValue)),
            ("warning_threshold_tokens", .integer(warningThresholdTokens)),
        ]
        return .object(JSONObject([("enabled", .bool(isEnabled)), ("stats", .object(stats))] + rest + rule))
    }
}

extension UsageRecord {
    /// A record as `POST /usage` and a settlement answer it: the columns of the CSV, and the project's whole path.
    package var json: JSONValue {
        [
            "usage_id": .string(usageID),
            "time": .string(time.description),
            "project_id": JSONValue(context.projectID),
            "project": .string(context.project),
            "project_name": .string(context.projectName),
            "mr_iid": JSONValue(context.mergeRequestIID),
            "username": .string(context.user),
            "input_tokens": .integer(usage.inputTokens),
            "output_tokens": .integer(usage.outputTokens),
            "total_tokens": .integer(usage.totalTokens),
            "cache_write_tokens": .integer(usage.cacheWriteTokens),
            "cache_read_tokens": .integer(usage.cacheReadTokens),
            "model": .string(context.model),
            "duration_ms": .integer(durationMilliseconds),
            "cost_usd": cost.map { .decimal($0.amount.description) } ?? .null,
            "price_id": JSONValue(cost?.priceID),
            "estimated_tokens": JSONValue(estimatedTokens),
            "agent": .string(context.agent),
            "command": .string(context.command),
            "session_id": .string(context.sessionID),
        ]
    }
}

extension Reservation {
    /// A reservation as the reservation endpoints answer it.
    package var json: JSONValue {
        [
            "id": .string(id),
            "state": .string(state.rawValue),
            "estimated_tokens": .integer(tokens),
            "project": .string(context.project),
            "merge_request": JSONValue(context.mergeRequestIID),
            "user": .string(context.user),
            "agent": .string(context.agent),
            "command": .string(context.command),
            "model": .string(context.model),
            "created_at": .string(createdAt.description),
            "expires_at": .string(expiresAt.description),
            "idempotency_key": JSONValue(idempotencyKey),
        ]
    }
}

/// `part` of `whole` in percent with one decimal, rounded half up: `84.7`. 100.0 when `whole` is not positive.
package func percentText(_ part: Int, of whole: Int) -> String {
    guard whole > 0 else { return "100.0" }
    let (high, low) = max(0, part).multipliedFullWidth(by: 2000)
    let (scaledLow, carry) = low.addingReportingOverflow(UInt(whole))
    let scaledHigh = high + (carry ? 1 : 0)
    let divisor = UInt(whole) * 2
    guard scaledHigh < divisor else { return "999999.9" }
    let tenths = divisor.dividingFullWidth((UInt(scaledHigh), scaledLow)).quotient
    return "\(tenths / 10).\(tenths % 10)"
}
