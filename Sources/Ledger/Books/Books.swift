import Budget
import UTCTime

/// The rules of the books as a value: what is settled, what is held, and what may happen next. No file, no clock.
///
/// Invariants:
/// - Time never goes back here: every decision is made at `max(clock, the latest time seen)`, so no day is opened again.
/// - What raises a figure counts from the moment it is decided; what lowers one counts from the moment it is on the disk.
///   So at any crash the disk promises at least as much as memory did when anyone was admitted.
struct Books {
    /// The rule of the daily budget as it was configured.
    private let base: DailyBudget
    /// What operators gave for today on top.
    private(set) var grants: [Grant] = []
    /// The rule of today.
    private(set) var budget: DailyBudget
    /// The latest time seen.
    private(set) var latest: Instant
    /// What is settled today.
    private(set) var today: DayFigures
    /// What was settled on the day before that was kept; rows decided just before midnight still arrive.
    private(set) var before: DayFigures?
    /// Rows of the month of today.
    private(set) var monthRows = 0
    /// Open, dispatched and unresolved reservations.
    private(set) var live: [RecordID: Hold] = [:]
    /// Records that are decided and not on the disk yet.
    private(set) var unwritten: [RecordID: Booked] = [:]
    var closed = ClosedMemory()
    private var keys: [RecordKey: RecordID] = [:]
    private var expiries = ExpiryQueue()
    private var ids: IDSource

    /// Tokens of open and dispatched holds.
    private(set) var currentHeldTokens = 0
    /// Tokens of unresolved holds that were dispatched today.
    private(set) var unresolvedHeldTokens = 0
    /// Tokens of records on their way to the disk, beyond what was held for them.
    private(set) var arrivingTokens = 0

    /// What the books did that must be written or told; the caller takes it.
    var transitions: [Transition] = []
    var events: [LedgerEvent] = []
    /// Counts every change of what `status` shows.
    private(set) var revision: UInt64 = 0
    /// Days whose figures changed since their summary was taken.
    private(set) var hasFreshToday = false
    private(set) var hasFreshBefore = false
    /// Whether every row that counts is on the disk.
    var waitingIsEmpty = true
    /// Whether rows or lines cannot be read or are gone: then what the journal last said of the rows stands.
    var isDamaged = false
    private var wasWarned = false
    private var hasToldClock = false

    /// Reservations that are not closed, at most: a bound for memory, far above any use.
    static let liveMax = 200_000

    init(budget: DailyBudget, start: Instant, ids: IDSource) {
        base = budget
        self.budget = budget
        self.ids = ids
        latest = start
        today = DayFigures(day: start.day)
    }
}

/// A change of a reservation, as the journal keeps it.
enum Transition: Sendable, Equatable {
    case reserved(Hold)
    case dispatched(RecordID, Instant)
    case released(RecordID, Instant)
    /// Given back, because it was not dispatched in time.
    case expired(RecordID, Instant)
    case unresolved(RecordID, Instant)
    /// A row with the reservation's id is on the disk.
    case settled(RecordID, Instant)
    /// What the rows certainly hold.
    case marked(JournalMark)
    case granted(Grant)

    /// Whether the audit log is told.
    var isAudited: Bool {
        switch self {
        case .released, .expired, .unresolved: true
        case .reserved, .dispatched, .settled, .marked, .granted: false
        }
    }
}

// MARK: Time and figures

extension Books {
    /// The time at which something happens when the clock says `clock`. Begins a new day and ends overdue holds.
    @discardableResult
    mutating func advance(to clock: Instant) -> Instant {
        if clock < latest {
            let behind = latest.milliseconds - clock.milliseconds
            if behind >= 60_000, !hasToldClock {
                hasToldClock = true
                events.append(.clockBehind(milliseconds: Int(behind)))
            }
            return latest
        }
        hasToldClock = false
        latest = clock
        if clock.milliseconds >= today.day.adding(days: 1).start.milliseconds { beginDay(clock.day) }
        if let earliest = expiries.earliest, earliest <= clock { expireHolds() }
        return clock
    }

