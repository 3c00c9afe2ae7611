import Budget
import Ledger
import UTCTime

/// Adds up the rows of one month that a query asks for. Rows come in two forms: plain ones as bytes, others as records.
struct RowSums: Sendable {
    private(set) var table = GroupTable()
    private let query: UsageQuery
    private let month: Month
    private let firstDay: Int
    private let dayCount: Int
    private let wantedDays: ClosedRange<Int>
    private let project: [UInt8]?
    private let user: [UInt8]?
    private let model: [UInt8]?
    private let session: [UInt8]?

    /// Sums of the rows of `month` that `query` asks for.
    init(_ query: UsageQuery, month: Month) {
        self.query = query
        self.month = month
        firstDay = month.firstDay.number
        dayCount = month.dayCount
        wantedDays = query.days.lowerBound.number...query.days.upperBound.number
        project = query.project.map { Array($0.utf8) }
        user = query.user.map { Array($0.utf8) }
        model = query.model.map { Array($0.utf8) }
        session = query.session.map { Array($0.utf8) }
    }

    /// Adds a row, with the others in `batch`. False: it is of no day of the month, and nothing was added.
    @inline(__always)
    mutating func add(_ row: PlainRow, _ batch: inout RowBatch) -> Bool {
        guard 1...dayCount ~= row.dayOfMonth else { return false }
        let day = firstDay + row.dayOfMonth - 1
        guard wantedDays.contains(day), Self.matches(user, row.user), Self.matches(model, row.model),
            Self.matches(session, row.session), Self.matches(project, row.project) || Self.matches(project, row.slug)
        else { return true }
        if batch.isFull { batch.drain(into: &table) }
        var key = batch.key
        for dimension in query.dimensions {
            switch dimension {
            case .project: key.put(row.project)
            case .user: key.put(row.user)
            case .model: key.put(row.model)
            case .session: key.put(row.session)
            case .agent: key.put(row.agent)
            case .command: key.put(row.command)
            case .hour, .day, .week, .month: key.put(time: Self.stretch(dimension, day: day, hour: row.hour, month))
            }
        }
        batch.take(row.figures, key)
        return true
    }

    /// Adds what `batch` still holds.
    mutating func add(restOf batch: inout RowBatch) { batch.drain(into: &table) }

    /// Adds a record.
    mutating func add(_ row: UsageRecord) {
        guard query.wants(row) else { return }
        let context = row.context
        let day = row.time.day
        var key: [UInt8] = []
        for dimension in query.dimensions {
            switch dimension {
            case .project: Self.put(context.project, &key)
            case .user: Self.put(context.user, &key)
            case .model: Self.put(context.model, &key)
            case .session: Self.put(context.sessionID, &key)
            case .agent: Self.put(context.agent, &key)
            case .command: Self.put(context.command, &key)
            case .hour, .day, .week, .month:
                let time = Self.stretch(dimension, day: day.number, hour: row.time.timeOfDay.hour, month)
                withUnsafeBytes(of: Int64(time)) { key.append(contentsOf: $0) }
            }
        }
        let count = key.count
        key.append(contentsOf: repeatElement(0, count: 8))
        key.withUnsafeBufferPointer {
            table.add(UsageTotals.Record(row), to: UnsafeBufferPointer(rebasing: $0.prefix(count)))
        }
    }

    // MARK: Keys

    /// The number of an hour, a day, a Monday or a month since the beginning of its count.
    static func stretch(_ dimension: UsageDimension, day: Int, hour: Int, _ month: Month) -> Int {
        switch dimension {
        case .hour: day * 24 + hour
        // 1970-01-01 was a Thursday.
        case .week: day - ((day + 3) % 7 + 7) % 7
        case .month: month.year * 12 + month.month - 1
        default: day
        }
    }

    private static func put(_ text: String, _ key: inout [UInt8]) {
        key.append(contentsOf: text.utf8)
        key.append(0)
    }

    /// The texts of a key.
    static func texts(of key: UnsafeBufferPointer<UInt8>, _ dimensions: [UsageDimension]) -> [String] {
        var rest = UnsafeRawBufferPointer(key)[...]
        return dimensions.map { dimension in
            guard dimension.isTime else {
                let text = rest.prefix { $0 != 0 }
                rest = rest.dropFirst(text.count + 1)
                return String(decoding: text, as: UTF8.self)
            }
            let number = Int(UnsafeRawBufferPointer(rebasing: rest.prefix(8)).loadUnaligned(as: Int64.self))
            rest = rest.dropFirst(8)
            return text(ofStretch: number, dimension)
        }
    }

    /// The text of what `stretch` made a number of.
    static func text(ofStretch number: Int, _ dimension: UsageDimension) -> String {
        switch dimension {
        case .hour: String("\(Instant(seconds: Int64(number) * 3600))".prefix(13))
        case .month: Month(year: number / 12, month: number % 12 + 1)?.description ?? ""
        default: Day.number(number).description
        }
    }

    // MARK: Filters

    private static func matches(_ wanted: [UInt8]?, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let wanted else { return true }
        return wanted.elementsEqual(text)
    }
}
