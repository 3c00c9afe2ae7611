import Budget
import UTCTime

// What the journal gave and what it gets.

extension Books {
    /// Days for which holds that were given back are remembered beyond a restart.
    static let rememberedDays = 2
    /// How many of them at most.
    static let rememberedMax = 5000

    /// Takes over the holds of a journal, after the rows. A dispatched hold was cut off: its outcome is unknown.
    mutating func restore(_ journal: JournalContents, isRestart: Bool) {
        for grant in journal.grants where grant.given.counts(at: latest) { add(grant) }
        for (id, closing) in journal.closed { restoreClosed(closing, id: id) }
        for hold in journal.live.values.sorted(by: { $0.id.value < $1.id.value }) {
            var hold = hold
            if isRestart, hold.reservation.state == .dispatched {
                hold.reservation.state = .unresolved
                transitions.append(.unresolved(hold.id, latest))
                events.append(.unresolved(hold.reservation))
            }
            restoreLive(hold)
        }
        advance(to: latest)
    }

    /// All that a new journal must say: nothing in it is needed that came before.
    func snapshot() -> [JournalEntry] {
        var entries: [JournalEntry] = [.begin(version: JournalEntry.version), .mark(mark)]
        entries += grants.filter { $0.given.counts(at: latest) }.map { .grant($0) }
        // A record on its way may not arrive: until it has, its hold is as it was.
        let settling = unwritten.values.compactMap { $0.wasLive ? $0.hold : nil }
        for hold in live.values.sorted(by: { $0.id.value < $1.id.value }) + settling {
            if hold.isReleasing {
                var gone = hold
                gone.reservation.state = .released
                entries.append(.gone(gone, wasExpired: false))
            } else {
                entries.append(.hold(hold))
            }
        }
        let oldest = latest.adding(seconds: Int64(-Self.rememberedDays * 86_400))
        var gone: [(hold: Hold, wasExpired: Bool)] = []
        for closing in closed.all {
            switch closing {
            case .released(let hold) where hold.reservation.expiresAt >= oldest: gone.append((hold, false))
            case .expired(let hold) where hold.reservation.expiresAt >= oldest && unwritten[hold.id]?.wasLive != true:
                gone.append((hold, true))
            default: break
            }
        }
        gone.sort { $0.hold.id.value > $1.hold.id.value }
        for entry in gone.prefix(Self.rememberedMax) { entries.append(.gone(entry.hold, wasExpired: entry.wasExpired)) }
        return entries
    }

    /// Holds what is left of the day, because a hold may have been lost; nil when nothing is left. It is unresolved, so it
    /// ends with the day or when an operator says so.
    mutating func holdRest() -> Reservation? {
        let rest = budget.limitTokens - today.totalTokens - heldTokens
        guard budget.isEnabled, rest > 0 else { return nil }
        let context = CallContext(agent: "bursar", command: "repair", model: "unknown")
        let hold = hold(ReservationRequest(estimatedTokens: rest, context: context), decision: .allow)
        return markUnresolved(hold.id)
    }

    /// Whether the journal may be told what the rows hold.
    var mayMark: Bool { waitingIsEmpty && !isDamaged }

    /// What the rows hold now. Only to be written when every row that counts is on the disk.
    var mark: JournalMark {
        JournalMark(
            oldestMonth: unwritten.values.map(\.record.time.day.month).min() ?? today.day.month,
            month: today.day.month, monthRows: monthRows, day: today.day, inputTokens: today.inputTokens,
            outputTokens: today.outputTokens, requestCount: today.requestCount)
    }
}
