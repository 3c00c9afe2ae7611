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
            let story = WhyStory(reader, project: name.project, iid: name.iid)
            switch values[OutputFormat.parameter] {
            case .table:
                if story.lines.isEmpty {
                    Console.print(prose: "Nothing was heard of \(name.project)!\(name.iid): no delivery, no review.\n")
                } else {
                    Console.print(table: story.rows)
                }
            case .csv: Console.print(story.rows.csv)
            case .json: Console.print(String(decoding: story.json.prettyBytes, as: UTF8.self))
            }
            return 0
        }
    }
}
