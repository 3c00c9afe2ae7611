import Budget
import Digest
import HTTPServer
import HTTPWire
import JSON
import Ledger
import Platform
import Prices
import Reports
import Synchronization
import Terminal
import UTCTime

/// A report that is ready to be sent, in the form that was asked for.
enum Report {
    case json(JSONValue)
    case csv(Rows)
    /// There is no such thing; why.
    case missing(String)

    /// The sums that `query` asks for.
    static func report(_ query: UsageQuery, in format: ReportFormat, _ usage: WarmUsage) throws(POSIXFailure) -> Report
    {
        let report = try usage.report(query)
        return format == .csv ? .csv(report.rows) : .json(report.json)
    }

    /// One session with its records.
    static func session(_ id: String, in format: ReportFormat, _ usage: WarmUsage) throws(POSIXFailure) -> Report {
        guard let detail = try usage.session(id) else {
            return .missing("No record is of the session '\(id)'; one is named such as group/app!123.")
        }
        guard format == .csv else {
            guard case .object(var object) = detail.summary.json else { return .json(.null) }
            object["records"] = .array(detail.records.map(\.json))
            return .json(.object(object))
        }
        return .csv(.records(detail.records))
    }

    /// The price table, or what one model's calls would get, and the models whose calls of the last year have no price.
    static func prices(
        _ table: PriceTable, model: String?, in format: ReportFormat, at now: Instant, _ usage: WarmUsage
    ) throws(POSIXFailure) -> Report {
        var prices = table.prices.sorted { ($0.model, $0.effectiveFrom) < ($1.model, $1.effectiveFrom) }
        if let model {
            guard let price = table.price(of: model, at: now) else {
                return .missing("No price is known for '\(model)'.")
            }
            prices = [price]
        }
        let report = try usage.report(UnpricedModel.query(on: now.day, model: model))
        return format == .csv
            ? .csv(table.rows(of: prices, on: now.day, unpriced: UnpricedModel.all(in: report)))
            : .json(table.json(of: prices, on: now.day, usage: report))
    }

    /// The report as the answer to `head`: 304 when the client has it already.
    func response(to head: RequestHead) -> Response {
        let body: [UInt8]
        let type: ReportFormat
        switch self {
        case .json(let value): (body, type) = (value.bytes + [0x0A], .json)
        case .csv(let rows): (body, type) = (Array(rows.csv.utf8), .csv)
        case .missing(let why): return .problem(404, detail: why)
        }
        let tag = "\"\(SHA256.digest(body).hexadecimal.prefix(32))\""
        let fields = [("ETag", tag), ("Cache-Control", "private, no-cache"), ("Vary", "Accept, Authorization")]
        if Self.matches(head.fields["if-none-match"], tag) { return Response(status: 304, fields: fields) }
        return Response(status: 200, fields: [("Content-Type", type.contentType)] + fields, body: body)
    }

    /// Whether `If-None-Match` names the tag (RFC 9110 section 13.1.2): weak comparison, or any at all.
    private static func matches(_ field: String?, _ tag: String) -> Bool {
        guard let field else { return false }
        return field.split(separator: ",").contains { part in
            let text = part.drop { $0 == " " || $0 == "\t" }
            let strong = text.hasPrefix("W/") ? text.dropFirst(2) : text
            return strong.prefix { $0 != " " && $0 != "\t" } == tag || strong == "*"
        }
    }
}

extension ReportFormat {
    /// The media type with its character set.
    var contentType: String {
        switch self {
        case .json: "application/json; charset=utf-8"
        case .csv: "text/csv; charset=utf-8; header=present"
        }
    }
}

/// The pieces of an export, made one after another.
final class RecordPages: Sendable {
    private struct State {
        var cursor: RecordCursor
        var hasBegun = false
        var count = 0
        var hasEnded = false
    }

    private let query: UsageQuery
    private let format: ReportFormat
    private let state: Mutex<State>

    /// The records that `cursor` finds, in `format`.
    init(_ query: UsageQuery, format: ReportFormat, cursor: RecordCursor) {
        self.query = query
        self.format = format
        state = Mutex(State(cursor: cursor))
    }

    /// The next piece; nil behind the last.
    func next() throws(POSIXFailure) -> [UInt8]? {
        try state.withLock { (state) throws(POSIXFailure) -> [UInt8]? in
            guard !state.hasEnded else { return nil }
            var text = ""
            if !state.hasBegun {
                state.hasBegun = true
                text = beginning
            }
            // Pieces without a record are passed over: an empty one would be the end.
            while text.isEmpty {
                guard let records = try state.cursor.next() else {
                    state.hasEnded = true
                    return end.isEmpty ? nil : Array(end.utf8)
                }
                for record in records {
                    if format == .json, state.count > 0 { text += ",\n" }
                    text += self.text(record)
                    state.count += 1
                }
            }
            return Array(text.utf8)
        }
    }

    private var beginning: String {
        switch format {
        case .csv: CSVDialect.standard.line(RowFormat.columns)
        case .json: "{\"from\":\"\(query.days.lowerBound)\",\"to\":\"\(query.days.upperBound)\",\"records\":[\n"
        }
    }

    private var end: String { format == .json ? "\n]}\n" : "" }

    private func text(_ record: UsageRecord) -> String {
        switch format {
        case .csv: CSVDialect.standard.line(record.cells(in: .standard))
        case .json: String(decoding: record.json.bytes, as: UTF8.self)
        }
    }
}

extension Response {
    /// 400, naming every parameter that is wrong.
    static func problem(query errors: FieldErrors) -> Response {
        .problem(
            400, title: "A parameter is not what this endpoint takes",
            detail: errors.messages.joined(separator: " "),
            members: [("errors", .array(errors.messages.map { .string($0) }))])
    }
}

extension Rows {
    /// Records with the columns of the monthly files.
    static func records(_ records: [UsageRecord]) -> Rows {
        Rows(
            columns: RowFormat.columns.map { Column($0) }, rows: records.map { $0.cells(in: .standard) })
    }
}
