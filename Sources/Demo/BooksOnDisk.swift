import Foundation

/// The files of the books, as someone who opens the folder sees them.
struct BooksOnDisk {
    /// Paths of the monthly CSVs, oldest first.
    let monthlyLogs: [String]
    /// Paths of the daily summaries, oldest first.
    let summaries: [String]

    /// What lies in `directory`.
    init(directory: String) throws {
        func files(_ folder: String, _ ending: String) throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: "\(directory)/\(folder)").filter {
                $0.hasSuffix(ending)
            }
            .sorted().map { "\(directory)/\(folder)/\($0)" }
        }
        monthlyLogs = try files("token-logs", ".csv")
        summaries = try files("daily-summaries", ".json")
    }

    /// The lines of the text file at `path`.
    func lines(of path: String) throws -> [String] {
        String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self).split(separator: "\n").map(
            String.init)
    }
}
