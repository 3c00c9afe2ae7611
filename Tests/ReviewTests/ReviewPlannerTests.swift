import Budget
import JSON
import Review
import Testing

@Suite struct ReviewPlannerTests {
    static func option(_ model: String, max: Int = 100_000, output: Int = 1000) -> ModelOption {
        ModelOption(
            model: model, estimator: TokenEstimator(model: model), inputTokensMax: max, outputTokensHeld: output,
            outputTokensExpected: output / 2)
    }

    static let ladder = ModelLadder(rungs: [
        .init(model: "claude-haiku-5-5", leastShareMillionths: 100_000),
        .init(model: "claude-opus-5-5", leastShareMillionths: 700_000),
        .init(model: "claude-sonnet-5-5", leastShareMillionths: 300_000),
    ])
    static let options = ["claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5"].map { option($0) }

    /// Code with far-reaching context, tests and prose.
    static let change: ExaminedChange = {
        func file(_ path: String, changes: Int) -> Candidate {
            let hunks = (0..<changes).map { place -> String in
                let start = place * 100 + 1
                let around = (0..<10).map { " context line \($0) of \(path)\n" }.joined()
                return "@@ -\(start),20 +\(start),21 @@\n\(around)+added line \(place) of \(path)\n\(around)"
            }.joined()
            return Candidate(FileDiff(oldPath: path, newPath: path, kind: .modified, hunks: hunks))
        }
        return ExaminedChange([
            file("src/a.py", changes: 12), file("src/b.py", changes: 6), file("tests/a.py", changes: 10),
            file("README.md", changes: 10),
        ])
    }()
    static let frame = PromptFrame(facts: ContextPlanTests.facts, change: change, inputTokensMax: 100_000)

    private func plan(_ left: Int?, ladder: ModelLadder? = nil, limit: Int = 1_000_000, enforced: Bool = true)
        -> ReviewPlan
    {
        ReviewPlanner(model: Self.option("claude-sonnet-5-5"), ladder: ladder, options: Self.options).plan(
            Self.change, frame: Self.frame,
            budget: left.map { BudgetRoom(leftTokens: $0, limitTokens: limit, isEnforced: enforced) })
    }

    @Test func `gives up context, then tests, then places, then the review, as the budget shrinks`() {
        let full = plan(nil)
        #expect(full.decision == .allow && full.step == .full && full.sentences == [])
        #expect(plan(full.heldTokens).step == .full)
        var steps: [String] = []
        var held = full.heldTokens
        for left in stride(from: full.heldTokens, through: 0, by: -50) {
            let plan = plan(left)
            let name = plan.decision == .block ? "block" : plan.step.rawValue
            if steps.last != name { steps.append(name) }
            guard plan.decision != .block else { continue }
            #expect(plan.heldTokens <= left)
            #expect(plan.heldTokens <= held || plan.step != .full)
            held = plan.heldTokens
            #expect((plan.step == .full) == plan.sentences.isEmpty && plan.sentences.count <= 1)
            #expect(plan.decision == (plan.step == .full ? .allow : .warn))
            for file in plan.context.files { #expect((file.reason == nil) == (file.action == .keep)) }
        }
        #expect(steps == ["full", "without_context", "without_tests", "trimmed", "block"])
        let blocked = plan(0)
        #expect(blocked.heldTokens == full.heldTokens, "what it would have taken")
        #expect(blocked.sentences == ["What is left of the budget holds no useful part of this change."])
    }

    @Test func `prompts name what is not shown as far as the budget goes, and no further`() {
        let full = plan(nil)
        for left in stride(from: full.heldTokens, through: full.heldTokens / 3, by: -97) {
            let plan = plan(left)
            guard plan.decision != .block else { continue }
            var randomness = ScriptedRandomness(numbers: [1])
            let prompts = plan.prompts(frame: Self.frame, randomness: &randomness)
            let held = prompts.reduce(0) { $0 + $1.heldTokens(maxOutputTokens: plan.maxOutputTokens) }
            #expect(held <= left && held >= plan.heldTokens)
        }
    }

    @Test(
        arguments: [
            (1_000_000, "claude-opus-5-5", 0), (700_000, "claude-opus-5-5", 0), (699_999, "claude-sonnet-5-5", 1),
            (300_000, "claude-sonnet-5-5", 1), (299_999, "claude-haiku-5-5", 1), (100_000, "claude-haiku-5-5", 1),
        ])
    func `the ladder's shares choose the model, and a switch is said`(_ left: Int, _ model: String, _ count: Int) {
        let plan = plan(left, ladder: Self.ladder)
        #expect(plan.option.model == model && plan.sentences.count == count)
        if count > 0 { #expect(plan.sentences[0].hasPrefix("Switched to `\(model)` to conserve budget: ")) }
    }

    @Test func `below the last rung it is blocked, with the share it asks for`() {
        let plan = plan(99_999, ladder: Self.ladder)
        #expect(plan.decision == .block)
        #expect(plan.sentences == ["Only 9.9 % of the budget is left; the model ladder asks for 10 % at least."])
        #expect(self.plan(99_999, ladder: Self.ladder, enforced: false).decision == .warn)
    }

    @Test func `a ladder that warns changes nothing and says what it would have done`() {
        var ladder = Self.ladder
        ladder.mode = .warn
        let plan = plan(200_000, ladder: ladder)
        #expect(plan.option.model == "claude-sonnet-5-5" && plan.decision == .warn)
        #expect(
            plan.sentences == [
                "With 20 % of the budget left, the model ladder would have switched to `claude-haiku-5-5`."
            ])
        #expect(self.plan(500_000, ladder: ladder).sentences == [])
        #expect(
            self.plan(99_999, ladder: ladder).sentences == [
                "With 9.9 % of the budget left, the model ladder would have blocked this review."
            ])
    }

