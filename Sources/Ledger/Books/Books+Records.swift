import Budget
import UTCTime

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
        counters.hold(booked.arriving, for: record.context)
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
        settle(booked)
        count(booked.record)
        conclude(booked)
    }

    /// The row of `booked` cannot be written now; it counts all the same. What its hold has beyond it stays held, because
    /// that is what a restart would find.
    mutating func keptInMemory(_ booked: Booked) {
        arrivingTokens -= booked.excessTokens
        giveBack(booked.held, keeping: remainder(of: booked))
        settle(booked, keeping: booked.remainder)
        count(booked.record)
        if booked.hold == nil, booked.id.key == nil { unwritten[booked.id] = booked }
    }

    /// The row of `booked`, which counts already, is on the disk at last.
    mutating func writtenAtLast(_ booked: Booked) {
        if booked.wasLive, let hold = booked.hold { takeOut(hold, booked.remainder) }
        switch booked.held {
        case .none: break
        case .current: currentHeldTokens -= remainder(of: booked)
        case .unresolved(_, let day): if day == today.day { unresolvedHeldTokens -= remainder(of: booked) }
        }
        conclude(booked)
        revision += 1
    }

    func remainder(of booked: Booked) -> Int { max(0, booked.held.tokens - booked.record.usage.totalTokens) }

    /// `booked` is not to be: its row could not be written, and nothing is kept in memory.
    mutating func withdraw(_ booked: Booked) {
        arrivingTokens -= booked.excessTokens
        counters.giveBack(booked.arriving, for: booked.record.context)
        unwritten[booked.id] = nil
        if let hold = booked.hold, booked.wasLive {
            live[hold.id] = hold
            expiries.insert(hold.id, at: hold.reservation.expiresAt)
        } else if let key = booked.id.key {
            keys[key] = nil
        }
    }

    mutating func conclude(_ booked: Booked) {
        if !unwritten.isEmpty { unwritten[booked.id] = nil }
        guard booked.hold != nil || booked.id.key != nil else { return }
        if let key = booked.id.key { keys[key] = nil }
        closed.insert(.booked(booked), id: booked.id)
        if booked.hold != nil { transitions.append(.settled(booked.id, latest)) }
    }
}
