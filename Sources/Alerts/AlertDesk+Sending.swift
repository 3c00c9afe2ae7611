import Dispatch
import Platform
import Synchronization

// What couriers ask for, and who they are.

extension AlertDesk {
    /// The next alert that `target` is owed: the one that failed least often, then the oldest.
    func take(for target: String, tries: [String: Int]) -> Alert? {
        state.withLock { state in
            let owed = state.books.owed(target).filter { state.inHand[$0.id]?.contains(target) != true }
            guard let least = owed.map({ tries[$0.id] ?? 0 }).min(),
                let alert = owed.first(where: { tries[$0.id] ?? 0 == least })
            else { return nil }
            state.inHand[alert.id, default: []].insert(target)
            return alert
        }
    }

    func putBack(_ id: String, _ target: String) {
        state.withLock { state in
            state.inHand[id]?.remove(target)
            if state.inHand[id]?.isEmpty == true { state.inHand[id] = nil }
            state.couriers[target]?.bell.ring()
        }
    }

    /// How an alert ended at one target.
    enum Ending {
        case sent
        case dropped(String)
    }

    /// Writes down how `id` ended at `target`. What was sent counts as sent, written or not.
    func finish(_ id: String, _ target: String, _ ending: Ending) async {
        switch ending {
        case .sent: _ = await committing([.sent(id: id, target: target)], isForced: true)
        case .dropped(let reason):
            _ = await committing([.dropped(id: id, target: target, reason: reason)], isForced: true)
        }
        putBack(id, target)
        noteRoom(target)
        if let alert = alert(id) { tell(.changed(alert)) }
    }

    /// Takes `id` back, for what it tells is not so any more. When nobody has been told, it is as if it had never been
    /// raised, and it can be raised again; else only `target` is spared.
    func withdraw(_ id: String, _ target: String) async {
        // Whoever lays it down last takes it back: two couriers that find out together must not leave it to each other.
        let isUntold = state.withLock { state -> Bool in
            state.inHand[id]?.remove(target)
            guard let alert = state.books.alerts[id] else { return false }
            return !alert.isSent && state.inHand[id]?.isEmpty != false && !alert.isAcknowledged
        }
        guard isUntold else { return await finish(id, target, .dropped("it is not so any more")) }
        _ = await committing([.withdrawn(id: id)], isForced: true)
        putBack(id, target)
        noteRoom(target)
        log(.info, "an alert was not sent: what it told is not so any more", ["alert": id])
        tell(.removed(id))
    }

    // MARK: A target that is owed too many

    /// Counts an alert that `target` is not sent, for too many others wait; the first is told.
    func noteUnsent(_ target: String) {
        let count = state.withLock { state in
            state.unsentCounts[target, default: 0] += 1
            return state.unsentCounts[target]
        }
        guard count == 1 else { return }
        log(
            .error, "too many alerts wait for a target: it is not sent every new one",
            ["target": target, "waiting": String(limits.owedMax)])
    }

    /// Tells how many `target` was not sent, once half of those that waited are gone.
    private func noteRoom(_ target: String) {
        let count = state.withLock { state -> Int? in
            guard let count = state.unsentCounts[target], state.books.owedCount(target) <= limits.owedMax / 2 else {
                return nil
            }
            state.unsentCounts[target] = nil
            return count
        }
        guard let count else { return }
        log(
            .warning,
            "fewer alerts wait for a target: it is sent every new one again; what it was not sent is on the dashboard",
            ["target": target, "not_sent": String(count)])
    }

    func noteFailure(_ target: String) { state.withLock { $0.failureCounts[target, default: 0] += 1 } }

    // MARK: Targets

    /// Sends to these targets from now on. One whose address or key changed goes on with what it is owed; what one that is
    /// gone was owed is dropped.
    public func setTargets(_ targets: [AlertTarget]) {
        let wanted = Dictionary(targets.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let (ended, gone) = state.withLock { state -> ([Task<Void, Never>], [AlertEntry]) in
            guard !state.isClosed else { return ([], []) }
            var ended: [Task<Void, Never>] = []
            for (name, courier) in state.couriers where wanted[name] != courier.target {
                ended.append(courier.task)
                state.couriers[name] = nil
            }
            state.unsentCounts = state.unsentCounts.filter { wanted[$0.key] != nil }
            for (name, target) in wanted where state.couriers[name] == nil {
                let bell = Bell()
                let courier = AlertCourier(
                    target: target, desk: self, bell: bell, environment: environment, log: log)
                state.couriers[name] = (bell, Task { await courier.run() }, target)
            }
            let gone = state.books.alerts.values.flatMap { alert in
                alert.deliveries.filter { $0.value == .owed && wanted[$0.key] == nil }.map {
                    AlertEntry.dropped(id: alert.id, target: $0.key, reason: "the target is not in the settings")
                }
            }
            return (ended, gone)
        }
        for task in ended { task.cancel() }
        if !gone.isEmpty { writing.async { [self] in _ = commit(gone, isForced: true) } }
    }
}