    @Test func `a cheaper tokenizer is tried when nothing fits the first`() {
        let ladder = ModelLadder(rungs: [
            .init(model: "claude-opus-5-5", leastShareMillionths: 500_000),
            .init(model: "gpt-5", leastShareMillionths: 0),
        ])
        let planner = ReviewPlanner(
            model: Self.option("claude-opus-5-5"), ladder: ladder,
            options: [Self.option("claude-opus-5-5"), Self.option("gpt-5")])
        let lefts = Array(stride(from: 10_000, to: 1000, by: -50))
        let left = lefts.first { (left: Int) -> Bool in self.plan(left).decision == ReviewPlan.Decision.block } ?? 0
        let plan = planner.plan(
            Self.change, frame: Self.frame, budget: BudgetRoom(leftTokens: left, limitTokens: left))
        #expect(plan.option.model == "gpt-5" && plan.decision == .warn)
    }

    @Test func `a budget that only warns lets the whole review through`() {
        let plan = plan(10, limit: 100, enforced: false)
        #expect(plan.decision == .warn && plan.step == .full)
        #expect(plan.sentences == ["The budget has no room for this review, and only warns."])
    }

    @Test func `nothing to show is neither allowed nor blocked`() {
        let change = ExaminedChange([ContextRulesTests.candidate("yarn.lock")])
        let planner = ReviewPlanner(model: Self.option("m"))
        for left in [nil, 0, 1_000_000] as [Int?] {
            let plan = planner.plan(
                change, frame: Self.frame, budget: left.map { BudgetRoom(leftTokens: $0, limitTokens: 1_000_000) })
            #expect(plan.decision == .nothing && plan.heldTokens == 0 && plan.context.files[0].reason == .lockfile)
        }
    }

    @Test func `a change of tests alone is not given up for being tests`() {
        let files = (0..<3).map { ContextPlanTests.file("tests/f\($0 == 0 ? "a" : $0 == 1 ? "b" : "c").py", lines: 60) }
        let change = ExaminedChange(files)
        let planner = ReviewPlanner(model: Self.option("m"))
        let full = planner.plan(change, frame: Self.frame, budget: nil)
        let less = planner.plan(
            change, frame: Self.frame, budget: BudgetRoom(leftTokens: full.heldTokens - 300, limitTokens: 100_000))
        #expect(less.decision == .warn && less.step == .trimmed && !less.context.isEmpty)
    }

    // MARK: - Pre-flight

