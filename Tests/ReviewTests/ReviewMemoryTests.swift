import JSON
import Review
import Testing

@Suite struct ReviewMemoryTests {
    private static let found = [
        Changes.finding(line: 14, quote: "let item = items[key]", title: "in the first hunk"),
        Changes.finding(line: 43, quote: "lock.lock()", severity: .critical, title: "in the second hunk"),
        Changes.finding(quote: "nowhere", severity: .question, title: "without a place"),
    ]

    private static func memory(
        after previous: ReviewMemory? = nil, shown: [FileDiff]? = nil, findings: [Finding] = found,
        of files: [FileDiff] = Changes.files
    ) -> ReviewMemory {
        let plan = IncrementalPlan(files: files, previous: previous, isWhole: false, hash: testHash)
        return ReviewMemory(
            after: previous, plan: plan, headSHA: "head\(previous?.run ?? 0)", shown: shown ?? plan.toReview,
            found: Changes.checked(findings, in: files), hash: testHash)
    }

    private static func plan(_ files: [FileDiff], _ previous: ReviewMemory?, isWhole: Bool = false) -> IncrementalPlan {
        IncrementalPlan(files: files, previous: previous, isWhole: isWhole, hash: testHash)
    }

    @Test func `without a memory everything is reviewed`() {
        let plan = Self.plan(Changes.files, nil)
        #expect(plan.toReview == Changes.files && plan.unchangedFiles.isEmpty && plan.since == nil && !plan.isEmpty)
        #expect(plan.standing.isEmpty && plan.gone.isEmpty)
    }

    @Test func `what was seen is not reviewed again, and what was found stands`() {
        let plan = Self.plan(Changes.files, Self.memory())
        #expect(plan.isEmpty && plan.toReview.isEmpty && plan.since == "head0")
        #expect(plan.unchangedFiles == ["src/cache.swift", "lib/new.rb", "gone.txt", "fresh.txt"])
        #expect(plan.standing.map(\.title) == ["in the second hunk", "in the first hunk", "without a place"])
        let whole = Self.plan(Changes.files, Self.memory(), isWhole: true)
        #expect(whole.toReview == Changes.files && whole.since == nil)
        #expect(whole.standing.map(\.title) == ["in the second hunk", "in the first hunk"])
    }

    @Test func `only the hunks that changed are reviewed, wherever the others have moved`() {
        var files = Changes.files
        files[0].hunks[1].lines[1].text = "        lock.lock() // safely"
        for index in files[0].hunks[0].lines.indices {
            files[0].hunks[0].lines[index].newNumber = files[0].hunks[0].lines[index].newNumber.map { $0 + 100 }
        }
        files[3].newPath = "other.txt"
        let plan = Self.plan(files, Self.memory())
        #expect(plan.toReview.map(\.path) == ["src/cache.swift", "other.txt"])
        #expect(plan.toReview[0].hunks == [files[0].hunks[1]] && plan.partlyUnchangedFiles == ["src/cache.swift": 1])
        #expect(plan.unchangedFiles == ["lib/new.rb", "gone.txt"])
        // `lock.lock()` still stands in the first hunk.
        #expect(plan.standing.map(\.title) == ["in the second hunk", "in the first hunk"])
        files[0].hunks[0].lines.removeAll { $0.text.contains("let item") }
        let later = Self.plan(files, Self.memory())
        #expect(later.gone.map(\.title) == ["in the first hunk", "without a place"])
    }

    @Test func `hunks that no model was shown are reviewed the next time`() {
        var shown = Changes.files
        shown[0].hunks.removeLast()
        shown.removeLast()
        let plan = Self.plan(Changes.files, Self.memory(shown: shown))
        #expect(plan.toReview.map(\.path) == ["src/cache.swift", "fresh.txt"])
        #expect(plan.toReview[0].hunks == [Changes.files[0].hunks[1]])
    }

    @Test func `a memory grows from review to review, and forgets what left the change`() {
        let first = Self.memory(shown: [Changes.files[0], Changes.files[1]])
        let second = Self.memory(
            after: first, findings: [Changes.finding("fresh.txt", quote: "only line", title: "new")])
        #expect(second.run == 2 && Self.plan(Changes.files, second).isEmpty)
        #expect(second.findings.map(\.title) == ["new", "in the second hunk", "in the first hunk", "without a place"])
        let third = Self.memory(after: second, findings: [], of: [Changes.files[3]])
        #expect(third.hunks.keys.sorted() == ["fresh.txt"] && third.findings.map(\.title) == ["new"])
        #expect(third.run == 3)
    }

    @Test func `goes through JSON and comes back`() throws {
        let memory = Self.memory()
        #expect(ReviewMemory(try JSONValue(parsing: memory.json.bytes)) == memory)
        #expect(memory.findings.count == 3 && !memory.hunks.isEmpty)
    }

    @Test(arguments: [
        "null", "{}", "[]", #"{"version": 2, "run": 1, "head": "a", "hunks": {}, "findings": []}"#,
        #"{"version": 1, "run": 0, "head": "a", "hunks": {}, "findings": []}"#,
        #"{"version": 1, "run": 1, "head": "a", "hunks": {"a": 1}, "findings": []}"#,
        #"{"version": 1, "run": 1, "head": "a", "hunks": {}, "findings": [{}]}"#,
        #"{"version": 1, "run": 1, "hunks": {}, "findings": []}"#,
    ])
    func `anything else is no memory`(_ text: String) throws {
        #expect(ReviewMemory(try JSONValue(parsing: text)) == nil)
        #expect(
            ReviewMemory(try JSONValue(parsing: #"{"version": 1, "run": 1, "head": "a", "hunks": {}, "findings": []}"#))
                != nil)
    }

    @Test(arguments: [ReviewMemory.findingsMax, ReviewMemory.findingsMax + 1])
    func `remembers so many findings and no more`(_ count: Int) {
        let findings = (1...count).map { Changes.finding(quote: "none", title: "\($0)") }
        #expect(Self.memory(findings: findings).findings.count == min(count, ReviewMemory.findingsMax))
    }

    @Test(arguments: [ReviewMemory.hunksMax, ReviewMemory.hunksMax + 1])
    func `remembers so many hunks and no more`(_ count: Int) {
        let hunks = (0..<count).map {
            DiffHunk(
                oldStart: 0, oldCount: 0, newStart: $0, newCount: 1,
                lines: [DiffLine(kind: .added, text: "\($0)", newNumber: $0)])
        }
        let files = [FileDiff(oldPath: "a", newPath: "a", hunks: hunks)]
        let memory = Self.memory(findings: [], of: files)
        #expect(memory.hunks["a"]?.count == min(count, ReviewMemory.hunksMax))
        #expect(Self.plan(files, memory).isEmpty == (count == ReviewMemory.hunksMax))
    }
}
