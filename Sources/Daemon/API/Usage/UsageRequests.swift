import HTTPWire
import Reports
import UTCTime

/// The words of a query that choose records: the same as the options of `bursar report`.
extension QueryFields {
    /// The records wanted: this month's unless a period is given; one that is turned round is taken as meant.
    mutating func usageQuery(by dimensions: [UsageDimension], today: Day) -> UsageQuery {
        let from = day("from", "The first day, in UTC; the first of the month of 'to' unless given.")
        let to = day("to", "The last day, in UTC; today unless given.")
        let last = to ?? max(today, from ?? today)
        let first = from ?? min(last, last.month.firstDay)
        return UsageQuery(
            by: dimensions, days: min(first, last)...max(first, last),
            project: text("project", "Only this project: its path, or the last part of it."),
            user: text("user", "Only this user."), model: text("model", "Only this model."),
            session: text("session", "Only this session, such as group/app!123."))
    }

    /// What the records are to be added up by.
    mutating func dimensions() -> [UsageDimension] {
        words(
            "by", "Add up by this; two with a comma between them are nested.",
            of: UsageDimension.allCases.map(\.rawValue), default: [UsageDimension.project.rawValue]
        ).compactMap(UsageDimension.init)
    }

    /// Whether JSON or CSV is wanted: `format`, or else what `Accept` prefers; JSON when it says nothing.
    mutating func format(_ head: RequestHead?) -> ReportFormat {
        if let word = word("format", "How to answer; goes before 'Accept'.", of: ReportFormat.allCases.map(\.rawValue))
        {
            return ReportFormat(rawValue: word) ?? .json
        }
        return head.map(ReportFormat.accepted) ?? .json
    }
}

/// How a report is written.
enum ReportFormat: String, CaseIterable, Sendable {
    case json
    case csv

    /// What `Accept` prefers (RFC 9110 section 12.5.1); JSON when it is absent or names neither.
    static func accepted(_ head: RequestHead) -> ReportFormat {
        guard let field = head.fields["accept"] else { return .json }
        var best: (format: ReportFormat, quality: Int)?
        for range in field.split(separator: ",") {
            let parts = range.split(separator: ";").map { $0.trimmingBlanks.lowercased() }
            let format: ReportFormat
            switch parts.first {
            case "application/json", "application/*", "*/*": format = .json
            case "text/csv", "text/*": format = .csv
            default: continue
            }
            let quality = parts.dropFirst().first { $0.hasPrefix("q=") }.map { thousandths($0.dropFirst(2)) } ?? 1000
            if quality > best?.quality ?? 0 { best = (format, quality) }
        }
        return best?.format ?? .json
    }

    /// `0.8` in thousandths; 0 for what is no weight.
    private static func thousandths(_ text: Substring) -> Int {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard 1...2 ~= parts.count, let whole = Int(parts[0]), 0...1 ~= whole else { return 0 }
        let places = parts.count == 2 ? parts[1].prefix(3) : ""
        guard places.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) else { return 0 }
        let fraction = Int(String(places) + String(repeating: "0", count: 3 - places.count)) ?? 0
        return min(1000, whole * 1000 + fraction)
    }
}

extension Substring {
    fileprivate var trimmingBlanks: Substring {
        var text = self
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }
}
