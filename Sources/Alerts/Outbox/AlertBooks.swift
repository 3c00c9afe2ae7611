import UTCTime

/// What was told, to whom, and what is still to be sent: a value, no I/O, no clock.
struct AlertBooks: Sendable, Equatable {
    /// Alerts by id.
    private(set) var alerts: [String: Alert] = [:]
    /// Ids in the order in which they were raised.
    private(set) var order: [String] = []
    /// What was claimed, by key.
    private(set) var claims: [String: AlertClaim] = [:]

    /// Whether `claim` says something that has not been told.
    func isNew(_ claim: AlertClaim) -> Bool { claims[claim.key].map(claim.isBeyond) ?? true }

    /// How many alerts `target` is owed.
    func owedCount(_ target: String) -> Int { alerts.values.count { $0.deliveries[target] == .owed } }

    /// Alerts that `target` is owed, the oldest first.
    func owed(_ target: String) -> [Alert] {
        order.compactMap { alerts[$0] }.filter { $0.deliveries[target] == .owed }
    }

    /// Alerts that nobody has acknowledged.
    var unreadCount: Int { alerts.values.count { !$0.isAcknowledged } }

    /// Makes `entry` true. One about an alert that is not there changes nothing.
    mutating func apply(_ entry: AlertEntry, at time: Instant) {
        switch entry {
        case .begin: break
        case .raised(let id, let content, let previous, let targets):
            if alerts[id] == nil { order.append(id) }
            alerts[id] = Alert(
                id: id, content: content, raisedAt: time,
                deliveries: Dictionary(targets.map { ($0, .owed) }, uniquingKeysWith: { first, _ in first }),
                acknowledgement: nil, previous: previous)
            claims[content.claim.key] = content.claim
        case .sent(let id, let target): alerts[id]?.deliveries[target] = .sent(time)
        case .dropped(let id, let target, let reason): alerts[id]?.deliveries[target] = .dropped(reason)
        case .withdrawn(let id):
            guard let alert = alerts[id] else { return }
            // A later alert of the same key has moved the claim on: then there is nothing to take back.
            if claims[alert.content.claim.key] == alert.content.claim {
                claims[alert.content.claim.key] = alert.previous
            }
            remove(id)
        case .acknowledged(let id, let author):
            if alerts[id]?.acknowledgement == nil { alerts[id]?.acknowledgement = (author, time) }
        case .forgotten(let id): remove(id)
        case .claimed(let claim): claims[claim.key] = claim
        case .cleared(let key): claims[key] = nil
        }
    }

    private mutating func remove(_ id: String) {
        alerts[id] = nil
        order.removeAll { $0 == id }
    }

    /// What says goodbye to alerts that are old or too many. An alert that is owed stays.
    func expiries(_ limits: AlertLimits, at now: Instant) -> [AlertEntry] {
        let oldest = now.adding(seconds: -Int64(limits.keptDays) * 86_400)
        var gone = order.filter { id in alerts[id].map { !$0.isOwed && $0.raisedAt < oldest } ?? false }
        var excess = order.count - gone.count - limits.alertsMax
        if excess > 0 {
            let left = Set(gone)
            let candidates = order.filter { !left.contains($0) && alerts[$0]?.isOwed == false }
            let (seen, unseen) = (
                candidates.filter { alerts[$0]?.isAcknowledged == true },
                candidates.filter { alerts[$0]?.isAcknowledged == false }
            )
            for id in seen + unseen where excess > 0 {
                gone.append(id)
                excess -= 1
            }
        }
        return gone.map { .forgotten(id: $0) }
    }

    /// Days that a claim outlives its window: a clock that is set back must not tell a thing again.
    static let claimGraceSeconds: Int64 = 2 * 86_400

    /// Forgets claims that matter no more. They are not written down: the next journal is begun without them.
    mutating func forgetClaims(_ limits: AlertLimits, at now: Instant) {
        let limit = now.adding(seconds: -Self.claimGraceSeconds)
        claims = claims.filter { $0.value.until.map { $0 > limit } ?? true }
        guard claims.count > limits.claimsMax else { return }
        let last = Instant(milliseconds: .max)
        let soonest = claims.values.sorted { ($0.until ?? last, $0.key) < ($1.until ?? last, $1.key) }
        for claim in soonest.prefix(claims.count - limits.claimsMax) { claims[claim.key] = nil }
    }

    /// Entries that make these books, with their times.
    var snapshot: [(entry: AlertEntry, time: Instant)] {
        var entries: [(AlertEntry, Instant)] = []
        for alert in order.compactMap({ alerts[$0] }) {
            let targets = alert.deliveries.keys.sorted()
            entries.append(
                (
                    .raised(id: alert.id, alert.content, previous: alert.previous, targets: targets), alert.raisedAt
                ))
            for target in targets {
                switch alert.deliveries[target] {
                case .sent(let time)?: entries.append((.sent(id: alert.id, target: target), time))
                case .dropped(let reason)?:
                    entries.append((.dropped(id: alert.id, target: target, reason: reason), alert.raisedAt))
                case .owed?, nil: break
                }
            }
            if let (author, time) = alert.acknowledgement {
                entries.append((.acknowledged(id: alert.id, author: author), time))
            }
        }
        // What alerts claim may have been overtaken or cleared since.
        let keys = Set(alerts.values.map(\.content.claim.key))
        for key in keys.subtracting(claims.keys).sorted() { entries.append((.cleared(key: key), .init(seconds: 0))) }
        for claim in claims.values.sorted(by: { $0.key < $1.key }) {
            entries.append((.claimed(claim), .init(seconds: 0)))
        }
        return entries
    }
}
