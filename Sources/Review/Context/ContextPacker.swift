// Packs what is worth most first. Files go by category (production before settings, tests, prose, data), within one the
// small before the large, so that most of them are seen whole. What does not fit whole is shown in part: its changed
// places, those that add something first. Only when one call cannot hold it is another one opened: each costs its frame.

/// Makes a plan for an examined change within limits.
struct ContextPacker {
    private let change: ExaminedChange
    private let scope: ContextScope
    private let limits: ContextLimits
    private let estimator: TokenEstimator
    /// What every call takes before the first file.
    private let frame: TokenEstimate
    private var plan: ContextPlan
    /// What is left for input and answers of all calls.
    private var budgetLeft: Int

    /// Lines of a piece of a hunk that is too large to be shown whole.
    private static let pieceLinesMax = 12
    /// Unchanged lines around each change of a file that is shown in part.
    private static let trimmedContextLines = 1
    /// Room below which showing a part of a file is not tried.
    private static let roomMin = 60
    /// Files in a row of which no part had room, after which no other is tried: the room is used up.
    private static let missesMax = 16

    static func plan(
        _ change: ExaminedChange, scope: ContextScope, limits: ContextLimits, estimator: TokenEstimator,
        frame: TokenEstimate
    ) -> ContextPlan {
        var packer = ContextPacker(
            change: change, scope: scope, limits: limits, estimator: estimator, frame: frame)
        packer.pack()
        return packer.plan
    }

    private init(
        change: ExaminedChange, scope: ContextScope, limits: ContextLimits, estimator: TokenEstimator,
        frame: TokenEstimate
    ) {
        self.change = change
        self.scope = scope
        self.limits = limits
        self.estimator = estimator
        self.frame = frame
        budgetLeft = limits.budgetTokens ?? .max
        plan = ContextPlan(
            files: change.files.map { file in
                FileDecision(
                    path: file.path, action: .drop, reason: file.dropReason, whole: estimator.estimate(file.whole),
                    shown: TokenEstimate(expected: 0, ceiling: 0), call: nil, category: file.category,
                    isSuspicious: false)
            }, calls: [], wholeTokens: estimator.estimate(change.wholeMeasure))
    }

    private mutating func pack() {
        let shown = change.files.indices.filter { change.files[$0].dropReason == nil }
        for category in FileCategory.allCases {
            var late: [(file: Int, section: Section)] = []
            let members = shown.filter { change.files[$0].category == category }
            guard scope.hasTestsAndDocumentation || category <= .configuration else {
                let reason: OmittedFile.Reason = category == .test ? .test : .documentation
                for index in members { plan.files[change.files[index].index].reason = reason }
                continue
            }
            let sections = members.map { self.section(of: change.files[$0]) }
            // Places of members: files and their sections are large, and there may be thousands.
            let order = members.indices.sorted {
                (sections[$0].tokens.ceiling, members[$0]) < (sections[$1].tokens.ceiling, members[$1])
            }
            for number in order {
                let (file, section) = (change.files[members[number]], sections[number])
                if isSampled(file, section) {
                    // Its own room, and not what is left when everything else is placed.
                    _ = trim(file, section, isTried: true, roomMax: ContextPlan.dataTokensMax)
                } else if let call = call(for: section.tokens.ceiling) {
                    place(section, of: file, in: call)
                } else {
                    late.append((file.index, section))
                }
            }
            var misses = 0
            for (index, section) in late {
                let isTried = misses < Self.missesMax
                if trim(change.files[index], section, isTried: isTried) { misses = 0 } else { misses += 1 }
            }
        }
        for index in plan.calls.indices { plan.calls[index].sections.sort { $0.index < $1.index } }
    }

    /// Whether of a large file of data a sample is enough: rows and translations are seldom read one by one. A project
    /// that includes it by name has it whole.
    private func isSampled(_ file: ExaminedFile, _ section: Section) -> Bool {
        file.category == .data && section.tokens.ceiling > ContextPlan.dataTokensMax
            && !change.rules.configuration.include.matches(file.path)
    }

    /// A file as it would be shown. Its text is made when it is placed: most of a large change is only measured.
    private struct Section {
        var hunks: [DiffHunk]
        /// What stands below the hunks.
        var gap = ""
        var tokens: TokenEstimate
        /// Why it is not the whole file; nil where it is.
        var reason: OmittedFile.Reason?
    }

    private func section(of file: ExaminedFile) -> Section {
        let reason: OmittedFile.Reason? = file.isCut ? .longLines : nil
        guard let count = scope.contextLines else {
            return Section(hunks: file.hunks, tokens: estimator.estimate(file.whole), reason: reason)
        }
        let hunks = file.hunks.flatMap { $0.narrowed(toContext: count) }
        let isNarrower = hunks != file.hunks
        return Section(
            hunks: hunks, tokens: estimator.estimate(FileText.measure(file.title, hunks)),
            reason: reason ?? (isNarrower ? .context : nil))
    }

