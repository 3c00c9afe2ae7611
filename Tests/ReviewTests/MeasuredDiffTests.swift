import Testing

@testable import Review

/// What the reader measures while it reads is what the whole texts measure.
@Suite struct MeasuredDiffTests {
    private static let hunk = "@@ -1,2 +1,3 @@ f()\n a\n-b = 1\n+b = 2\n+c\n"

    private static let awkward =
        [
            "", "\n", "no diff", hunk, "a message\n\n\n" + hunk + "\n\n", hunk + "\r\n" + hunk,
            hunk.replacing("\n", with: "\r\n"),
            // Without a line break at the end, with git's word for it, with a line whose blank a mail program took.
            String(hunk.dropLast()), hunk + "\\ No newline at end of file\n", hunk.replacing(" a\n", with: "\n"),
            "--- a/x\n+++ b/x\n" + hunk + "-- \n2.43.0\n", hunk + "+é, 漢字 \u{202E}\n", hunk + " \r\n+\r\n",
            "@@@ -1,1 -1,1 +1,2 @@@\n  a\n++b\n",
            "@@ -0,0 +1,40 @@\n" + (1...40).map { "+line \($0)\n" }.joined() + "@@ -9,1 +99,1 @@\n-x\n+y\n",
        ].map { Array($0.utf8) } + [Array(hunk.utf8) + [UInt8(ascii: "+"), 0xFF, 0xC3, 0x0A]]

    private static func check(_ bytes: [UInt8]) {
        let diff = UnifiedDiff(parsing: bytes)
        #expect(diff.measure == TextMeasure(of: bytes))
        for file in diff.files {
            let title = FileText.title(file) { $0 }
            #expect(
                FileText.measure(title, file.hunks) == TextMeasure(of: title + FileText.body(file.hunks)),
                "\(file.path)")
        }
    }

    @Test(arguments: Self.awkward)
    func `whatever stands around the hunks`(_ bytes: [UInt8]) { Self.check(bytes) }

    @Test func `real diffs`() throws {
        for name in try Diffs.allNames() { Self.check(try Diffs.bytes(name)) }
    }

    @Test func `a hunk whose lines were changed is measured anew`() throws {
        var hunk = try #require(UnifiedDiff(parsing: Self.hunk).files.first?.hunks.first)
        #expect(hunk.measure != nil)
        hunk.lines[2].text = "something else, and longer"
        #expect(
            hunk.measure == nil && hunk.lines[2].text == "something else, and longer" && hunk.lines[1].text == "b = 1")
        #expect(FileText.measure("", [hunk]) == TextMeasure(of: FileText.body([hunk])))
    }
}