    private mutating func beginDay(_ day: Day) {
        guard day > today.day else { return }
        events.append(.dayChanged(status))
        if mayMark { transitions.append(.marked(mark)) }
        if day.month != today.day.month { monthRows = 0 }
        before = today
        hasFreshBefore = hasFreshToday
        today = DayFigures(day: day)
        hasFreshToday = false
        unresolvedHeldTokens = 0
        grants = []
        budget = base
        wasWarned = false
        revision += 1
    }

    private mutating func expireHolds() {
        while let id = expiries.popFirst(until: latest) {
            guard var hold = live[id], !hold.isReleasing else { continue }
            switch hold.reservation.state {
            case .open:
                transitions.append(.expired(id, latest))
                close(hold, .expired(hold))
            case .dispatched:
                hold.reservation.state = .unresolved
                live[id] = hold
                transitions.append(.unresolved(id, latest))
                currentHeldTokens -= hold.reservation.tokens
                countUnresolved(hold)
                events.append(.unresolved(hold.reservation))
                revision += 1
            case .settled, .released, .unresolved: break
            }
        }
    }

    private mutating func countUnresolved(_ hold: Hold) {
        if let instant = hold.reservation.dispatchedAt, instant.day == today.day {
            unresolvedHeldTokens += hold.reservation.tokens
        }
    }

    /// Tokens promised to calls that are not settled.
    var heldTokens: Int { currentHeldTokens + unresolvedHeldTokens }

    /// The figures of today.
    var status: BudgetStatus { status(of: today, held: heldTokens) }

    private func status(of figures: DayFigures, held: Int) -> BudgetStatus {
        BudgetStatus(
            isEnabled: budget.isEnabled, day: figures.day, inputTokens: figures.inputTokens,
            outputTokens: figures.outputTokens, requestCount: figures.requestCount, heldTokens: held,
            limitTokens: budget.limitTokens, level: budget.level(used: figures.totalTokens),
            lastUpdated: figures.lastUpdated)
    }

    /// The figures whose summaries are behind, and from now on are not.
    ///
    /// None while records are in memory alone: a summary never says more than the rows on the disk.
    mutating func takeFreshStatuses() -> [BudgetStatus] {
        guard waitingIsEmpty else { return [] }
        var statuses: [BudgetStatus] = []
        if hasFreshBefore, let before { statuses.append(status(of: before, held: 0)) }
        if hasFreshToday { statuses.append(status) }
        hasFreshBefore = false
        hasFreshToday = false
        return statuses
    }

    /// Asks for the summary of `day` to be written again.
    mutating func markFresh(_ day: Day) {
        if day == today.day { hasFreshToday = true }
        if day == before?.day { hasFreshBefore = true }
    }

    /// When a hold expires next, or the day ends, whichever is first.
    var nextDeadline: Instant {
        let midnight = today.day.adding(days: 1).start
        return min(expiries.earliest ?? midnight, midnight)
    }

    /// Counts a record that is in the books.
    private mutating func count(_ record: UsageRecord) {
        let day = record.time.day
        if day.month == today.day.month { monthRows += 1 }
        if day == today.day {
            today.add(record)
            hasFreshToday = true
            if budget.isEnabled, !wasWarned, today.totalTokens >= budget.warningThresholdTokens {
                wasWarned = true
                events.append(.warningThresholdPassed(status))
            }
        } else if day == before?.day {
            before?.add(record)
            hasFreshBefore = true
        }
        if let percent = budget.remarkablePercent(of: record.usage.totalTokens) {
            events.append(.largeReview(record, percent: percent))
        }
        revision += 1
    }
}

// MARK: What the rows and the journal said

extension Books {
    /// Counts a row that was read at the start.
    mutating func restore(_ record: UsageRecord, id: RecordID?, hold: Hold?) {
        if record.time > latest { latest = record.time }
        let day = record.time.day
        if day > today.day {
            before = today.requestCount > 0 ? today : nil
            if day.month != today.day.month { monthRows = 0 }
            today = DayFigures(day: day)
        } else if day == today.day.adding(days: -1), before == nil {
            before = DayFigures(day: day)
        }
        if day == today.day { today.add(record) }
        if day.month == today.day.month { monthRows += 1 }
        if day == before?.day { before?.add(record) }
        if let id { closed.insert(.booked(Booked(id: id, record: record, hold: hold)), id: id) }
    }

