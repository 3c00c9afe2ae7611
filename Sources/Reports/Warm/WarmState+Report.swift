import UTCTime

extension WarmState {
    /// What `ReportReader` would answer, from memory. The days of `query` must be covered.
    func report(_ query: UsageQuery) -> UsageReport {
        var report = UsageReport(query: query, groups: [], totals: UsageTotals(), problems: [], problemCount: 0)
        var table = GroupTable()
        let wantedMonths = query.days.lowerBound.month...query.days.upperBound.month
        let filter = RowFilter(query, names)
        for month in months.keys.sorted() where wantedMonths.contains(month) {
            guard let warm = months[month] else { continue }
            report.problemCount += warm.problemCount
            report.problems += warm.problems.prefix(UsageReport.problemsMax - report.problems.count)
            guard let filter else { continue }
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 8 * max(1, query.dimensions.count)) { place in
                guard let place = place.baseAddress else { return }
                for row in warm.rows where filter.wants(row) {
                    var key = WarmKey(place: place)
                    for dimension in query.dimensions { key.put(Self.number(dimension, of: row, month)) }
                    table.add(row.figures, to: key.written)
                }
            }
        }
        table.forEach { key, totals in
            let numbers = UnsafeRawBufferPointer(key)
            let texts = query.dimensions.indices.map { index in
                text(
                    query.dimensions[index], Int(numbers.loadUnaligned(fromByteOffset: index * 8, as: Int64.self)))
            }
            report.groups.append(.init(key: texts, totals: totals))
            report.totals.add(totals)
        }
        report.sortGroups()
        return report
    }

    private static func number(_ dimension: UsageDimension, of row: WarmRow, _ month: Month) -> Int {
        switch dimension {
        case .project: Int(row.project)
        case .user: Int(row.user)
        case .model: Int(row.model)
        case .session: Int(row.session)
        case .agent: Int(row.agent)
        case .command: Int(row.command)
        case .hour, .day, .week, .month:
            RowSums.stretch(dimension, day: Int(row.day), hour: Int(row.secondOfDay) / 3600, month)
        }
    }

    private func text(_ dimension: UsageDimension, _ number: Int) -> String {
        let name = UInt32(truncatingIfNeeded: number)
        return switch dimension {
        case .project: names.projects[name]
        case .user: names.users[name]
        case .model: names.models[name]
        case .session: names.sessions[name]
        case .agent: names.agents[name]
        case .command: names.commands[name]
        case .hour, .day, .week, .month: RowSums.text(ofStretch: number, dimension)
        }
    }
}

/// The numbers of a row's group, eight bytes each, in memory that is kept from row to row.
private struct WarmKey {
    private let place: UnsafeMutablePointer<UInt8>
    private var count = 0

    init(place: UnsafeMutablePointer<UInt8>) { self.place = place }

    mutating func put(_ number: Int) {
        UnsafeMutableRawPointer(place + count).storeBytes(of: Int64(number), as: Int64.self)
        count += 8
    }

    var written: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: place, count: count) }
}

/// The rows that a query asks for, by the numbers of their names.
private struct RowFilter {
    private let days: ClosedRange<Int32>
    private let projects: [Bool]?
    private let user: UInt32?
    private let model: UInt32?
    private let session: UInt32?

    /// Nil when a name that is asked for is in no row.
    init?(_ query: UsageQuery, _ names: RowNames) {
        days = Int32(clamping: query.days.lowerBound.number)...Int32(clamping: query.days.upperBound.number)
        projects = query.project.map { wanted in
            names.projects.marks { path in
                path.utf8.elementsEqual(wanted.utf8)
                    || (path.utf8.split(separator: UInt8(ascii: "/")).last ?? "".utf8[...]).elementsEqual(wanted.utf8)
            }
        }
        user = query.user.flatMap { names.users.number(of: $0) }
        model = query.model.flatMap { names.models.number(of: $0) }
        session = query.session.flatMap { names.sessions.number(of: $0) }
        if query.user != nil && user == nil || query.model != nil && model == nil
            || query.session != nil && session == nil
        {
            return nil
        }
    }

    func wants(_ row: WarmRow) -> Bool {
        days.contains(row.day) && user ?? row.user == row.user && model ?? row.model == row.model
            && session ?? row.session == row.session && (projects.map { $0[Int(row.project)] } ?? true)
    }
}
