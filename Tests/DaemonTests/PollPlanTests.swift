import Testing

@testable import Daemon
@testable import GitLab

@Suite struct PollPlanTests {
    private static let a = PollTarget.project(1)
    private static let b = PollTarget.path("shop/app")
    private static let c = PollTarget.path("shop")

    private func error(_ kind: GitLabError.Kind, status: Int? = nil, message: String = "", after: Double? = nil)
        -> GitLabError
    {
        GitLabError("poll", kind, status: status, message: message, hint: "", retryAfterSeconds: after)
    }

    private func list(tag: String? = nil, isUnchanged: Bool = false, remaining: Int? = nil, reset: Double? = nil)
        -> LabelledMergeRequests
    {
        var list = LabelledMergeRequests()
        list.tag = tag
        list.isUnchanged = isUnchanged
        list.rateLimit = remaining.map { RateLimit(limit: 100, remaining: $0, resetSeconds: reset) }
        return list
    }

    @discardableResult private func answer(
        _ plan: inout PollPlan, _ target: PollTarget, _ list: LabelledMergeRequests? = nil, isSettled: Bool = true
    ) -> (step: PollPlan.Step, remarks: [PollRemark]) {
        plan.answered(target, scope: target.scopes[0], list ?? self.list(), isSettled: isSettled)
    }

    @Test(arguments: [
        ("42", PollTarget.project(42)), ("shop", .path("shop")), ("shop/app", .path("shop/app")), ("4a", .path("4a")),
        ("99999999999999999999", .path("99999999999999999999")),
    ])
    func `an entry of the settings`(_ text: String, _ target: PollTarget) {
        #expect(PollTarget(setting: text) == target)
    }