    mutating func restoreClosed(_ closing: Closed, id: RecordID) {
        // A row says more than that the hold was given back.
        if case .booked = closed[id] { return }
        closed.insert(closing, id: id)
    }

    mutating func restoreLive(_ hold: Hold) {
        if case .booked = closed[hold.id] { return }
        live[hold.id] = hold
        if let key = hold.id.key { keys[key] = hold.id }
        switch hold.reservation.state {
        case .unresolved: countUnresolved(hold)
        case .open, .dispatched:
            currentHeldTokens += hold.reservation.tokens
            expiries.insert(hold.id, at: hold.reservation.expiresAt)
        case .settled, .released: break
        }
    }

    /// Raises the figures of today to what the journal or the summary knew: rows that vanished were used all the same.
    mutating func raise(day: Day, inputTokens: Int, outputTokens: Int, requestCount: Int) {
        guard day == today.day else { return }
        today.raise(inputTokens: inputTokens, outputTokens: outputTokens, requestCount: requestCount)
    }

    /// Gives more tokens for today.
    mutating func add(_ grant: Grant) {
        grants.append(grant)
        let (sum, overflow) = budget.limitTokens.addingReportingOverflow(grant.tokens)
        budget.limitTokens = overflow ? Int.max / 4 : min(sum, Int.max / 4)
        wasWarned = wasWarned && today.totalTokens >= budget.warningThresholdTokens
        hasFreshToday = true
        revision += 1
    }

    /// Says that every row has been restored: what has happened already is not told again.
    mutating func finishRestoringRows() {
        wasWarned = today.totalTokens >= budget.warningThresholdTokens
        hasFreshToday = false
        hasFreshBefore = false
        events.removeAll()
        transitions.removeAll()
    }
}

// MARK: Holds

extension Books {
    /// Whether a call of `tokens` would be admitted now.
    func refusal(of tokens: Int) -> Refusal? {
        let used = today.totalTokens
        let held = heldTokens + arrivingTokens
        guard budget.decision(requested: tokens, used: used, held: held) == nil else { return nil }
        return Refusal(
            budget: DailyBudget.name, usedTokens: used, heldTokens: held, limitTokens: budget.limitTokens,
            requestedTokens: tokens, resetsAt: today.day.adding(days: 1).start)
    }

    /// What the budget says of a call of `tokens` that is not refused.
    func decision(for tokens: Int) -> Decision {
        budget.decision(requested: tokens, used: today.totalTokens, held: heldTokens + arrivingTokens) ?? .block
    }

    /// The reservation `id` wherever it is, with its present state.
    func reservation(_ id: RecordID) -> Hold? {
        if let hold = live[id] { return hold }
        var found: Hold?
        if let booked = unwritten[id] {
            found = booked.hold
            found?.reservation.state = .settled
            return found
        }
        switch closed[id] {
        case .booked(let booked):
            found = booked.hold
            found?.reservation.state = .settled
        case .released(let hold), .expired(let hold):
            found = hold
            found?.reservation.state = .released
        case nil: break
        }
        return found
    }

    /// A reservation that was asked for before with the key of `request`.
    func earlier(_ request: ReservationRequest) -> (hold: Hold, state: ReservationState)? {
        guard let key = request.idempotencyKey.map({ RecordKey(reservation: $0) }) else { return nil }
        guard let id = keys[key] ?? closed.id(of: key) else { return nil }
        if let hold = live[id] { return (hold, hold.reservation.state) }
        if let booked = unwritten[id], let hold = booked.hold { return (hold, .settled) }
        switch closed[id] {
        case .released(let hold), .expired(let hold): return (hold, .released)
        case .booked(let booked): return (booked.hold ?? Self.hold(from: booked, request: request), .settled)
        case nil: return nil
        }
    }

