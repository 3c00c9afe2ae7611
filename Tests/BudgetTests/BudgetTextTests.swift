import Budget
import Testing
import UTCTime

@Suite struct ScopeTextTests {
    @Test(arguments: [
        ("user:Ann Lee", "user:ann lee"), ("agent:my *agent*", "agent:my *agent*"), ("team:core", "team:core"),
        ("merge_request:Group/My App!12", "merge_request:group/my app!12"), ("all", "all"),
        ("user:x:y!z", "user:x:y!z"),
        ("user: ", "user: "), ("user:" + String(repeating: "a", count: 512), nil),
    ])
    func `a counter is named as calls name it`(_ text: String, _ wanted: String?) throws {
        let scope = try Scope(counter: text)
        #expect(scope.description == wanted ?? text)
        #expect(try Scope(counter: scope.description) == scope)
    }

    @Test(arguments: [
        "user:*", "user:", "user", "everyone:x", "all:x", "", "merge_request:app", "merge_request:app!0",
        "merge_request:!1", "user:a\tb", "user:a\u{7F}", "user:" + String(repeating: "a", count: 513),
    ])
    func `what names no counter is refused`(_ text: String) {
        #expect(throws: BudgetTextError.self) { try Scope(counter: text) }
    }

    @Test(arguments: [
        "all", "project:group/app", "project:*", "group:a/b", "group:*", "user:ann", "user:*", "team:core", "team:*",
        "merge_request:group/app!123", "merge_request:*", "agent:reviewer", "command:review", "model:gpt-5:latest",
    ])
    func `a scope comes back as it was written`(_ text: String) throws {
        #expect(try ScopePattern(parsing: text).description == text)
    }

    @Test(arguments: [
        "", "All", "all:", "all:*", "project", "project:", "projects:a", "project:a b", "project:a\u{7}", "project:/a",
        "project:a/", "project:a//b", "project:a/*", "user:a*", "merge_request:a", "merge_request:a!", "team:.x",
        "merge_request:a!0", "merge_request:a!+1", "merge_request:!1", "merge_request:a!1234567890123456",
    ])
    func `any other text is refused with what is accepted`(_ text: String) {
        #expect(throws: BudgetTextError.self) { try ScopePattern(parsing: text) }
    }

    @Test func `capital letters make no difference where GitLab makes none`() throws {
        #expect(try ScopePattern(parsing: "user:Ann") == ScopePattern(parsing: "user:ann"))
        #expect(try ScopePattern(parsing: "project:Group/App") == ScopePattern(parsing: "project:group/app"))
        #expect(try ScopePattern(parsing: "model:Big") != ScopePattern(parsing: "model:big"))
    }

    @Test func `a name of 512 bytes is the longest`() throws {
        #expect(try Scope(.user, parsing: String(repeating: "a", count: 512)).name.count == 512)
        #expect(throws: BudgetTextError.self) { try Scope(.user, parsing: String(repeating: "a", count: 513)) }
    }

    @Test func `the error names the field, the value and what is accepted`() {
        #expect {
            try ScopePattern(parsing: "usr:ann")
        } throws: {
            "\($0)".hasPrefix("scope \"usr:ann\": no such scope; accepted are all, project:<path>, group:<path>, user:")
        }
    }
}

@Suite struct LimitTextTests {
    @Test(
        arguments: [
            ("200000", BudgetUnit.tokens, 200_000, "200000"), ("0", .tokens, 0, "0"),
            ("50usd", .usd, 50_000_000, "50usd"), ("12.5usd", .usd, 12_500_000, "12.50usd"),
            ("0.000001USD", .usd, 1, "0.000001usd"), ("999999999usd", .usd, 999_999_999_000_000, nil),
            ("999999999999999", .tokens, 999_999_999_999_999, "999999999999999"),
            ("999999999.999999usd", .usd, 999_999_999_999_999, nil),
        ] as [(String, BudgetUnit, Int, String?)])
    func `limits are exact`(_ text: String, _ unit: BudgetUnit, _ amount: Int, _ back: String?) throws {
        let limit = try BudgetLimit(parsing: text)
        #expect(limit == BudgetLimit(amount, unit))
        #expect(limit.description == back ?? text)
    }

    @Test(arguments: [
        "", "-1", "+5", "1e6", "5 usd", "usd", ".5usd", "5.usd", "5.1234567usd", "1000000000usd", "1234567890123456",
        "$5",
    ])
    func `other texts are no limits`(_ text: String) {
        #expect(throws: BudgetTextError.self) { try BudgetLimit(parsing: text) }
    }

    @Test func `thresholds are shares or amounts of the same unit`() throws {
        #expect(try BudgetThreshold(parsing: "80%", unit: .tokens) == .percent(80))
        #expect(try BudgetThreshold(parsing: "40usd", unit: .usd) == .amount(40_000_000))
        #expect(BudgetThreshold.percent(80).amount(ofLimit: 99) == 80)
        #expect(BudgetThreshold.percent(80).amount(ofLimit: 100) == 80)
        #expect(BudgetThreshold.percent(1000).amount(ofLimit: BudgetLimit.amountMax) == 10_000_000_000_000_000)
        for text in ["0%", "1001%", "%", "-1%", "40usd"] {
            #expect(throws: BudgetTextError.self) { try BudgetThreshold(parsing: text, unit: .tokens) }
        }
    }
}

