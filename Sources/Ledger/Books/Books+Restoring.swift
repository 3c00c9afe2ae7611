import Budget
import UTCTime

extension Books {
    /// Counts a row that was read at the start.
    mutating func restore(_ record: UsageRecord, id: RecordID?, hold: Hold?) {
        if record.time > latest { latest = record.time }
        counters.advance(to: record.time)
        counters.settle(CallAmount(record), for: record.context, at: record.time)
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
        putIn(hold)
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
        if let daily = counters.set.budget(DailyBudget.name) {
            counters.raise(daily, toTokens: today.totalTokens)
        }
    }

    /// Gives more of a budget.
    mutating func add(_ grant: Grant) {
        grants.append(grant)
        counters.grant(grant.given)
        if grant.given.budget == DailyBudget.name {
            budget = grantedBase
            // What the grant put off is told when it comes.
            wasWarned = wasWarned && today.totalTokens >= budget.warningThresholdTokens
            hasFreshToday = true
        }
        revision += 1
    }

    /// The rule of the daily budget with what was granted for today: a threshold that is a share of the limit moves with it.
    var grantedBase: DailyBudget {
        guard let daily = counters.set.budget(DailyBudget.name) else { return base }
        var rule = base
        let (sum, overflow) = base.limitTokens.addingReportingOverflow(counters.granted(daily, .all))
        rule.limitTokens = overflow ? Int.max / 4 : min(sum, Int.max / 4)
        if rule.limitTokens > base.limitTokens, let threshold = daily.thresholds.first {
            rule.warningThresholdTokens = threshold.amount(ofLimit: rule.limitTokens)
        }
        return rule
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