    /// The hold of a row that was read at the start: what the row does not say is taken from the request.
    private static func hold(from booked: Booked, request: ReservationRequest) -> Hold {
        var context = booked.record.context
        context.model = request.context.model
        let created = booked.id.time
        return Hold(
            id: booked.id,
            reservation: Reservation(
                id: booked.id.text, tokens: booked.record.estimatedTokens ?? request.estimatedTokens, state: .settled,
                context: context, createdAt: created,
                expiresAt: created.adding(seconds: Int64(request.timeToLiveSeconds)), dispatchedAt: created,
                idempotencyKey: request.idempotencyKey),
            decision: .allow, timeToLiveSeconds: request.timeToLiveSeconds)
    }

    /// Holds the tokens of `request`, which has been checked, under `decision`.
    mutating func hold(_ request: ReservationRequest, decision: Decision) -> Hold {
        let key = request.idempotencyKey.map { RecordKey(reservation: $0) }
        let id =
            key.map { RecordID(kind: .keyedReservation, time: latest, tail: $0.hash) }
            ?? ids.make(.reservation, at: latest)
        let hold = Hold(
            id: id,
            reservation: Reservation(
                id: id.text, tokens: request.estimatedTokens, state: .open, context: request.context,
                createdAt: latest, expiresAt: latest.adding(seconds: Int64(request.timeToLiveSeconds)),
                idempotencyKey: request.idempotencyKey),
            decision: decision, timeToLiveSeconds: request.timeToLiveSeconds)
        live[id] = hold
        if let key { keys[key] = id }
        if expiries.count > 2 * Self.liveMax { expiries.compact { live[$0] != nil } }
        expiries.insert(id, at: hold.reservation.expiresAt)
        currentHeldTokens += hold.reservation.tokens
        transitions.append(.reserved(hold))
        revision += 1
        return hold
    }

    /// Takes back a hold whose line could not be written.
    mutating func withdraw(_ id: RecordID) {
        guard let hold = live.removeValue(forKey: id) else { return }
        if let key = id.key { keys[key] = nil }
        giveBack(share(of: hold))
        revision += 1
    }

    /// Changes a live hold. What counts does not change.
    mutating func update(_ id: RecordID, _ change: (inout Hold) -> Void) {
        guard var hold = live[id] else { return }
        change(&hold)
        live[id] = hold
    }

    mutating func dispatch(_ id: RecordID) {
        let now = latest
        update(id) { hold in
            hold.reservation.state = .dispatched
            hold.reservation.dispatchedAt = now
        }
        transitions.append(.dispatched(id, latest))
    }

    mutating func undoDispatch(_ id: RecordID) {
        update(id) { hold in
            guard hold.reservation.state == .dispatched else { return }
            hold.reservation.state = .open
            hold.reservation.dispatchedAt = nil
        }
    }

    mutating func beginRelease(_ id: RecordID) {
        update(id) { $0.isReleasing = true }
        transitions.append(.released(id, latest))
    }

    /// Gives the tokens of `id` back.
    mutating func release(_ id: RecordID) -> Reservation? {
        guard var hold = live[id] else { return nil }
        let counted = hold
        hold.reservation.state = .released
        hold.isReleasing = false
        hold.unwrittenChanges = 0
        close(counted, .released(hold))
        return hold.reservation
    }

    mutating func markUnresolved(_ id: RecordID) -> Reservation? {
        guard var hold = live[id] else { return nil }
        if hold.reservation.state == .open { hold.reservation.dispatchedAt = latest }
        hold.reservation.state = .unresolved
        live[id] = hold
        currentHeldTokens -= hold.reservation.tokens
        countUnresolved(hold)
        transitions.append(.unresolved(id, latest))
        events.append(.unresolved(hold.reservation))
        revision += 1
        return hold.reservation
    }

    /// What `hold` contributes to the tokens that are held.
    func share(of hold: Hold) -> HeldShare {
        let tokens = hold.reservation.tokens
        switch hold.reservation.state {
        case .open, .dispatched: return .current(tokens: tokens)
        case .unresolved:
            guard let day = hold.reservation.dispatchedAt?.day, day == today.day else { return .none }
            return .unresolved(tokens: tokens, day: day)
        case .settled, .released: return .none
        }
    }