@Suite struct PeriodTests {
    @Test(arguments: [
        (Period.hour, "2025-12-31T23:59:59Z", "2025-12-31T23:00:00Z", "2026-01-01T00:00:00Z"),
        (.day, "2024-02-29T12:00:00Z", "2024-02-29T00:00:00Z", "2024-03-01T00:00:00Z"),
        (.week, "2025-12-28T23:59:59Z", "2025-12-22T00:00:00Z", "2025-12-29T00:00:00Z"),
        (.week, "2025-12-29T00:00:00Z", "2025-12-29T00:00:00Z", "2026-01-05T00:00:00Z"),
        (.month, "2025-12-31T23:59:59Z", "2025-12-01T00:00:00Z", "2026-01-01T00:00:00Z"),
    ])
    func `windows follow the calendar`(_ period: Period, _ time: String, _ start: String, _ end: String) throws {
        let window = period.window(at: try #require(Instant(time)))
        #expect(window.start.description == start)
        #expect(window.end?.description == end)
        #expect(window.contains(window.start))
        #expect(try !window.contains(#require(window.end)))
    }

    @Test func `the total never begins anew`() throws {
        let window = Period.total.window(at: try #require(Instant("2025-12-31T23:59:59Z")))
        #expect(window.end == nil)
        #expect(window.contains(Instant(milliseconds: .min)) && window.contains(Instant(milliseconds: .max)))
        #expect(throws: BudgetTextError.self) { try Period(parsing: "daily") }
    }
}

@Suite struct BudgetSetTests {
    private func budget(_ name: String, _ scope: String = "all", label: String? = nil) throws -> BudgetDefinition {
        try BudgetDefinition(
            name: name, scope: ScopePattern(parsing: scope), period: .day, limit: BudgetLimit(parsing: "100"),
            label: label)
    }

    @Test func `a name is taken once, and setting takes its place`() throws {
        #expect(throws: BudgetTextError.self) { try BudgetSet(budgets: [budget("a"), budget("a", "user:*")]) }
        let set = try BudgetSet(budgets: [budget("a")]).setting(budget("a", "user:*")).setting(budget("b"))
        #expect(set.budgets.map(\.scope.description) == ["user:*", "all"])
        #expect(try set.removing(budget: "a").budgets.map(\.name) == ["b"])
        #expect(throws: BudgetTextError.self) { try set.removing(budget: "c") }
    }

    @Test func `a team that a budget is for cannot be missing`() throws {
        let core = try Team(name: "core", users: ["Ann", "ann", "bob"])
        #expect(core.users == ["ann", "bob"])
        #expect(throws: BudgetTextError.self) { try BudgetSet(budgets: [budget("a", "team:core")]) }
        let set = try BudgetSet(budgets: [budget("a", "team:core"), budget("b", "team:*")], teams: [core])
        #expect {
            try set.removing(team: "core")
        } throws: {
            "\($0)" == "team \"core\": remove what is for it first: a"
        }
        #expect(try set.removing(budget: "a").removing(team: "core").teams.isEmpty)
        #expect(throws: BudgetTextError.self) { try Team(name: "none", users: []) }
        let longest = String(repeating: "4", count: Team.costCentreBytesMax)
        #expect(try Team(name: "a", users: ["b"], costCentre: longest).costCentre == longest)
        #expect(try Team(name: "a", users: ["b"], costCentre: "").costCentre == nil)
        for wrong in [longest + "4", "a\nb"] {
            #expect(throws: BudgetTextError.self) { try Team(name: "a", users: ["b"], costCentre: wrong) }
        }
    }

    @Test func `only budgets of merge requests are chosen by label`() throws {
        #expect(try budget("bugfix", "merge_request:*", label: "bug").label == "bug")
        #expect(throws: BudgetTextError.self) { try budget("bugfix", "user:*", label: "bug") }
        #expect(throws: BudgetTextError.self) { try budget("bugfix", "merge_request:*", label: "bug,feature") }
    }

    @Test(arguments: [(20, true), (21, false)]) func `twenty thresholds are the most`(_ count: Int, _ fits: Bool) throws
    {
        let make = {
            try BudgetDefinition(
                name: "a", scope: .one(.all), period: .day, limit: BudgetLimit(parsing: "100"),
                thresholds: (1...count).map { .percent($0) })
        }
        if fits {
            #expect(try make().thresholds.count == count)
        } else {
            #expect(throws: BudgetTextError.self) { try make() }
        }
    }

    @Test(arguments: [(501, true), (502, false)]) func `five hundred budgets and the daily one are the most`(
        _ count: Int, _ fits: Bool
    )
        throws
    {
        let budgets = try (0..<count).map { try budget("b\($0)") }
        if fits {
            #expect(try BudgetSet(budgets: budgets).budgets.count == count)
        } else {
            #expect(throws: BudgetTextError.self) { try BudgetSet(budgets: budgets) }
        }
    }

    @Test(arguments: ["", ".a", "-a", "a b", "a/b", "ä", String(repeating: "a", count: 65)])
    func `names stand in paths`(_ name: String) { #expect(throws: BudgetTextError.self) { try budget(name) } }
}
