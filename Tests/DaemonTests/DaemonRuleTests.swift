import Budget
import JSON
import Testing

@testable import Daemon

@Suite struct `The rule that a daemon tells` {
    private func answer(limit: Int = 1000, threshold: Int = 800, enforcement: String = "warn") -> JSONValue {
        [
            "enabled": true, "enforcement": .string(enforcement), "warning_threshold_tokens": .integer(threshold),
            "stats": ["date": "2026-03-10", "budget_limit": .integer(limit)],
        ]
    }

    @Test func `has no figure that no setting allows`() {
        let most = BudgetLimit.amountMax
        for figure in [0, 1, most] {
            #expect(DaemonRule(answer(limit: figure))?.limitTokens == figure)
            #expect(DaemonRule(answer(threshold: figure))?.warningThresholdTokens == figure)
        }
        for figure in [Int.min, -1, most + 1, Int.max] {
            #expect(DaemonRule(answer(limit: figure)) == nil)
            #expect(DaemonRule(answer(threshold: figure)) == nil)
        }
        #expect(DaemonRule(answer(enforcement: "block"))?.enforcement == .block)
        #expect(DaemonRule(answer(enforcement: "shout")) == nil)
    }

    @Test(
        arguments: [
            // Limit and threshold as told, tokens granted; limit and threshold as configured.
            (1000, 800, 0, 1000, 800), (1500, 1200, 500, 1000, 800), (1500, 850, 500, 1000, 850),
            (1500, 333, 500, 1000, 333), (100, 80, 200, 0, 80), (0, 0, 5, 0, 0),
        ])
    func `is the configured one with what was granted`(
        limit: Int, threshold: Int, granted: Int, baseLimit: Int, baseThreshold: Int
    ) throws {
        let base = try #require(DaemonRule(answer(limit: limit, threshold: threshold))).base(granted: granted)
        #expect(base.limitTokens == baseLimit && base.enforcement == .warn)
        #expect(base.warningThresholdTokens == baseThreshold)
    }
}
