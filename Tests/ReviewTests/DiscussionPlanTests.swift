import Review
import Testing

@Suite struct DiscussionPlanTests {
    private func finding(_ fingerprint: String) -> PlacedFinding {
        PlacedFinding(finding: Finding(severity: .minor, title: fingerprint), fingerprint: fingerprint)
    }

    private func plan(
        _ found: [String], _ standing: [DiscussionPlan.Standing], gone: Set<String> = []
    ) -> [[String]] {
        let plan = DiscussionPlan(found: found.map(finding), standing: standing, gone: gone)
        return [plan.create.map(\.fingerprint), plan.reopen, plan.resolve]
    }

    @Test func `what was said is not said again, whatever people did with it`() {
        let open = DiscussionPlan.Standing(id: "1", fingerprint: "a")
        let resolved = DiscussionPlan.Standing(id: "2", fingerprint: "b", isResolved: true)
        let ours = DiscussionPlan.Standing(id: "3", fingerprint: "c", isResolved: true, isResolvedByUs: true)
        #expect(plan(["a", "b", "c", "d"], [open, resolved, ours]) == [["d"], ["3"], []])
        #expect(plan(["d", "d"], []) == [["d"], [], []])
        var again = open
        again.fingerprint = "c"
        #expect(plan(["c"], [ours, again]) == [[], [], []], "one of two is open")
    }

    @Test func `the same set after a crash creates what is missing and nothing twice`() {
        let all = ["a", "b", "c"]
        for count in 0...3 {
            let standing = all.prefix(count).map { DiscussionPlan.Standing(id: $0, fingerprint: $0) }
            #expect(plan(all, standing) == [Array(all.dropFirst(count)), [], []])
        }
    }

    @Test func `what is gone is resolved, unless it is found again, answered or resolved`() {
        let open = DiscussionPlan.Standing(id: "1", fingerprint: "a")
        #expect(plan([], [open], gone: ["a"]) == [[], [], ["1"]])
        #expect(plan([], [open], gone: []) == [[], [], []], "not found again is not gone")
        #expect(plan(["a"], [open], gone: ["a"]) == [[], [], []])
        var other = open
        other.hasReplies = true
        #expect(plan([], [other], gone: ["a"]) == [[], [], []])
        other = open
        other.isResolved = true
        #expect(plan([], [other], gone: ["a"]) == [[], [], []])
    }
}
