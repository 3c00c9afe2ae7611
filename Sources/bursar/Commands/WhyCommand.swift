import Arguments
import Daemon
import JSON
import Platform
import Queue
import Settings
import Terminal
import UTCTime

/// `bursar why PROJECT!IID`: all that happened to a merge request, in order.
enum WhyCommand {
    private static let mergeRequest = Parameter<MergeRequestName>(
        argument: "merge-request", help: "The project's path or number, '!', and the merge request's number.",
        accepted: "PROJECT!IID, such as group/app!12 or 42!12", parse: MergeRequestName.init)

    static let command = Command(
        "why",
        summary: "Tells what became of a merge request: every delivery, decision, review and skip, with reasons.",
        discussion: """
            Reads the queue's journal beside a running daemon, without its lock. Deliveries and reviews are remembered for \
            30 days. Quote the argument: '!' means something to most shells.
            """,
        parameters: [mergeRequest, OutputFormat.parameter, CommandSettings.dataDirectory],
        examples: [
            .init("bursar why 'group/app!12'", "what happened to it, oldest first"),
            .init("bursar why '42!12' --format json", "the same for a program, the project by its number"),
        ]
    ) { values in
        try await CommandSettings.use(for: .books) { settings, _ in
            let directory = values[CommandSettings.dataDirectory] ?? settings.books.dataDirectory
            CommandSettings.remarkMissingBooks(in: directory)
            let reader = try QueueReader(QueueLayout(directory: directory))
            for problem in reader.problems { Console.complain("Warning: \(problem)\n") }
            let name = values[mergeRequest]
            let events = reader.mergeRequests(project: name.project, iid: name.iid).flatMap {
                reader.history(of: $0)
            }
            let lines = events.map(WhyLine.init)
            switch values[OutputFormat.parameter] {
            case .table:
                if lines.isEmpty {
                    Console.print(prose: "Nothing was heard of \(name.project)!\(name.iid): no delivery, no review.\n")
                } else {
                    Console.print(table: rows(lines))
                }
            case .csv: Console.print(rows(lines).csv)
            case .json:
                Console.print(
                    String(
                        decoding: JSONValue.array(
                            lines.map {
                                ["time": .string($0.time), "what": .string($0.what), "details": .string($0.details)]
                            }
                        ).prettyBytes, as: UTF8.self))
            }
            return 0
        }
    }

    private static func rows(_ lines: [WhyLine]) -> Rows {
        Rows(
            columns: [.init("time", .exact), .init("what", .exact), .init("details", .prose)],
            rows: lines.map(\.cells))
    }
}

/// A merge request as a person names it.
struct MergeRequestName: Sendable {
    let project: String
    let iid: Int

    /// Reads `group/app!12` and `42!12`.
    init?(_ text: String) {
        guard let mark = text.lastIndex(of: "!"), mark > text.startIndex else { return nil }
        let digits = text[text.index(after: mark)...].utf8
        guard 1...9 ~= digits.count, digits.allSatisfy({ 0x30...0x39 ~= $0 }) else { return nil }
        project = String(text[..<mark])
        iid = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
}

/// One line of the story.
private struct WhyLine {
    let time: String
    let what: String
    let details: String

    var cells: [String] { [time, what, details] }

    init(_ event: QueueEvent) {
        time = event.time.descriptionWithMilliseconds
        switch event.subject {
        case .delivery(let record):
            what = "delivery \(record.status.rawValue)"
            let user = record.username.isEmpty ? "" : " by \(record.username)"
            details = "\(record.reason) [\(record.event)\(user), delivery \(record.id)]"
        case .wish(let job):
            what = "review asked for"
            let head = job.wish.head.isEmpty ? "" : " of \(job.wish.head.prefix(12))"
            details = "\(job.wish.command)\(head), by \(job.wish.cause.rawValue), as \(job.id)"
        case .step(let step, let job): (what, details) = Self.words(step, job)
        }
    }

    private static func words(_ step: JobStep.Event, _ job: Job) -> (String, String) {
        switch step {
        case .started(let count): ("review begun", count == 1 ? job.id : "\(job.id), for the \(count). time in a row")
        case .planned(let head): ("head fetched", String(head.prefix(12)))
        case .reserved(let reservation, let tokens): ("tokens held", "\(tokens) under \(reservation)")
        case .dispatched(let reservation): ("model called", reservation)
        case .answered(let reservation): ("answer kept", reservation)
        case .settled(let reservation): ("call booked", reservation)
        case .lost(let reservation): ("call without outcome", "its tokens stay held under \(reservation)")
        case .released(let reservation): ("tokens given back", reservation)
        case .posting: ("note being posted", job.id)
        case .posted(let noteID): ("note posted", noteID.map { "note \($0)" } ?? "GitLab did not say its number")
        case .deferred(let deferral):
            (
                deferral.kind == .budget ? "blocked" : "put off",
                "until \(deferral.until): \(deferral.reason)"
            )
        case .finished(let result): ("review \(result.outcome.rawValue)", result.reason)
        }
    }
}
