import GitLab

/// What the poll asks in a round and what it makes of each answer: no clock, no network, no log.
///
/// Time is counted in rounds, so that a clock that jumps holds up nothing. A target that fails is left out for 1, 2, 4 … rounds, up to
/// a quarter of an hour when GitLab failed and an hour when GitLab refused; one that is not there three rounds in a row is forgotten
/// for a day. Targets asked longest ago come first, so a round that ends early starves none.
struct PollPlan: Sendable {
    /// Targets asked in one round at most; the others come in the next.
    static let targetsPerRoundMax = 500
    /// Rounds in a row in which a target is not there before it is forgotten.
    static let goneCountMax = 3
    /// Targets in a row that get no answer before the round ends: then it is GitLab, not one of them.
    static let silentCountMax = 3
    /// Rounds in a row that believe GitLab's "unchanged"; then the list is read anew.
    static let unchangedCountMax = 12
    /// Seconds that one pause takes at most.
    static let pauseSecondsMax = 900.0
    /// Seconds to pause when GitLab limits us and does not say until when.
    static let pauseSecondsDefault = 60.0

    /// What to do after an answer.
    enum Step: Sendable, Equatable {
        /// Ask the next target.
        case goOn
        /// Wait so many seconds first, then ask the next.
        case pause(seconds: Double)
        /// Wait so many seconds and ask this target once more.
        case repeatAfter(seconds: Double)
        /// Leave the rest for the next round.
        case endRound
    }

    /// What is known of one target.
    private struct Memory {
        var scope: MergeRequestScope?
        var tag: String?
        var unchangedCount = 0
        var failureCount = 0
        var goneCount = 0
        /// The round from which on it is asked again.
        var dueRound = 0
        var askedRound = -1
        var isForgotten = false
        /// Whether a line says that it is in trouble.
        var isRemarked = false
        /// Whether a line says that its list is cut.
        var isCut = false
    }

    private let intervalSeconds: Int
    private var round = -1
    private var memories: [PollTarget: Memory] = [:]
    private var silentCount = 0
    private var isDown = false
    private var isTokenRefused = false
    private var isLimited = false
    private var wasRepeated = false

    /// A plan for rounds that are `intervalSeconds` apart.
    init(intervalSeconds: Int) { self.intervalSeconds = max(1, intervalSeconds) }

    /// Begins a round and returns whom to ask, in this order. What is in neither list is no longer remembered.
    mutating func beginRound(_ targets: [PollTarget]) -> [PollTarget] {
        round += 1
        (silentCount, wasRepeated) = (0, false)
        let wanted = Set(targets)
        memories = memories.filter { wanted.contains($0.key) }
        for target in wanted where memories[target] == nil { memories[target] = Memory() }
        let due = memories.filter { $0.value.dueRound <= round }.sorted {
            ($0.value.askedRound, $0.key.description) < ($1.value.askedRound, $1.key.description)
        }
        return due.prefix(Self.targetsPerRoundMax).map(\.key)
    }

    /// What to ask about `target`: scopes to try until one is there, and the tag of the last answer.
    func question(about target: PollTarget) -> (scopes: [MergeRequestScope], tag: String?) {
        guard let memory = memories[target] else { return (target.scopes, nil) }
        let believes = memory.unchangedCount < Self.unchangedCountMax
        return (memory.scope.map { [$0] } ?? target.scopes, memory.scope != nil && believes ? memory.tag : nil)
    }

