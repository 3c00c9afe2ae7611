public import UTCTime

/// What counts against every budget, and whether a call may be made: the whole rule, without I/O and without a clock.
///
/// Invariants:
/// - `settled + held + unresolved` of a blocking budget never passes its limit through an admission.
/// - Open and dispatched holds count in whichever window is current; an unresolved hold counts in the window in which it
///   was dispatched, a record in the window of its time.
/// - Time never goes back: callers pass instants that do not decrease, as the books do.
public struct Counters: Sendable {
    /// The budgets and teams in force.
    public var set: BudgetSet { index.set }
    /// Whether calls are checked at all; they are counted in any case.
    public var isEnabled: Bool

    var index: BudgetIndex
    /// What is counted, in one row for all tallies, so that a call needs one look-up for each and no memory of its own.
    var rows: [CounterRow] = []
    /// Whose counter is at each place of `rows`.
    private(set) var scopes: [Scope] = []
    /// For each tally its counters' places in `rows`.
    var places: [[Scope: Int]] = []
    /// For each tally of one counter its place in `rows`, once it has one: it needs no look-up and is never forgotten.
    private var singles: [Int?] = []
    /// Places in `rows` that nothing uses.
    private var free: [Int] = []
    /// The current window of each period, by `Period.index`.
    private(set) var windows: [PeriodWindow]
    /// The instant up to which `windows` are right.
    private var windowsEnd: Instant
    /// Grants that are in force, by budget.
    private(set) var grants: [String: [BudgetGrant]] = [:]
    /// The counters of calls of `foundContext`: a hold follows its verdict, and need not look again.
    private(set) var found: [Found] = []
    private var foundContext: CallContext?
    /// Where names of calls lead, until a counter is forgotten.
    private(set) var known = KnownNames()

    /// A counter of a call: plain numbers, for an admission copies many.
    struct Found: Sendable {
        let tally: Int
        /// Its place in `rows`.
        let row: Int
        /// `Period.index` of its tally.
        let period: Int
    }

    /// How many counters there are before those of past windows are looked for.
    private var sweepCount = Self.sweepCountMin
    private static let sweepCountMin = 4096

    /// Counters of nothing yet, at `now`; with `countsMergeRequests`, of each merge request over its whole life too.
    public init(
        _ set: BudgetSet = .empty, isEnabled: Bool = true, countsMergeRequests: Bool = false, at now: Instant
    ) {
        index = BudgetIndex(set, countsMergeRequests: countsMergeRequests)
        self.isEnabled = isEnabled
        places = index.tallies.map { _ in [:] }
        singles = index.tallies.map { _ in nil }
        windows = Period.allCases.map { $0.window(at: now) }
        windowsEnd = windows.compactMap(\.end).min() ?? now
    }

    // MARK: Time

    /// Takes `now` for the present: counters of windows that ended begin anew. Earlier instants change nothing.
    public mutating func advance(to now: Instant) {
        guard now >= windowsEnd else { return }
        windows = Period.allCases.map { $0.window(at: now) }
        windowsEnd = windows.compactMap(\.end).min() ?? now
        for (name, given) in grants {
            let current = given.filter(isCurrent)
            grants[name] = current.isEmpty ? nil : current
        }
    }

    /// When the next window of any period ends.
    public var nextEnd: Instant { windowsEnd }

    /// The current window of `period`.
    public func window(of period: Period) -> PeriodWindow { windows[period.index] }

    // Windows end on the hour, and the hour is the shortest: what ends at all ends where one begins.
    private func isCurrent(_ grant: BudgetGrant) -> Bool { grant.counts(at: windows[Period.hour.index].start) }

    // MARK: What calls do

    /// Holds `amount` for a call of `context` that is open or dispatched.
    public mutating func hold(_ amount: CallAmount, for context: CallContext) {
        change(context) { row in
            row.heldTokens += amount.tokens
            row.heldMicroUSD += amount.microUSD ?? 0
        }
    }

    /// Gives back what an open or dispatched call held.
    public mutating func giveBack(_ amount: CallAmount, for context: CallContext) {
        change(context) { row in
            row.heldTokens -= amount.tokens
            row.heldMicroUSD -= amount.microUSD ?? 0
        }
    }

    /// Holds `amount` for a call that was dispatched at `time` and whose outcome is unknown.
    public mutating func holdUnresolved(_ amount: CallAmount, for context: CallContext, dispatchedAt time: Instant) {
        change(context, at: time) { row in
            row.unresolvedTokens += amount.tokens
            row.unresolvedMicroUSD += amount.microUSD ?? 0
        }
    }

