import Budget
import UTCTime

// What the books tell the counters. A hold is in them while it is live and while a record that takes its place is on its
// way; a record is in them from its decision on, as a hold until its row is on the disk.

extension Books {
    /// `budgets` with the daily one among them, which no file can take out.
    static func set(_ budgets: BudgetSet, with daily: DailyBudget) -> BudgetSet {
        guard let daily = try? daily.definition else { return budgets }
        return (try? budgets.setting(daily)) ?? (try? BudgetSet(budgets: [daily])) ?? budgets
    }

    /// Counts what `hold` holds in its present state.
    mutating func putIn(_ hold: Hold) { counters.putIn(hold, at: latest) }

    /// Counts what `hold` holds in its present state no more, or only the part `amount` of it.
    mutating func takeOut(_ hold: Hold, _ amount: CallAmount? = nil) {
        let reservation = hold.reservation
        let amount = amount ?? reservation.amount
        switch reservation.state {
        case .open, .dispatched: counters.giveBack(amount, for: reservation.context)
        case .unresolved:
            counters.giveBackUnresolved(
                amount, for: reservation.context, dispatchedAt: reservation.dispatchedAt ?? latest)
        case .settled, .released: break
        }
    }

    /// Counts the record of `booked` in the place of what was held for it, but for the part `kept`.
    mutating func settle(_ booked: Booked, keeping kept: CallAmount = CallAmount(tokens: 0)) {
        counters.giveBack(booked.arriving, for: booked.record.context)
        if booked.wasLive, let hold = booked.hold { takeOut(hold, hold.reservation.amount.excess(over: kept)) }
        counters.settle(CallAmount(booked.record), for: booked.record.context, at: booked.record.time)
    }
}

extension Counters {
    /// Counts what `hold` holds in its present state, or only the part `amount` of it.
    mutating func putIn(_ hold: Hold, _ amount: CallAmount? = nil, at now: Instant) {
        let reservation = hold.reservation
        let amount = amount ?? reservation.amount
        switch reservation.state {
        case .open, .dispatched: self.hold(amount, for: reservation.context)
        case .unresolved:
            holdUnresolved(amount, for: reservation.context, dispatchedAt: reservation.dispatchedAt ?? now)
        case .settled, .released: break
        }
    }
}

extension Booked {
    /// What counts for the record until its row is on the disk, beyond what its hold does: all of it where another
    /// counter has the hold, because the model changed or the window in which it was dispatched may be over.
    var arriving: CallAmount {
        guard wasLive, let reservation = hold?.reservation, reservation.state != .unresolved,
            reservation.context == record.context
        else { return CallAmount(record) }
        return CallAmount(record).excess(over: reservation.amount)
    }

    /// What was held beyond what the call took.
    var remainder: CallAmount { hold?.reservation.amount.excess(over: CallAmount(record)) ?? CallAmount(tokens: 0) }
}
