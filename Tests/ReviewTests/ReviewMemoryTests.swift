import JSON
import Review
import Testing

@Suite struct ReviewMemoryTests {
    private static let found = [
        Changes.finding(line: 14, quote: "let item = items[key]", title: "in the first hunk"),
        Changes.finding(line: 43, quote: "lock.lock()", severity: .critical, title: "in the second hunk"),
        Changes.finding(quote: "nowhere", severity: .question, title: "without a place", text: "Why."),
    ]
    private static let paths = Set(Changes.files.map(\.path))

    /// What a review of `files` leaves that showed the files `shown` and found `findings`.
    private static func memory(
        after previous: ReviewMemory? = nil, shown: Set<String> = paths, findings: [Finding] = found,
        of files: [FileDiff] = Changes.files, answered: Set<String> = []
    ) -> ReviewMemory {
        let checked = Changes.checked(findings, in: files)
        return ReviewMemory(
            after: plan(files, previous).outset, run: (previous?.run ?? 0) + 1, headSHA: "head\(previous?.run ?? 0)",
            shown: shown, found: checked.all.map { RememberedFinding($0, hasDiscussion: $0.place != nil) },
            answered: answered)
    }

    private static func plan(_ files: [FileDiff], _ previous: ReviewMemory?, isWhole: Bool = false) -> IncrementalPlan {
        IncrementalPlan(files: files, previous: previous, isWhole: isWhole, hash: testHash)
    }

    /// The files of which something is left to show.
    private static func left(_ plan: IncrementalPlan) -> [String] { plan.outset.pending.keys.sorted() }

    @Test func `without a memory everything is reviewed`() {
        let plan = Self.plan(Changes.files, nil)
        #expect(Set(plan.outset.pending.keys) == Self.paths && plan.seenHunks.isEmpty)
        #expect(plan.outset.since == nil && plan.outset.seen.isEmpty && !plan.leavesNothing)
        #expect(plan.outset.standing.isEmpty && plan.outset.outdated.isEmpty)
    }

