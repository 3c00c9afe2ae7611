import Budget
import UTCTime

extension Books {
    /// Whether the daily budget would admit a call of `tokens` now.
    func refusal(of tokens: Int) -> Refusal? {
        let used = today.totalTokens
        let held = heldTokens + arrivingTokens
        guard budget.decision(requested: tokens, used: used, held: held) == nil else { return nil }
        return Refusal(
            budget: DailyBudget.name, usedTokens: used, heldTokens: held, limitTokens: budget.limitTokens,
            requestedTokens: tokens, resetsAt: today.day.adding(days: 1).start)
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
    static func hold(from booked: Booked, request: ReservationRequest) -> Hold {
        var context = booked.record.context
        context.model = request.context.model
        let created = booked.id.time
        return Hold(
            id: booked.id,
            reservation: Reservation(
                id: booked.id.text, tokens: booked.record.estimatedTokens ?? request.estimatedTokens, state: .settled,
                context: context, createdAt: created,
                expiresAt: created.adding(seconds: Int64(request.timeToLiveSeconds)), dispatchedAt: created,
                idempotencyKey: request.idempotencyKey, microUSD: request.estimatedMicroUSD),
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
                idempotencyKey: request.idempotencyKey, microUSD: request.estimatedMicroUSD),
            decision: decision, timeToLiveSeconds: request.timeToLiveSeconds)
        live[id] = hold
        if let key { keys[key] = id }
        if expiries.count > 2 * Self.liveMax { expiries.compact { live[$0] != nil } }
        expiries.insert(id, at: hold.reservation.expiresAt)
        currentHeldTokens += hold.reservation.tokens
        putIn(hold)
        transitions.append(.reserved(hold))
        revision += 1
        return hold
    }

    /// Takes back a hold whose line could not be written.
    mutating func withdraw(_ id: RecordID) {
        guard let hold = live.removeValue(forKey: id) else { return }
        if let key = id.key { keys[key] = nil }
        giveBack(share(of: hold))
        takeOut(hold)
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
            var reservation = hold.reservation
            reservation.state = .dispatched
            reservation.dispatchedAt = now
            hold.reservation = reservation
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
        takeOut(hold)
        if hold.reservation.state == .open { hold.reservation.dispatchedAt = latest }
        hold.reservation.state = .unresolved
        live[id] = hold
        currentHeldTokens -= hold.reservation.tokens
        countUnresolved(hold)
        putIn(hold)
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

    mutating func giveBack(_ share: HeldShare, keeping kept: Int = 0) {
        switch share {
        case .none: break
        case .current(let tokens): currentHeldTokens -= tokens - kept
        case .unresolved(let tokens, let day): if day == today.day { unresolvedHeldTokens -= tokens - kept }
        }
    }

    mutating func close(_ hold: Hold, _ closing: Closed) {
        giveBack(share(of: hold))
        takeOut(hold)
        live[hold.id] = nil
        if let key = hold.id.key { keys[key] = nil }
        closed.insert(closing, id: hold.id)
        revision += 1
    }
}
