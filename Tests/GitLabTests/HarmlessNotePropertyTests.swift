import Testing

@testable import GitLab

/// A generator whose sequence is fixed by its seed (xorshift64*).
private struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 2_685_821_657_736_338_717
    }
}

@Suite struct HarmlessNotePropertyTests {
    private static let fragments = [
        "/merge", "/close", "/label ~x", "/shrug", "\n", "\n", "\n", "\n\n", "\r", "\r\n", " ", "    ", "\t", "> ",
        ">>>", "- ", "1. ",
        "```", "```\n", "````", "~~~", "~~~\n", "```swift\n", "```suggestion:-0+1\n", "``", "`", "`", "\\", "\\`", "|",
        "| a |",
        "@all", "@group/sub", "@", "all", "#1", "!2", "&3", "~x", "~\"a b\"", "%m", "$4", "^alert#5", "0a1b2c3d4e",
        "<b>", "</b>",
        "<details>\n", "\n</details>", "<!--", "-->", "<img src=x>", "<", "![", "![a](b)", "](", "[a](javascript:x)",
        "]:", "[", "]", "(",
        ")", "https://a.b/@c", "<https://a.b>", "https://g.l/-/issues/1", "&#64;", "&amp;", "&lt;", "\u{200B}",
        "\u{202E}", "\u{200D}",
        "\u{FE0F}", "---\n", "+++", "# ", "word", "é", "⚠️", "glpat-0123456789abcdefghij", "hunter22", "\u{2028}",
        "\u{0}", "*", "**", "_",
        "::include{file=x}", "$$", "[[x]]", "[issue:1]",
    ]

    @Test(arguments: 1...20)
    func `nothing dangerous survives, whatever is put together`(_ seed: Int) {
        var generator = Seeded(state: UInt64(seed) &* 0x9E37_79B9_7F4A_7C15)
        for _ in 0..<40 {
            let count = Int.random(in: 1...30, using: &generator)
            let body = (0..<count).map { _ in Self.fragments.randomElement(using: &generator) ?? "" }.joined()
            let note = HarmlessNote(markdown: body, marker: NoteMarker("m"), secrets: ["hunter22"])
            let found = complaints(note.text, body: note.body)
            #expect(found.isEmpty, "\(found) in \(note.text.debugDescription) of \(body.debugDescription)")
            let again = HarmlessNote(markdown: note.text, marker: NoteMarker("m"), secrets: ["hunter22"])
            #expect(
                again.text.unicodeScalars.elementsEqual(note.text.unicodeScalars),
                "\(body.debugDescription) -> \(note.text.debugDescription) -> \(again.text.debugDescription)")
        }
    }

    @Test func `the complaints know what they look for`() {
        for dangerous in ["/merge", "@all", "<b>", "![a](b)", "#1", "hunter22", "`", "[a](data:x)"] {
            #expect(!complaints(dangerous).isEmpty, "\(dangerous)")
        }
        #expect(complaints("`@all <b>`\n```\n![a](b) #1\n```").isEmpty)
    }
}