    @Test func `what was seen is not reviewed again, and what was found stands`() {
        let plan = Self.plan(Changes.files, Self.memory())
        #expect(plan.leavesNothing && plan.outset.pending.isEmpty && plan.outset.since == "head0")
        #expect(plan.seenHunks == [0: [0, 1], 1: [0], 2: [0], 3: [0]])
        #expect(plan.outset.seen.values.allSatisfy { $0.headSHA == "head0" })
        #expect(
            plan.outset.standing.map(\.title) == ["in the second hunk", "in the first hunk", "without a place"])
        #expect(plan.outset.standing.map(\.words) == ["", "", "Why."])
        let whole = Self.plan(Changes.files, Self.memory(), isWhole: true)
        #expect(Set(whole.outset.pending.keys) == Self.paths && whole.outset.since == nil && !whole.leavesNothing)
        #expect(whole.outset.standing.map(\.title) == ["in the second hunk", "in the first hunk"])
    }

    @Test func `only the hunks that changed are reviewed, wherever the others have moved`() throws {
        var files = Changes.files
        files[0].hunks[1].lines[1].text = "        lock.lock() // safely"
        for index in files[0].hunks[0].lines.indices {
            files[0].hunks[0].lines[index].newNumber = files[0].hunks[0].lines[index].newNumber.map { $0 + 100 }
        }
        files[3].newPath = "other.txt"
        let plan = Self.plan(files, Self.memory())
        #expect(Self.left(plan) == ["other.txt", "src/cache.swift"])
        #expect(plan.seenHunks == [0: [0], 1: [0], 2: [0]])
        // `lock.lock()` still stands in the first hunk, and both have moved.
        #expect(plan.outset.standing.map(\.title) == ["in the second hunk", "in the first hunk"])
        #expect(plan.outset.standing.map(\.line) == [113, 114])
        files[0].hunks[0].lines.removeAll { $0.text.contains("let item") }
        let memory = Self.memory()
        let later = Self.plan(files, memory)
        #expect(later.outset.outdated.count == 2)
        #expect(later.outset.outdated.contains(try #require(memory.findings.first { $0.line == 14 }?.fingerprint)))
    }

    @Test func `an examined change loses what was seen, and a file of which nothing is left is named`() {
        var files = Changes.files
        files[0].hunks[1].lines[1].text = "        lock.lock() // safely"
        let plan = Self.plan(files, Self.memory())
        let change = ExaminedChange(files.map { Candidate($0) })
        let less = change.leavingOutSeen(plan)
        #expect(less.wholeMeasure == change.wholeMeasure)
        let facts = ReviewPromptTests.facts
        let frame = PromptFrame(facts: facts, change: less, inputTokensMax: 100_000)
        let estimator = TokenEstimator(model: "m")
        let context = ContextPlan(
            less, frame: frame, limits: ContextLimits(inputTokensMax: 100_000), estimator: estimator)
        // A removed file has its own reason, whatever was seen of it.
        #expect(context.files.map(\.action) == [.keep, .drop, .drop, .drop])
        #expect(context.files.map(\.reason) == [nil, .unchanged, .deleted, .unchanged])
        var randomness = SystemRandomNumberGenerator()
        let user = ReviewPlan(context, estimator: estimator, inputTokensMax: 100_000)
            .prompts(frame: frame, randomness: &randomness)[0].user
        #expect(user.contains("// safely") && !user.contains("let item = items[key]"))
        #expect(user.contains("- lib/new.rb: reviewed before and unchanged since"))
    }

    @Test func `files that no model was shown whole are reviewed the next time`() {
        let plan = Self.plan(Changes.files, Self.memory(shown: ["lib/new.rb", "gone.txt"]))
        #expect(Self.left(plan) == ["fresh.txt", "src/cache.swift"])
        #expect(Self.plan(Changes.files, Self.memory(shown: [])).seenHunks.isEmpty)
    }

    @Test func `a review of the whole that came to no end takes nothing from what was seen before`() {
        let outset = Self.plan(Changes.files, Self.memory(), isWhole: true).outset
        for (shown, head) in [([], "head0"), (Self.paths, "head1")] as [(Set<String>, String)] {
            let memory = ReviewMemory(after: outset, run: 2, headSHA: "head1", shown: shown, found: [])
            #expect(Self.plan(Changes.files, memory).leavesNothing)
            #expect(memory.files.values.allSatisfy { $0.headSHA == head } && memory.files.count == 4)
        }
    }

    @Test func `a memory grows from review to review, and forgets what left the change`() {
        let first = Self.memory(shown: ["src/cache.swift", "lib/new.rb"])
        let second = Self.memory(
            after: first, findings: [Changes.finding("fresh.txt", quote: "only line", title: "new")])
        #expect(second.run == 2 && Self.plan(Changes.files, second).leavesNothing)
        #expect(second.files["src/cache.swift"]?.headSHA == "head0" && second.files["fresh.txt"]?.headSHA == "head1")
        #expect(
            second.findings.map(\.title) == ["new", "in the second hunk", "in the first hunk", "without a place"])
        let third = Self.memory(after: second, findings: [], of: [Changes.files[3]])
        #expect(third.files.keys.sorted() == ["fresh.txt"] && third.findings.map(\.title) == ["new"])
        #expect(third.run == 3)
        // A file that is back as it was is new again.
        #expect(Self.plan(Changes.files, third).seenHunks == [3: [0]])
    }

    @Test func `what people have resolved is not told again, what could not be resolved is tried again`() {
        let first = Self.memory()
        let answered = Set(first.findings.prefix(1).map(\.fingerprint))
        let second = Self.memory(after: first, findings: [], answered: answered)
        #expect(second.findings.map(\.title) == ["in the first hunk", "without a place"])
        var left = second
        left.outdated = ["f1"]
        #expect(Self.plan(Changes.files, left).outset.unresolved == ["f1"])
        left.outdated = [second.findings[0].fingerprint]
        #expect(Self.plan(Changes.files, left).outset.unresolved == [], "its line is back")
    }

    @Test func `a secret stands when its line has left the change`() {
        var memory = Self.memory(findings: [Changes.finding(line: 14, quote: "let item = items[key]", kind: .secret)])
        #expect(Self.plan(Changes.files, memory).outset.standing.map(\.line) == [14])
        let plan = Self.plan([Changes.files[3]], memory)
        #expect(plan.outset.standing.map(\.line) == [nil] && plan.outset.outdated.isEmpty)
        memory.findings[0].kind = .bug
        #expect(Self.plan([Changes.files[3]], memory).outset.outdated.count == 1)
    }

    @Test func `goes through JSON and comes back`() throws {
        var memory = Self.memory()
        memory.outdated = ["f"]
        #expect(ReviewMemory(try JSONValue(parsing: memory.json.bytes)) == memory)
        #expect(memory.findings.count == 3 && memory.files.count == 4)
        var outset = Self.plan(Array(Changes.files.dropLast()), Self.memory(shown: ["lib/new.rb"])).outset
        outset.unresolved = ["g"]
        #expect(ReviewOutset(try JSONValue(parsing: outset.json.bytes)) == outset)
        #expect(!outset.seen.isEmpty && !outset.pending.isEmpty && !outset.standing.isEmpty)
        let finding = Changes.finding("a", .old, line: 3, quote: "q", text: "t", replaced: "r", replacement: "s")
        #expect(Finding(json: try JSONValue(parsing: finding.json.bytes)) == finding)
        #expect(Finding(json: ["severity": "grave"]) == nil && ReviewOutset(["seen": [:]]) == nil)
    }

    @Test(arguments: [
        "null", "{}", "[]", #"{"version": 1, "run": 1, "head": "a", "hunks": {}, "findings": []}"#,
        #"{"version": 2, "run": 0, "head": "a", "files": {}, "findings": [], "outdated": []}"#,
        #"{"version": 2, "run": 1, "head": "a", "files": {"a": 1}, "findings": [], "outdated": []}"#,
        #"{"version": 2, "run": 1, "head": "a", "files": {}, "findings": [{}], "outdated": []}"#,
        #"{"version": 2, "run": 1, "files": {}, "findings": [], "outdated": []}"#,
    ])
    func `anything else is no memory`(_ text: String) throws {
        #expect(ReviewMemory(try JSONValue(parsing: text)) == nil)
        let whole = #"{"version": 2, "run": 1, "head": "a", "files": {}, "findings": [], "outdated": []}"#
        #expect(ReviewMemory(try JSONValue(parsing: whole)) != nil)
    }

    @Test(arguments: [ReviewMemory.findingsMax, ReviewMemory.findingsMax + 1])
    func `remembers so many findings and no more, and so many words of each`(_ count: Int) {
        let findings = (1...count).map {
            Changes.finding(quote: "none", title: "\($0)", text: String(repeating: "w", count: 5_000))
        }
        let memory = Self.memory(findings: findings)
        #expect(memory.findings.count == min(count, ReviewMemory.findingsMax))
        #expect(memory.findings.allSatisfy { $0.words.utf8.count == RememberedFinding.wordsBytesMax })
    }

    @Test(arguments: [ReviewMemory.hunksMax, ReviewMemory.hunksMax + 1])
    func `remembers so many hunks and no more`(_ count: Int) {
        let hunks = (0..<count).map {
            DiffHunk(
                oldStart: 0, oldCount: 0, newStart: $0, newCount: 1,
                lines: [DiffLine(kind: .added, text: "\($0)", newNumber: $0)])
        }
        let files = [FileDiff(oldPath: "a", newPath: "a", hunks: hunks)]
        let memory = Self.memory(shown: ["a"], findings: [], of: files)
        #expect(memory.files["a"]?.hunks.count == min(count, ReviewMemory.hunksMax))
        #expect(Self.plan(files, memory).outset.pending.isEmpty == (count == ReviewMemory.hunksMax))
    }
}