    private mutating func giveBack(_ share: HeldShare, keeping kept: Int = 0) {
        switch share {
        case .none: break
        case .current(let tokens): currentHeldTokens -= tokens - kept
        case .unresolved(let tokens, let day): if day == today.day { unresolvedHeldTokens -= tokens - kept }
        }
    }

    private mutating func close(_ hold: Hold, _ closing: Closed) {
        giveBack(share(of: hold))
        live[hold.id] = nil
        if let key = hold.id.key { keys[key] = nil }
        closed.insert(closing, id: hold.id)
        revision += 1
    }
}

// MARK: Records

extension Books {
    /// Decides the record of `call`, which settles `hold` or stands for itself. It counts from now on.
    mutating func book(
        _ call: CompletedCall, context: CallContext, settling hold: Hold?, key: RecordKey?
    ) -> Booked {
        let id =
            hold?.id ?? key.map { RecordID(kind: .keyedUsage, time: latest, tail: $0.hash) }
            ?? ids.make(.usage, at: latest)
        var context = context
        if let model = call.model { context.model = model }
        let record = UsageRecord(
            time: Instant(seconds: latest.seconds), context: context, usage: call.usage,
            durationMilliseconds: call.durationMilliseconds, cost: call.cost,
            estimatedTokens: call.estimatedTokens ?? hold?.reservation.tokens, usageID: hold?.reservation.id ?? id.text)
        let isLive = hold.map { live[$0.id] != nil } ?? false
        let booked = Booked(
            id: id, record: record, hold: hold, wasLive: isLive,
            held: isLive ? hold.map { share(of: $0) } ?? .none : .none)
        if isLive { live[id] = nil }
        if hold != nil || key != nil {
            unwritten[id] = booked
            if let key = id.key { keys[key] = id }
        }
        arrivingTokens += booked.excessTokens
        return booked
    }

    /// A record of the given id that is not on the disk yet.
    func earlierUsage(_ key: RecordKey) -> (booked: Booked, isWritten: Bool)? {
        guard let id = keys[key] ?? closed.id(of: key) else { return nil }
        if let booked = unwritten[id] { return (booked, false) }
        if case .booked(let booked) = closed[id] { return (booked, true) }
        return nil
    }

    /// The row of `booked` is on the disk.
    mutating func written(_ booked: Booked) {
        arrivingTokens -= booked.excessTokens
        giveBack(booked.held)
        count(booked.record)
        conclude(booked)
    }

    /// The row of `booked` cannot be written now; it counts all the same. What its hold has beyond it stays held, because
    /// that is what a restart would find.
    mutating func keptInMemory(_ booked: Booked) {
        arrivingTokens -= booked.excessTokens
        giveBack(booked.held, keeping: remainder(of: booked))
        count(booked.record)
        if booked.hold == nil, booked.id.key == nil { unwritten[booked.id] = booked }
    }

    /// The row of `booked`, which counts already, is on the disk at last.
    mutating func writtenAtLast(_ booked: Booked) {
        switch booked.held {
        case .none: break
        case .current: currentHeldTokens -= remainder(of: booked)
        case .unresolved(_, let day): if day == today.day { unresolvedHeldTokens -= remainder(of: booked) }
        }
        conclude(booked)
        revision += 1
    }

    private func remainder(of booked: Booked) -> Int { max(0, booked.held.tokens - booked.record.usage.totalTokens) }

    /// `booked` is not to be: its row could not be written, and nothing is kept in memory.
    mutating func withdraw(_ booked: Booked) {
        arrivingTokens -= booked.excessTokens
        unwritten[booked.id] = nil
        if let hold = booked.hold, booked.wasLive {
            live[hold.id] = hold
            expiries.insert(hold.id, at: hold.reservation.expiresAt)
        } else if let key = booked.id.key {
            keys[key] = nil
        }
    }

    private mutating func conclude(_ booked: Booked) {
        if !unwritten.isEmpty { unwritten[booked.id] = nil }
        guard booked.hold != nil || booked.id.key != nil else { return }
        if let key = booked.id.key { keys[key] = nil }
        closed.insert(.booked(booked), id: booked.id)
        if booked.hold != nil { transitions.append(.settled(booked.id, latest)) }
    }
}
