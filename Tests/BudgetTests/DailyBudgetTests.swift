import Budget
import Testing

@Suite struct DailyBudgetTests {
    private func budget(_ enforcement: Enforcement = .block, isEnabled: Bool = true, limit: Int = 1000) -> DailyBudget {
        DailyBudget(
            isEnabled: isEnabled, limitTokens: limit, warningThresholdTokens: 800, enforcement: enforcement)
    }

    @Test(arguments: [(1000, 0, 0, true), (1001, 0, 0, false), (500, 300, 200, true), (501, 300, 200, false)])
    func `a blocking budget admits up to its limit and not one token more`(
        _ requested: Int, _ used: Int, _ held: Int, _ fits: Bool
    ) {
        #expect(budget().decision(requested: requested, used: used, held: held) == (fits ? .allow : nil))
        #expect(budget(isEnabled: false).decision(requested: requested, used: used, held: held) == .allow)
    }

    @Test(arguments: [(799, Decision.allow), (800, .warn), (5000, .warn)])
    func `a budget that warns warns from the threshold on`(_ requested: Int, _ wanted: Decision) {
        #expect(budget(.warn).decision(requested: requested, used: 0, held: 0) == wanted)
    }

    @Test(arguments: [
        (0, BudgetLevel.ok), (799, .ok), (800, .warning), (899, .warning), (900, .critical), (999, .critical),
        (1000, .exhausted), (2000, .exhausted),
    ])
    func `levels begin at their figures`(_ used: Int, _ wanted: BudgetLevel) {
        #expect(budget().level(used: used) == wanted)
    }

    @Test(arguments: [
        (800, 1000, BudgetThreshold.percent(80)), (801, 1000, .amount(801)), (1000, 1000, .percent(100)),
        (5, 1000, .amount(5)), (990, 990, .percent(100)),
    ])
    func `a threshold that is a whole percent of the limit moves with it`(
        _ amount: Int, _ limit: Int, _ wanted: BudgetThreshold
    ) throws {
        let budget = DailyBudget(
            isEnabled: true, limitTokens: limit, warningThresholdTokens: amount, enforcement: .block)
        #expect(try budget.definition.thresholds == [wanted])
    }

    @Test func `a limit of nothing is exhausted`() {
        #expect(budget(limit: 0).level(used: 0) == .exhausted)
        #expect(budget(limit: 0).decision(requested: 1, used: 0, held: 0) == nil)
        #expect(budget(limit: 0).remarkablePercent(of: 5) == nil)
    }
}

@Suite struct MicroUSDTests {
    @Test(arguments: [
        (0, "0.000000"), (1, "0.000001"), (310_805, "0.310805"), (-1, "-0.000001"), (123_456_789, "123.456789"),
    ])
    func `amounts have six places and come back`(_ value: Int64, _ text: String) {
        #expect(MicroUSD(value).description == text)
        #expect(MicroUSD(text) == MicroUSD(value))
    }

    @Test(arguments: ["", "1", "1.0", "1.0000000", "a.000000", ".000000", "+1.000000", "99999999999999.000000"])
    func `other texts are no amounts`(_ text: String) { #expect(MicroUSD(text) == nil) }
}

@Suite struct TokenUsageTests {
    @Test func `counts that no call can have are named`() throws {
        #expect(throws: UsageError.outOfRange(field: "input_tokens", value: -1)) {
            try TokenUsage(inputTokens: -1, outputTokens: 0)
        }
        #expect(throws: UsageError.outOfRange(field: "output_tokens", value: 1_000_000_001)) {
            try TokenUsage(inputTokens: 0, outputTokens: 1_000_000_001)
        }
        #expect(throws: UsageError.cacheExceedsInput(cached: 11, input: 10)) {
            try TokenUsage(inputTokens: 10, outputTokens: 0, cacheWriteTokens: 5, cacheReadTokens: 6)
        }
        #expect(
            try TokenUsage(inputTokens: 11, outputTokens: 0, cacheWriteTokens: 5, cacheReadTokens: 6).totalTokens == 11)
    }
}
