import Foundation
import Glibc
import Testing

@Suite struct `bursar demo` {
    @Test func `the day is played to its end, the files are where it says, and Ctrl-C ends it`() async throws {
        let folder = try Folder()
        let arguments = ["demo", "--port", "0", "--data-dir", folder.path + "/books"]
        let demo = try Program(arguments, in: folder)
        _ = try await demo.line(with: "The daemon stays up. Ctrl-C ends it.")
        demo.send(SIGINT)
        let ending = try await demo.ending()
        #expect(ending.status == 0)
        #expect(ending.complaint.isEmpty)
        #expect(ending.output.contains("Daily Token Budget Exhausted"))
        #expect(ending.output.contains("has 1 note."))
        // The stand-in model answers as it is asked: its findings stand at their lines, and none is posted as it came.
        #expect(!ending.output.contains("not in the form asked for"))
        #expect(ending.output.contains("     api/orders.py:26\n     | 🔴 **critical** (security): SQL built from input"))
        #expect(ending.output.contains("```suggestion"))
        #expect(ending.output.contains("Budget daily has reached 70% of its limit"))
        // What was blocked is reviewed after midnight, by itself.
        let morning = ending.output.components(separatedBy: "midnight UTC").last ?? ""
        #expect(morning.contains("a note on shop/mobile-app!18") && !morning.contains("Budget Exhausted"))
        let announced = ending.output.split(separator: "\n")
            .filter { $0.hasPrefix("     \(folder.path)/books/") }.map {
                String($0.dropFirst(5 + folder.path.count + 1))
            }
        #expect(announced.contains { $0.hasSuffix(".csv") } && announced.contains { $0.hasSuffix(".json") })
        for name in announced { #expect(folder.files.contains(name)) }
        let rows = folder.files.filter { $0.hasSuffix(".csv") }
            .reduce(0) { $0 + folder.text(of: $1).split(separator: "\n").count - 1 }
        #expect(ending.output.contains("\(rows) model calls were made"))
        #expect(rows > 0)

        // Made-up rows never go into books that are there.
        let again = try await Program(arguments, in: folder).ending()
        #expect(
            again.complaint.hasPrefix("Error: there are books in '\(folder.path)/books', and the demo writes made-up"))
        #expect(again.output.isEmpty)
        #expect(again.status == 2)
    }
}
