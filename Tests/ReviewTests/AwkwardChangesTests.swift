import Review
import Testing

@Suite struct AwkwardChangesTests {
    private static let inputTokensMax = 30_000

    private static func plan(_ change: AwkwardChange, max: Int = inputTokensMax) -> (Preflight, [ReviewPrompt]) {
        let examined = ExaminedChange(change.candidates, rules: change.rules)
        let frame = PromptFrame(facts: ContextPlanTests.facts, change: examined, inputTokensMax: max)
        let plan = ReviewPlanner(model: ReviewPlannerTests.option("claude-sonnet-5-5", max: max), callsMax: 1)
            .plan(examined, frame: frame, budget: nil)
        var randomness = ScriptedRandomness(numbers: [5])
        return (
            Preflight(plan, change: examined, frame: frame, budget: nil) { _, _, _ in nil },
            plan.prompts(frame: frame, randomness: &randomness)
        )
    }

    @Test func `every file has the fate that its shape deserves, within the limit`() throws {
        for change in try AwkwardChange.all() {
            let (preflight, prompts) = Self.plan(change)
            let paths = change.candidates.map(\.path)
            #expect(preflight.files.map(\.path) == paths)
            for file in preflight.files {
                #expect((file.reason == nil) == (file.action == .keep), "\(change.testDescription): \(file)")
            }
            for (path, fate) in change.fates {
                let file = try #require(preflight.files.first { $0.path == path }, "\(path) of \(paths)")
                #expect(
                    AwkwardChange.Fate(action: file.action, reason: file.reason) == fate,
                    "\(change.testDescription): \(path)")
            }
            for prompt in prompts {
                #expect(prompt.estimate.ceiling <= Self.inputTokensMax)
                for text in change.unwanted {
                    #expect(!prompt.user.contains(text), "\(change.testDescription): \(text)")
                }
            }
            let named = prompts.flatMap { $0.includedFiles + $0.omittedFiles.map(\.path) }
            #expect(Set(named) == Set(paths), "\(change.testDescription)")
            #expect(
                preflight.savedPerMille >= change.savedMin * 10, "\(change.testDescription): \(preflight.savedPerMille)"
            )
        }
    }

    @Test func `without a limit too, half of the tokens and more are saved on average`() throws {
        let saved = try AwkwardChange.all().map { Self.plan($0, max: 1_000_000).0.savedPerMille }
        #expect(saved.reduce(0, +) / saved.count >= 500, "\(saved)")
    }

    @Test func `data is shown whole where there is little of it, and where the project asks for it`() throws {
        let rows = { (count: Int) in
            ChangedFile(
                oldPath: "a.csv", newPath: "a.csv",
                diff: "@@ -1,1 +1,\(count) @@\n" + (0..<count).map { "+\($0),name \($0),\($0 * 3)\n" }.joined())
        }
        func decision(_ count: Int, include: [String] = []) throws -> FileDecision {
            var configuration = ProjectConfiguration()
            configuration.include = try PathFilter(include)
            let examined = ExaminedChange(
                [Candidate(rows(count))], rules: ContextRules(configuration: configuration))
            let frame = PromptFrame(facts: ContextPlanTests.facts, change: examined, inputTokensMax: 200_000)
            return try #require(
                ContextPlan(
                    examined, frame: frame, limits: ContextLimits(inputTokensMax: 200_000),
                    estimator: TokenEstimator(model: "claude-sonnet-5-5")
                ).files.first)
        }
        #expect(try decision(60).action == .keep)
        let sample = try decision(3000)
        #expect(sample.action == .trim && sample.reason == .data)
        #expect(
            sample.shown.ceiling <= ContextPlan.dataTokensMax && sample.shown.ceiling > ContextPlan.dataTokensMax / 2)
        #expect(try decision(3000, include: ["*.csv"]).action == .keep)
    }
}