    /// Gives back what an unresolved call held.
    public mutating func giveBackUnresolved(
        _ amount: CallAmount, for context: CallContext, dispatchedAt time: Instant
    ) {
        change(context, at: time) { row in
            row.unresolvedTokens -= amount.tokens
            row.unresolvedMicroUSD -= amount.microUSD ?? 0
        }
    }

    /// Counts what a call of `context` that is booked at `time` took.
    public mutating func settle(_ amount: CallAmount, for context: CallContext, at time: Instant) {
        change(context, at: time) { row in row.settle(amount) }
    }

    /// Raises what `budget` has settled in its current window to at least `tokens`: more is known to have been used
    /// than there are records of.
    public mutating func raise(_ budget: BudgetDefinition, toTokens tokens: Int) {
        let key = BudgetIndex.TallyKey(scope: budget.scope, period: budget.period)
        guard case .one(let scope) = budget.scope, let tally = index.tallies.firstIndex(of: key) else { return }
        let place = place(tally, scope)
        rows[place].settledTokens = max(rows[place].settledTokens, 0.capped(adding: tokens))
    }

    // MARK: What operators do

    /// Gives more to one counter until its window ends.
    public mutating func grant(_ grant: BudgetGrant) {
        guard isCurrent(grant) else { return }
        grants[grant.budget, default: []].append(grant)
    }

    /// What `budget` was granted for `scope` in its current window.
    public func granted(_ budget: BudgetDefinition, _ scope: Scope) -> Int {
        guard !grants.isEmpty, let given = grants[budget.name] else { return 0 }
        return given.reduce(0) { sum, grant in
            grant.scope == scope && grant.amount.unit == budget.limit.unit
                ? sum.capped(adding: grant.amount.amount) : sum
        }
    }

    /// What `budget` allows for `scope` now, grants included.
    public func limit(of budget: BudgetDefinition, for scope: Scope) -> Int {
        budget.limit.amount.capped(adding: granted(budget, scope))
    }

    /// Whether `set` asks for counters that are not here: then `replace` needs them counted.
    public func isShort(for set: BudgetSet) -> Bool {
        let next = BudgetIndex(set)
        let known = Set(index.tallies)
        return !next.tallies.allSatisfy(known.contains)
            || (next.tallies.contains { $0.scope.kind == .team } && !Self.teams(thatDiffer: self.set, set).isEmpty)
    }

    /// Puts the budgets of `fresh` in force. What is counted here is kept; counters that are new, and those of teams
    /// whose people changed, are taken from `fresh`, which has counted every record and every hold for them.
    public mutating func replace(with fresh: Counters) {
        var next = fresh
        if index.countsMergeRequests { next.countMergeRequests() }
        next.advance(to: windows[Period.hour.index].start)
        next.isEnabled = isEnabled
        let changed = Self.teams(thatDiffer: set, fresh.set)
        for (tally, key) in next.index.tallies.enumerated() {
            guard let before = index.tallies.firstIndex(of: key) else { continue }
            for scope in next.places[tally].keys where !changed.contains(scope.name) || scope.kind != .team {
                next.rows[next.place(tally, scope)] = CounterRow(start: next.windows[key.period.index].start)
            }
            for (scope, place) in places[before] where !changed.contains(scope.name) || scope.kind != .team {
                next.rows[next.place(tally, scope)] = rows[place]
            }
        }
        next.grants = grants
        next.foundContext = nil
        next.known.forget()
        self = next
    }

    /// Has each merge request counted from now on: its tally comes after all others.
    private mutating func countMergeRequests() {
        guard !index.countsMergeRequests else { return }
        index = BudgetIndex(set, countsMergeRequests: true)
        while places.count < index.tallies.count {
            places.append([:])
            singles.append(nil)
        }
        foundContext = nil
        known.forget()
    }

    private static func teams(thatDiffer old: BudgetSet, _ new: BudgetSet) -> Set<String> {
        let before = Dictionary(uniqueKeysWithValues: old.teams.map { ($0.name, $0.users) })
        let after = Dictionary(uniqueKeysWithValues: new.teams.map { ($0.name, $0.users) })
        return Set(Set(before.keys).union(after.keys).filter { before[$0] != after[$0] })
    }

    // MARK: Rows

    /// How many counters are kept.
    public var counterCount: Int { rows.count - free.count }

    /// Changes the counters of `context` that are for now.
    private mutating func change(_ context: CallContext, _ body: (inout CounterRow) -> Void) {
        find(context)
        for place in found.indices { body(&rows[found[place].row]) }
    }

    /// Changes the counters of `context` in whose current window `time` lies.
    private mutating func change(_ context: CallContext, at time: Instant, _ body: (inout CounterRow) -> Void) {
        find(context)
        for place in found.indices
        where windows[found[place].period].contains(time) {
            body(&rows[found[place].row])
        }
    }