    private func preflight(_ left: Int?, ladder: ModelLadder? = Self.ladder) -> Preflight {
        let budget = left.map { BudgetRoom(leftTokens: $0, limitTokens: 1_000_000) }
        return Preflight(
            plan(left, ladder: ladder), change: Self.change, frame: Self.frame, others: Self.options, budget: budget
        ) { model, input, output in model == "claude-haiku-5-5" ? nil : MicroUSD(Int64(input * 2 + output * 10)) }
    }

    @Test func `the sums of a pre-flight add up, and its JSON has the contract's names`() throws {
        let preflight = preflight(1_000_000)
        #expect(preflight.inputTokens == preflight.promptTokens + preflight.files.reduce(0) { $0 + $1.shown.expected })
        #expect(preflight.totalTokens == preflight.inputTokens + 500)
        let json = try JSONValue(parsing: preflight.json.bytes)
        #expect(json["files"]?.array?.first?["path"]?.string == "src/a.py")
        #expect(json["files"]?.array?.first?["action"]?.string == "keep")
        #expect(json["files"]?.array?.first?["reason"]?.isNull == true)
        for name in ["full_diff", "prompt", "input", "expected_output", "total"] {
            #expect((json["tokens"]?[name]?.integer ?? -1) > 0, "\(name)")
        }
        #expect(json["saved_percent"] == .decimal("0.0"))
        #expect(json["models"]?.array?.map { $0["model"]?.string } == Self.options.map(\.model))
        #expect(
            json["models"]?.array?.first?["cost_usd"]
                == .decimal("\(MicroUSD(Int64(preflight.inputTokens * 2 + 5000)))"))
        #expect(json["models"]?.array?.last?["cost_usd"]?.isNull == true)
        #expect(json["budget"]?["remaining"]?.integer == 1_000_000)
        #expect(json["budget"]?["decision"]?.string == "allow")
        #expect(self.preflight(nil).json["budget"]?["remaining"]?.isNull == true)
        #expect(self.preflight(20).json["budget"]?["decision"]?.string == "block")
    }

    @Test func `what is left out is saved, and the greatest files are tipped`() {
        let left = plan(nil).heldTokens / 2
        let less = preflight(left, ladder: nil)
        #expect(less.savedPerMille > 300 && less.decision == .warn)
        let files = [ContextPlanTests.file("docs/guide.md", lines: 300), ContextPlanTests.file("a.py", lines: 20)]
        let change = ExaminedChange(files)
        let planner = ReviewPlanner(model: Self.option("m"))
        let preflight = Preflight(
            planner.plan(change, frame: Self.frame, budget: nil), change: change, frame: Self.frame, budget: nil
        ) { _, _, _ in nil }
        #expect(preflight.tips.count == 1 && preflight.tips[0].hasPrefix("drop `docs/guide.md`: -"))
    }

    @Test func `the note says it in tables`() {
        let text = preflight(650_000).markdown
        #expect(text.hasPrefix("🧮 **Review Estimate**\n\n~"))
        #expect(text.contains("> ⚠️ Switched to `claude-sonnet-5-5` to conserve budget: 65 % of it is left."))
        #expect(text.contains("| `src/a.py` | ") && text.contains("| `claude-haiku-5-5` | "))
        #expect(text.contains("| unknown |") && text.contains(" USD |"))
        #expect(text.contains("No model was called and no tokens were spent."))
        #expect(preflight(20).markdown.contains("**It would be blocked.**"))
        let many = ExaminedChange((0..<60).map { ContextRulesTests.candidate("f|\($0).lock") })
        let nothing = Preflight(
            ReviewPlanner(model: Self.option("m")).plan(many, frame: Self.frame, budget: nil), change: many,
            frame: Self.frame, budget: nil
        ) { _, _, _ in nil }
        #expect(nothing.markdown.contains("| and 10 more | ") && nothing.markdown.contains("f\\|0.lock"))
        let locks = ExaminedChange([ContextRulesTests.candidate("yarn.lock")])
        let empty = Preflight(
            ReviewPlanner(model: Self.option("m")).plan(locks, frame: Self.frame, budget: nil), change: locks,
            frame: Self.frame, budget: nil
        ) { _, _, _ in nil }
        #expect(empty.markdown.contains("No file of this change would be shown to a model."))
        #expect(empty.markdown.contains("left out: lock file") && empty.savedPerMille == 1000)
    }
}
