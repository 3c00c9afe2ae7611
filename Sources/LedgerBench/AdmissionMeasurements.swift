import Budget
import Platform
import UTCTime

/// What one admission costs without I/O: ten budgets of as many scopes apply to the call.
enum AdmissionMeasurements {
    /// Nanoseconds of one verdict and the hold that follows.
    static func nanoseconds(areNamesNew: Bool = false) throws -> Double {
        let scopes = [
            "all", "project:*", "group:platform", "user:*", "team:core", "merge_request:*", "agent:reviewer",
            "command:*", "model:*", "project:platform/backend-api",
        ]
        let budgets = try scopes.enumerated().map { number, scope in
            try BudgetDefinition(
                name: "b\(number)", scope: ScopePattern(parsing: scope),
                period: Period.allCases[number % Period.allCases.count],
                limit: BudgetLimit(parsing: number % 3 == 2 ? "999999999usd" : "999999999999999"),
                thresholds: [.percent(80), .percent(95)])
        }
        let set = try BudgetSet(budgets: budgets, teams: [Team(name: "core", users: ["john.doe", "ann"])])
        let time = Instant(seconds: 1_765_617_332)
        var counters = Counters(set, at: time)
        // No two calls in a row are alike. With new names every one is of a person and a project never seen before.
        let requests = (0..<(areNamesNew ? 40_000 : 256)).map { number in
            ReservationRequest(
                estimatedTokens: 30_000,
                context: CallContext(
                    projectID: 42, project: areNamesNew ? "platform/backend-\(number)" : "platform/backend-api",
                    mergeRequestIID: number + 1,
                    user: areNamesNew ? "user.\(number)" : number % 2 == 0 ? "john.doe" : "ann",
                    model: "claude-sonnet-5-5"),
                estimatedMicroUSD: 150_000, labels: ["ai-review", "bug"])
        }
        let count = areNamesNew ? requests.count : 500_000
        var admitted = 0
        let start = TimeSource.system.monotonicNanoseconds()
        for number in 0..<count {
            let request = requests[number % requests.count]
            guard counters.verdict(on: request, at: time) == .allow else { continue }
            counters.hold(request.amount, for: request.context)
            admitted += 1
        }
        let nanoseconds = Double(TimeSource.system.monotonicNanoseconds() - start)
        // A refusal would be another thing than what is measured.
        guard admitted == count else { throw BudgetTextError("admission", nil, "\(count - admitted) were refused") }
        return nanoseconds / Double(count)
    }
}