    @Test func `a path may be a project or a group, and what it is stays known`() {
        #expect(
            Self.b.scopes == [.project(.path("shop/app")), .group("shop/app")] && Self.c.scopes == [.group("shop")])
        var plan = PollPlan(intervalSeconds: 300)
        #expect(plan.beginRound([Self.b, Self.b]) == [Self.b] && plan.question(about: Self.b).scopes == Self.b.scopes)
        _ = plan.answered(Self.b, scope: .group("shop/app"), list(tag: "t"), isSettled: true)
        #expect(plan.question(about: Self.b).scopes == [.group("shop/app")] && plan.question(about: Self.b).tag == "t")
        _ = plan.beginRound([Self.b])
        var moved = list()
        moved.movedToProjectID = 81
        #expect(
            plan.answered(Self.b, scope: Self.b.scopes[0], moved, isSettled: true).remarks == [
                .moved(Self.b, toProjectID: 81)
            ])
        #expect(plan.question(about: Self.b).scopes == [.project(.id(81))])
    }

    @Test func `those asked longest ago come first, and a round is bounded`() {
        var plan = PollPlan(intervalSeconds: 300)
        let all = (1...501).map { PollTarget.project($0) }
        let first = plan.beginRound(all)
        #expect(first.count == PollPlan.targetsPerRoundMax)
        for target in first { answer(&plan, target) }
        let left = Set(all).subtracting(first)
        #expect(plan.beginRound(all).first == left.first && left.count == 1)
        #expect(PollPlan(intervalSeconds: 300).question(about: Self.a).tag == nil)
    }

    @Test func `a list with something to offer again is read again, an unchanged one at times`() {
        var plan = PollPlan(intervalSeconds: 300)
        _ = plan.beginRound([Self.a])
        answer(&plan, Self.a, list(tag: "t"), isSettled: false)
        #expect(plan.question(about: Self.a).tag == nil)
        answer(&plan, Self.a, list(tag: "t"))
        for count in 1...13 {
            #expect((plan.question(about: Self.a).tag == "t") == (count <= PollPlan.unchangedCountMax), "\(count)")
            _ = plan.beginRound([Self.a])
            answer(&plan, Self.a, list(tag: "t", isUnchanged: count <= PollPlan.unchangedCountMax))
        }
        #expect(plan.question(about: Self.a).tag == "t")
    }

    @Test func `what fails is left out longer and longer, the others are not`() {
        var plan = PollPlan(intervalSeconds: 300)
        var asked: [Int] = []
        var remarks: [PollRemark] = []
        for round in 0..<40 {
            let due = plan.beginRound([Self.a, Self.b])
            #expect(due.contains(Self.b))
            answer(&plan, Self.b)
            if due.contains(Self.a) {
                asked.append(round)
                let (step, said) = plan.failed(Self.a, error(.forbidden, status: 403, message: "403 Forbidden"))
                #expect(step == .goOn)
                remarks += said
            }
        }
        // 1, 2, 4, 8 rounds left out, then an hour's.
        #expect(asked == [0, 2, 5, 10, 19, 32] && remarks.count == 1)
        for _ in 0..<13 { _ = plan.beginRound([Self.a, Self.b]) }
        #expect(answer(&plan, Self.a).remarks == [.targetWorksAgain(Self.a)] && answer(&plan, Self.a).remarks == [])
    }

    @Test func `what is not there is forgotten for a day after three rounds, and said once`() {
        var plan = PollPlan(intervalSeconds: 300)
        var asked: [Int] = []
        var remarks: [PollRemark] = []
        let gone = error(.notFound, status: 404)
        for round in 0..<600 where plan.beginRound([Self.a]).contains(Self.a) {
            asked.append(round)
            remarks += plan.failed(Self.a, gone).remarks
        }
        #expect(asked == [0, 1, 2, 290, 578] && remarks == [.forgotten(Self.a, gone)])
        // A project of which no delivery tells any more costs no memory; seen again, it is new.
        _ = plan.beginRound([])
        #expect(plan.beginRound([Self.a]) == [Self.a])
    }

    @Test func `a token that is refused ends the round, and is said once until it works again`() {
        var plan = PollPlan(intervalSeconds: 300)
        let refused = error(.unauthorized, status: 401)
        for round in 0..<3 {
            #expect(plan.beginRound([Self.a, Self.b]).count == 2)
            let (step, remarks) = plan.failed(Self.a, refused)
            #expect(step == .endRound && remarks == (round == 0 ? [.tokenRefused(refused)] : []))
        }
        _ = plan.beginRound([Self.a, Self.b])
        #expect(answer(&plan, Self.a).remarks == [.worksAgain] && answer(&plan, Self.b).remarks == [])
    }

    @Test func `three silences in a row are GitLab's, one is its target's`() {
        var plan = PollPlan(intervalSeconds: 300)
        let all = (1...5).map { PollTarget.project($0) }
        let silent = error(.unavailable)
        #expect(plan.beginRound(all) == all)
        #expect(plan.failed(all[0], silent).step == .goOn)
        #expect(plan.failed(all[1], silent).step == .goOn)
        let third = plan.failed(all[2], silent)
        #expect(third.step == .endRound && third.remarks == [.down(silent)])
        // Those not asked come first in the next round, and the two before are given one round.
        #expect(plan.beginRound(all) == [all[3], all[4], all[2]])
        #expect(answer(&plan, all[3]).remarks == [.worksAgain])
        #expect(plan.failed(all[4], silent).remarks == [] && answer(&plan, all[2]).step == .goOn)
        _ = plan.beginRound(all)
        _ = plan.beginRound(all)
        #expect(plan.failed(all[4], silent).remarks == [.targetFails(all[4], silent)])
    }

    @Test func `one project alone that gives no answer is GitLab's silence`() {
        var plan = PollPlan(intervalSeconds: 300)
        let silent = error(.unavailable)
        for round in 0..<4 {
            #expect(plan.beginRound([Self.a]) == [Self.a])
            let (step, remarks) = plan.failed(Self.a, silent)
            #expect(step == .endRound && remarks == (round == 0 ? [.down(silent)] : []))
        }
    }

    @Test(arguments: [(nil, 60.0), (7.0, 7.0), (0.0, 1.0), (900.0, 900.0), (901.0, 900.0)] as [(Double?, Double)])
    func `a limit is waited for once, then the round ends`(_ asked: Double?, _ seconds: Double) {
        var plan = PollPlan(intervalSeconds: 300)
        let limited = error(.rateLimited, status: 429, after: asked)
        _ = plan.beginRound([Self.a])
        let first = plan.failed(Self.a, limited)
        #expect(first.step == .repeatAfter(seconds: seconds) && first.remarks.count == 1)
        let second = plan.failed(Self.a, limited)
        #expect(second.step == .endRound && second.remarks == [])
        _ = plan.beginRound([Self.a])
        #expect(plan.failed(Self.a, limited).step == .repeatAfter(seconds: seconds))
        #expect(answer(&plan, Self.a).step == .goOn)
    }

    @Test(
        arguments: [
            (11, nil, PollPlan.Step.goOn), (10, 30.0, .pause(seconds: 30)), (0, nil, .pause(seconds: 60)),
            (0, 5000.0, .pause(seconds: 900)),
        ] as [(Int, Double?, PollPlan.Step)])
    func `the last tenth of what GitLab allows is left to the reviews`(
        _ remaining: Int, _ reset: Double?, _ step: PollPlan.Step
    ) {
        var plan = PollPlan(intervalSeconds: 300)
        _ = plan.beginRound([Self.a])
        let (first, remarks) = answer(&plan, Self.a, list(remaining: remaining, reset: reset))
        #expect(first == step && remarks.count == (step == .goOn ? 0 : 1))
        #expect(answer(&plan, Self.a, list(remaining: remaining, reset: reset)).remarks == [])
    }

    @Test func `a cut list is said once`() {
        var plan = PollPlan(intervalSeconds: 300)
        var cut = list()
        cut.isCut = true
        _ = plan.beginRound([Self.a])
        #expect(
            answer(&plan, Self.a, cut).remarks == [.cut(Self.a, count: 0)] && answer(&plan, Self.a, cut).remarks == [])
    }
}