    // MARK: - Room

    private func room(in call: Int) -> Int { min(limits.inputTokensMax - plan.calls[call].tokens.ceiling, budgetLeft) }

    /// Room in a call that is not open yet; negative where there can be none.
    private var roomInNew: Int {
        guard plan.calls.count < limits.callsMax else { return -1 }
        let afterFrame = budgetLeft - addingClamped(frame.ceiling, limits.outputTokensHeld)
        return min(limits.inputTokensMax - frame.ceiling, afterFrame)
    }

    /// The first call with room for `tokens`, opened if it has to be; nil where there is no room.
    private mutating func call(for tokens: Int) -> Int? {
        if let call = plan.calls.indices.first(where: { room(in: $0) >= tokens }) { return call }
        return roomInNew >= tokens ? openCall() : nil
    }

    private mutating func openCall() -> Int {
        plan.calls.append(ContextPlan.CallContext(tokens: frame))
        budgetLeft -= addingClamped(frame.ceiling, limits.outputTokensHeld)
        return plan.calls.count - 1
    }

    private mutating func place(_ section: Section, of file: ExaminedFile, in call: Int) {
        let text = file.title + FileText.body(section.hunks) + section.gap
        plan.calls[call].sections.append(ContextPlan.CallContext.Section(index: file.index, text: text))
        plan.calls[call].tokens = plan.calls[call].tokens + section.tokens
        budgetLeft -= section.tokens.ceiling
        plan.files[file.index].action = section.reason == nil ? .keep : .trim
        plan.files[file.index].reason = section.reason
        plan.files[file.index].shown = section.tokens
        plan.files[file.index].call = call
        plan.files[file.index].isSuspicious = file.isSuspicious
    }

    // MARK: - Parts of files

    /// Why there is no room for `tokens`: the budget, when without one there would be.
    private func reason(noRoomFor tokens: Int) -> OmittedFile.Reason {
        let open = plan.calls.map { limits.inputTokensMax - $0.tokens.ceiling }.max() ?? .min
        let new = plan.calls.count < limits.callsMax ? limits.inputTokensMax - frame.ceiling : .min
        return max(open, new) >= tokens ? .overBudget : .overLimit
    }

    /// Shows as many changed places of `file` as there is room for in one call, at most `roomMax`, if that is to be
    /// tried at all; tells whether something is shown.
    private mutating func trim(
        _ file: ExaminedFile, _ whole: Section, isTried: Bool, roomMax: Int = .max
    ) -> Bool {
        let roomiest = plan.calls.indices.max { self.room(in: $0) < self.room(in: $1) }
        let isNew = roomiest.map { self.room(in: $0) < roomInNew } ?? true
        let roomLeft = isNew ? roomInNew : roomiest.map { self.room(in: $0) } ?? -1
        let room = min(roomMax, roomLeft)
        let reason = roomMax <= roomLeft ? OmittedFile.Reason.data : reason(noRoomFor: whole.tokens.ceiling)
        plan.files[file.index].reason = reason
        guard isTried, room >= Self.roomMin else { return false }
        let pieces = file.hunks.flatMap { $0.narrowed(toContext: Self.trimmedContextLines) }
            .flatMap { $0.pieces(linesMax: Self.pieceLinesMax) }.filter(\.isChanged)
        // The line that says how much is shown, with the longest numbers it can have.
        let gap = FileText.gap(file.changedCount, of: file.changedCount)
        var left = room - estimator.estimate(TextMeasure(of: file.title + gap)).ceiling
        var chosen: [Int] = []
        for index in pieces.indices.sorted(by: { rank(pieces, $0) < rank(pieces, $1) }) {
            let tokens = estimator.estimate(FileText.measure("", [pieces[index]])).ceiling
            guard tokens <= left else { continue }
            left -= tokens
            chosen.append(index)
        }
        guard !chosen.isEmpty else { return false }
        let shown = DiffHunk.joined(chosen.sorted().map { pieces[$0] })
        let count = shown.reduce(0) { $0 + $1.lines.count { $0.kind != .context } }
        let isPart = count < file.changedCount
        let end = isPart ? FileText.gap(count, of: file.changedCount) : ""
        let section = Section(
            hunks: shown, gap: end,
            tokens: estimator.estimate(FileText.measure(file.title, shown) + TextMeasure(of: end)),
            reason: isPart ? reason : .context)
        // A part may by its seams be as large as the room and one: then nothing of it is shown.
        guard section.tokens.ceiling <= room else { return false }
        place(section, of: file, in: isNew ? openCall() : roomiest ?? openCall())
        return true
    }

    /// What adds something first, then from the top.
    private func rank(_ pieces: [DiffHunk], _ index: Int) -> (Int, Int) {
        (pieces[index].hasAddition ? 0 : 1, index)
    }
}