    /// Puts the counters of `context` in `found`, each brought to the current window.
    mutating func find(_ context: CallContext) {
        if foundContext.map(context.leadsWhere) != true {
            var found = found
            self.found = []
            found.removeAll(keepingCapacity: true)
            if counterCount >= sweepCount { sweep() }
            let index = index
            for tally in index.allTallies { found.append(counter(tally, .all)) }
            for part in index.parts { look(for: part, part.name(in: context), index, &found) }
            index.forEachCounterOfMergeRequest(of: context) { tally, scope in found.append(counter(tally, scope)) }
            self.found = found
            foundContext = context
        }
        for place in found.indices {
            let start = windows[found[place].period].start
            if rows[found[place].row].start != start { rows[found[place].row].begin(start) }
        }
    }

    /// Adds to `found` the counters to which `name` leads.
    private mutating func look(for part: CallPart, _ name: String, _ index: BudgetIndex, _ found: inout [Found]) {
        guard !name.isEmpty else { return }
        if let places = known[part, name] {
            for place in places { found.append(known.counters[place]) }
            return
        }
        let start = found.count
        index.forEachCounter(of: part, name) { tally, scope in found.append(counter(tally, scope)) }
        known.remember(found[start...], for: part, name)
    }

    private mutating func counter(_ tally: Int, _ scope: Scope) -> Found {
        Found(tally: tally, row: place(tally, scope), period: index.tallies[tally].period.index)
    }

    /// The place of the counter `scope` of `tally`, brought to the current window.
    mutating func place(_ tally: Int, _ scope: Scope) -> Int {
        let start = windows[index.tallies[tally].period.index].start
        if let place = singles[tally] ?? places[tally][scope] {
            if rows[place].start != start { rows[place].begin(start) }
            return place
        }
        let place: Int
        if let last = free.popLast() {
            place = last
            rows[place] = CounterRow(start: start)
            scopes[place] = scope
        } else {
            place = rows.count
            rows.append(CounterRow(start: start))
            scopes.append(scope)
        }
        places[tally][scope] = place
        if case .one = index.tallies[tally].scope { singles[tally] = place }
        return place
    }

    /// Forgets counters of windows that ended and that hold nothing.
    private mutating func sweep() {
        foundContext = nil
        known.forget()
        for tally in places.indices where singles[tally] == nil {
            let start = windows[index.tallies[tally].period.index].start
            for (scope, place) in places[tally] where rows[place].start != start && rows[place].holdsNothing {
                places[tally][scope] = nil
                free.append(place)
            }
        }
        sweepCount = max(Self.sweepCountMin, 2 * counterCount)
    }
}

extension CallContext {
    /// Whether all that decides about counters is the same, byte for byte where it is made small: letters that are equal
    /// to Unicode need not be once they are small.
    fileprivate func leadsWhere(_ other: CallContext) -> Bool {
        mergeRequestIID == other.mergeRequestIID && model == other.model && agent == other.agent
            && command == other.command && user.hasSameBytes(as: other.user) && project.hasSameBytes(as: other.project)
    }
}

/// What one counter has counted in its window.
struct CounterRow: Sendable, Hashable {
    /// The first instant of the window.
    var start: Instant
    var settledTokens = 0
    var settledMicroUSD = 0
    var heldTokens = 0
    var heldMicroUSD = 0
    var unresolvedTokens = 0
    var unresolvedMicroUSD = 0
    /// Settled calls, and those of them whose price is unknown.
    var calls = 0
    var unpricedCalls = 0

    init(start: Instant) { self.start = start }

    /// Begins a new window: holds go on, all else is past.
    mutating func begin(_ start: Instant) {
        var next = CounterRow(start: start)
        next.heldTokens = heldTokens
        next.heldMicroUSD = heldMicroUSD
        self = next
    }

    mutating func settle(_ amount: CallAmount) {
        settledTokens = settledTokens.capped(adding: amount.tokens)
        settledMicroUSD = settledMicroUSD.capped(adding: amount.microUSD ?? 0)
        calls += 1
        if amount.microUSD == nil { unpricedCalls += 1 }
    }

    var holdsNothing: Bool { heldTokens == 0 && heldMicroUSD == 0 }

    func used(_ unit: BudgetUnit) -> Int { unit == .tokens ? settledTokens : settledMicroUSD }

    func held(_ unit: BudgetUnit) -> Int {
        unit == .tokens ? heldTokens + unresolvedTokens : heldMicroUSD + unresolvedMicroUSD
    }
}
