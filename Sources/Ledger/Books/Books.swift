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
    var base: DailyBudget
    /// What operators gave on top; those that have ended are forgotten with the day.
    var grants: [Grant] = []
    /// The rule of today, grants included.
    var budget: DailyBudget
    /// What counts against every budget, the daily one among them.
    var counters: Counters
    /// The latest time seen.
    var latest: Instant
    /// What is settled today.
    var today: DayFigures
    /// What was settled on the day before that was kept; rows decided just before midnight still arrive.
    var before: DayFigures?
    /// Rows of the month of today.
    var monthRows = 0
    /// Open, dispatched and unresolved reservations.
    var live: [RecordID: Hold] = [:]
    /// Records that are decided and not on the disk yet.
    var unwritten: [RecordID: Booked] = [:]
    var closed = ClosedMemory()
    var keys: [RecordKey: RecordID] = [:]
    var expiries = ExpiryQueue()
    var ids: IDSource

    /// Tokens of open and dispatched holds.
    var currentHeldTokens = 0
    /// Tokens of unresolved holds that were dispatched today.
    var unresolvedHeldTokens = 0
    /// Tokens of records on their way to the disk, beyond what was held for them.
    var arrivingTokens = 0

    /// What the books did that must be written or told; the caller takes it.
    var transitions: [Transition] = []
    var events: [LedgerEvent] = []
    /// Counts every change of what `status` shows.
    var revision: UInt64 = 0
    /// Days whose figures changed since their summary was taken.
    var hasFreshToday = false
    var hasFreshBefore = false
    /// Whether every row that counts is on the disk.
    var waitingIsEmpty = true
    /// Whether rows or lines cannot be read or are gone: then what the journal last said of the rows stands.
    var isDamaged = false
    var wasWarned = false
    var hasToldClock = false

    /// Reservations that are not closed, at most: a bound for memory, far above any use.
    static let liveMax = 200_000

    init(budget: DailyBudget, budgets: BudgetSet = .empty, start: Instant, ids: IDSource) {
        counters = Counters(Self.set(budgets, with: budget), isEnabled: budget.isEnabled, at: start)
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
        counters.advance(to: clock)
        if clock.milliseconds >= today.day.adding(days: 1).start.milliseconds { beginDay(clock.day) }
        if let earliest = expiries.earliest, earliest <= clock { expireHolds() }
        return clock
    }

    mutating func beginDay(_ day: Day) {
        guard day > today.day else { return }
        events.append(.dayChanged(status))
        if mayMark { transitions.append(.marked(mark)) }
        if day.month != today.day.month { monthRows = 0 }
        before = today
        hasFreshBefore = hasFreshToday
        today = DayFigures(day: day)
        hasFreshToday = false
        unresolvedHeldTokens = 0
        grants.removeAll { !$0.given.counts(at: latest) }
        budget = grantedBase
        wasWarned = false
        revision += 1
    }

    mutating func expireHolds() {
        while let id = expiries.popFirst(until: latest) {
            guard var hold = live[id], !hold.isReleasing else { continue }
            switch hold.reservation.state {
            case .open:
                transitions.append(.expired(id, latest))
                close(hold, .expired(hold))
            case .dispatched:
                takeOut(hold)
                hold.reservation.state = .unresolved
                live[id] = hold
                putIn(hold)
                transitions.append(.unresolved(id, latest))
                currentHeldTokens -= hold.reservation.tokens
                countUnresolved(hold)
                events.append(.unresolved(hold.reservation))
                revision += 1
            case .settled, .released, .unresolved: break
            }
        }
    }

    mutating func countUnresolved(_ hold: Hold) {
        if let instant = hold.reservation.dispatchedAt, instant.day == today.day {
            unresolvedHeldTokens += hold.reservation.tokens
        }
    }

    /// Tokens promised to calls that are not settled.
    var heldTokens: Int { currentHeldTokens + unresolvedHeldTokens }

    /// The figures of today.
    var status: BudgetStatus { status(of: today, held: heldTokens) }

    func status(of figures: DayFigures, held: Int) -> BudgetStatus {
        BudgetStatus(
            isEnabled: budget.isEnabled, day: figures.day, inputTokens: figures.inputTokens,
            outputTokens: figures.outputTokens, requestCount: figures.requestCount, heldTokens: held,
            limitTokens: budget.limitTokens, warningThresholdTokens: budget.warningThresholdTokens,
            enforcement: budget.enforcement, level: budget.level(used: figures.totalTokens),
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
    mutating func count(_ record: UsageRecord) {
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