    /// Takes in a list that `target` gave, in answer to `scope`. `isSettled`: no offer has to be made again.
    mutating func answered(
        _ target: PollTarget, scope: MergeRequestScope, _ list: LabelledMergeRequests, isSettled: Bool
    ) -> (step: Step, remarks: [PollRemark]) {
        var memory = memories[target] ?? Memory()
        var remarks: [PollRemark] = []
        if isTokenRefused || isDown { remarks.append(.worksAgain) }
        if memory.isRemarked { remarks.append(.targetWorksAgain(target)) }
        (isTokenRefused, isDown, wasRepeated, silentCount) = (false, false, false, 0)
        memory.scope = list.movedToProjectID.map { .project(.id($0)) } ?? scope
        memory.unchangedCount = list.isUnchanged ? memory.unchangedCount + 1 : 0
        memory.tag = isSettled ? list.tag : nil
        (memory.failureCount, memory.goneCount, memory.isForgotten, memory.isRemarked) = (0, 0, false, false)
        memory.askedRound = round
        let isNewlyCut = list.isCut && !memory.isCut
        if !list.isUnchanged { memory.isCut = list.isCut }
        memories[target] = memory
        if let id = list.movedToProjectID { remarks.append(.moved(target, toProjectID: id)) }
        if isNewlyCut { remarks.append(.cut(target, count: list.mergeRequests.count)) }
        // A tenth of what is allowed stays for the reviews.
        guard let limit = list.rateLimit, limit.remaining <= max(5, (limit.limit ?? 0) / 10) else {
            isLimited = false
            return (.goOn, remarks)
        }
        let seconds = min(limit.resetSeconds ?? Self.pauseSecondsDefault, Self.pauseSecondsMax)
        if !isLimited { remarks.append(.limited(seconds: seconds)) }
        isLimited = true
        return (.pause(seconds: seconds), remarks)
    }

    /// Takes in that `target` gave no list.
    mutating func failed(_ target: PollTarget, _ error: GitLabError) -> (step: Step, remarks: [PollRemark]) {
        var memory = memories[target] ?? Memory()
        defer { memories[target] = memory }
        if error.kind != .rateLimited { wasRepeated = false }
        switch error.handling {
        case .tokenProblem:
            defer { isTokenRefused = true }
            return (.endRound, isTokenRefused ? [] : [.tokenRefused(error)])
        case .retryLater where error.kind == .rateLimited:
            return limited(error)
        case .retryLater:
            memory.askedRound = round
            silentCount += 1
            if silentCount >= Self.silentCountMax || memories.count <= silentCount {
                defer { isDown = true }
                return (.endRound, isDown ? [] : [.down(error)])
            }
            setBack(&memory, secondsMax: 900)
            // Once may be chance.
            return (.goOn, remark(&memory, when: memory.failureCount >= 2, .targetFails(target, error)))
        case .gone:
            memory.askedRound = round
            memory.goneCount += 1
            memory.scope = nil
            memory.tag = nil
            silentCount = 0
            guard memory.goneCount >= Self.goneCountMax else { return (.goOn, []) }
            memory.dueRound = round + rounds(in: 86_400)
            defer { memory.isForgotten = true }
            return (.goOn, memory.isForgotten ? [] : remark(&memory, when: true, .forgotten(target, error)))
        case .giveUp:
            memory.askedRound = round
            silentCount = 0
            setBack(&memory, secondsMax: 3600)
            return (.goOn, remark(&memory, when: true, .targetFails(target, error)))
        }
    }

    private mutating func limited(_ error: GitLabError) -> (step: Step, remarks: [PollRemark]) {
        let seconds = min(error.retryAfterSeconds ?? Self.pauseSecondsDefault, Self.pauseSecondsMax)
        let remarks: [PollRemark] = isLimited ? [] : [.limited(seconds: seconds)]
        isLimited = true
        defer { wasRepeated.toggle() }
        return (wasRepeated ? .endRound : .repeatAfter(seconds: max(1, seconds)), remarks)
    }

    private func remark(_ memory: inout Memory, when isDue: Bool, _ remark: PollRemark) -> [PollRemark] {
        guard isDue, !memory.isRemarked else { return [] }
        memory.isRemarked = true
        return [remark]
    }

    private func setBack(_ memory: inout Memory, secondsMax: Int) {
        memory.failureCount += 1
        let doubled = 1 << min(memory.failureCount - 1, 20)
        memory.dueRound = round + 1 + min(doubled, rounds(in: secondsMax))
    }

    private func rounds(in seconds: Int) -> Int { max(1, seconds / intervalSeconds) }
}
