import Budget
import JSON
import Testing

@testable import Review

/// Which model is asked when another one did not do it, or has no room.
@Suite struct NextModelTests {
    private static func option(_ model: String, window: Int? = nil) -> ModelOption {
        var option = ReviewPlannerTests.option(model)
        option.contextWindow = window
        return option
    }

    private static let names = ["claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5"]
    private static let planner = ReviewPlanner(
        model: option("claude-sonnet-5-5", window: 1_000_000), ladder: ReviewPlannerTests.ladder,
        options: zip(names, [200_000, 1_000_000, nil]).map { option($0, window: $1) })

    private func model(_ planner: ReviewPlanner, left: Int?) -> String? {
        let room = left.map { BudgetRoom(leftTokens: $0, limitTokens: 1_000_000) }
        guard planner.hasModel(room: { _ in room }) else { return nil }
        let plan = planner.plan(ReviewPlannerTests.change, frame: ReviewPlannerTests.frame, budget: room)
        return plan.decision == .block ? "blocked" : plan.option.model
    }

    @Test(
        arguments: [
            ([], 1_000_000, "claude-opus-5-5"), (["claude-opus-5-5"], 1_000_000, "claude-sonnet-5-5"),
            (["claude-opus-5-5", "claude-sonnet-5-5"], 1_000_000, "claude-haiku-5-5"), (names, 1_000_000, nil),
            (["claude-sonnet-5-5"], 500_000, "claude-haiku-5-5"),
            // A dearer model does not stand in below its share: no model is left, which is no fault of the budget's.
            (["claude-haiku-5-5"], 299_999, nil), (["claude-haiku-5-5"], 300_000, "claude-sonnet-5-5"),
            ([], 99_999, "blocked"),
            ([], nil, "claude-sonnet-5-5"), (["claude-sonnet-5-5"], nil, "claude-opus-5-5"),
        ] as [([String], Int?, String?)])
    func `the next rung of the ladder stands in, as far as its share lets it`(
        _ passedOver: [String], _ left: Int?, _ expected: String?
    ) {
        var planner = Self.planner
        planner.passedOver = Set(passedOver)
        #expect(model(planner, left: left) == expected)
    }

    @Test func `a model passed over is not said to be switched from for the budget`() {
        var planner = Self.planner
        planner.passedOver = ["claude-opus-5-5"]
        let plan = planner.plan(
            ReviewPlannerTests.change, frame: ReviewPlannerTests.frame,
            budget: BudgetRoom(leftTokens: 900_000, limitTokens: 1_000_000))
        #expect(plan.decision == .allow && plan.sentences == [])
    }

    @Test func `without a ladder, or with one that only warns, no other stands in`() {
        var alone = ReviewPlanner(model: Self.option("claude-sonnet-5-5"))
        #expect(alone.hasModel { _ in nil })
        alone.passedOver = ["claude-sonnet-5-5"]
        #expect(!alone.hasModel { _ in nil })
        var warning = Self.planner
        warning.ladder?.mode = .warn
        warning.passedOver = ["claude-sonnet-5-5"]
        #expect(!warning.hasModel { _ in nil })
    }

    @Test(arguments: [
        ("claude-opus-5-5", "claude-sonnet-5-5"), ("claude-sonnet-5-5", nil),
        // Of unknown length: one that is known to take more than nothing.
        ("claude-haiku-5-5", "claude-opus-5-5"),
    ])
    func `a prompt too long for one model goes to those that are known to take more`(
        _ failed: String, _ expected: String?
    ) {
        var planner = Self.planner
        planner.passOver(tooShort: failed)
        #expect(model(planner, left: 1_000_000) == expected)
    }

    @Test func `each rung is measured by the room that its own model has`() {
        // Money: the dear model has no share left, the middle one too few tokens for anything, the cheap one plenty.
        func room(_ option: ModelOption) -> BudgetRoom {
            BudgetRoom(
                leftTokens: ["claude-opus-5-5": 10, "claude-sonnet-5-5": 900][option.model] ?? 100_000,
                limitTokens: 100_000, leftShareMillionths: 900_000)
        }
        let plan = Self.planner.plan(ReviewPlannerTests.change, frame: ReviewPlannerTests.frame, room: room)
        #expect(plan.option.model == "claude-haiku-5-5" && plan.decision == .warn && plan.step == .full)
        #expect(
            plan.sentences == [
                "Switched to `claude-haiku-5-5` to conserve budget: it has no room for `claude-opus-5-5`."
            ])
    }

    @Test func `what earlier calls have shown is not planned again, and the parts are counted on`() {
        let change = ReviewPlannerTests.change
        let rest = change.limited(to: ["src/b.py", "README.md", "not/there"])
        #expect(rest.paths == ["src/b.py", "README.md"])
        let plan = ReviewPlanner(model: Self.option("claude-sonnet-5-5")).plan(
            rest, frame: ReviewPlannerTests.frame, budget: nil)
        #expect(plan.context.files.map(\.path) == ["src/b.py", "README.md"])
        var randomness = ScriptedRandomness(numbers: [1])
        let prompt = plan.prompts(frame: ReviewPlannerTests.frame, answeredCount: 2, randomness: &randomness)[0]
        #expect(prompt.user.contains("This is part 3 of 3 of the change") && prompt.includedFiles == rest.paths)
        #expect(!prompt.user.contains("src/a.py"))
        let whole = plan.prompts(frame: ReviewPlannerTests.frame, randomness: &randomness)[0]
        #expect(!whole.user.contains("This is part"))
    }

    @Test(
        arguments: [
            (
                400, "{\"error\": {\"type\": \"invalid_request_error\", \"message\": \"prompt is too long: 9 > 8\"}}",
                true
            ),
            (400, "{\"error\": {\"code\": \"context_length_exceeded\", \"message\": \"x\"}}", true),
            (400, "{\"message\": \"This model's maximum context length is 8192 tokens.\", \"code\": 400}", true),
            (400, "{\"error\": {\"type\": \"invalid_request_error\", \"message\": \"max_tokens: required\"}}", false),
            (429, "{\"error\": {\"message\": \"prompt is too long\"}}", false), (400, "too long", false),
        ])
    func `a prompt that is too long is told from other requests that nobody takes`(
        _ status: Int, _ body: String, _ isTooLong: Bool
    ) {
        #expect(VendorError(body: Array(body.utf8)).isTooLong(status: status) == isTooLong)
    }
}
