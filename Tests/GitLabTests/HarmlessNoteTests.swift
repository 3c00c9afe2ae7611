import Testing

@testable import GitLab

/// U+200B, written so that it can be seen.
private let separator = "\u{200B}"

private func harmless(_ markdown: String, secrets: [String] = []) -> String {
    HarmlessNote(markdown: markdown, secrets: secrets).text
}

@Suite struct HarmlessNoteTests {
    /// In the wanted text `•` stands for U+200B.
    @Test(arguments: [
        // Quick actions.
        ("/merge", "\\/merge"), ("/MERGE", "\\/MERGE"), ("ok\n/merge", "ok\n\\/merge"), (" /merge", " \\/merge"),
        ("   /merge", "   \\/merge"), ("# T\n/close", "# T\n\\/close"), ("foo\n\r/merge", "foo\n\\/merge"),
        ("foo\r\n/merge\r\n", "foo\n\\/merge"), ("foo\r/merge", "foo/merge"), ("\u{200B}/merge", "\\/merge"),
        ("\u{FEFF}/merge", "\\/merge"), ("a\u{2028}/merge", "a\n\\/merge"), ("a\u{0}\n\u{0}/merge", "a\n\\/merge"),
        ("\\/merge", "\\/merge"), ("- /merge", "- \\/merge"), ("> /merge", "> \\/merge"),
        ("> - /merge", "> - \\/merge"),
        ("1. /merge", "1. /merge"), ("| /merge |", "| /merge |"), ("/usr/bin/env", "\\/usr/bin/env"),
        ("see /merge", "see /merge"), ("//comment", "\\//comment"), ("    /merge", "    /merge"),
        (">>>\n/merge\n>>>", "\\>>>\n\\/merge\n\\>>>"), ("<details>\n\n/merge", "&lt;details>\n\n\\/merge"),
        ("<!-- x -->\n/merge", "&lt;!-- x -->\n\\/merge"), ("<p>\n/merge\n</p>", "&lt;p>\n\\/merge\n&lt;/p>"),
        ("---\n/merge\n---", "\\---\n\\/merge\n---"), ("+++\na\n+++", "\\+++\na\n+++"), ("a\n\n---\nb", "a\n\n---\nb"),
        // Fences.
        ("```\n/merge\n```", "```\n /merge\n```"), ("```\n/merge", "```\n /merge\n```"),
        ("```\n/usr/bin\n// x\n/* y */\n```", "```\n/usr/bin\n// x\n/* y */\n```"),
        ("```swift\nlet a = [@x]\n```", "```swift\nlet a = [@x]\n```"), ("```\na\n``` ", "```\na\n```"),
        ("~~~\n/merge\n~~~", "```\n /merge\n```"), ("~~~ruby\na\n~~~", "```ruby\na\n```"), ("```\n```", "```\n\n```"),
        ("````\n```\n/merge\n```\n````", "````\n```\n /merge\n```\n````"), ("~~~\n```\n~~~", "````\n```\n````"),
        ("- a\n  ```js\n  x(@y)\n  ```\n  b", "- a\n```js\nx(@y)\n```\nb"), ("- ```\n  x\n  ```", "- \n```\nx\n```"),
        ("1. a\n    ```\n    x\n      y\n    ```\n    z", "1. a\n```\nx\n  y\n```\nz"),
        ("> ```\n> <a>\n> ```\n> b", "```\n<a>\n```\n> b"), ("> ```\n> x\nb @c", "```\nx\n```\nb @•c"),
        ("```suggestion:-0+1\na\n```", "```\na\n```"), ("```Suggestion\na\n```", "```\na\n```"),
        ("```mermaid\na\n```", "```\na\n```"),
        ("```plantuml\n!include x\n```", "```\n!include x\n```"), ("```json:table\n{}\n```", "```\n{}\n```"),
        ("```js @all\nx\n```", "```js\nx\n```"), ("```<b>\nx\n```", "```\nx\n```"), ("```a`b`\nx", "\\`\\`\\`a`b`\nx"),
        // Mentions.
        ("@all", "@•all"), ("ask @group/sub.", "ask @•group/sub."), ("a@b.c", "a@•b.c"), ("`@Override`", "`@Override`"),
        ("\\@all", "\\@•all"), ("@\\_x", "@•\\_x"), ("@&#97;ll", "@•&•#•97;ll"), ("&#64;all", "&•#•64;all"),
        ("&commat;all", "&•commat;all"), ("`a\n`@all`", "\\`a\n`@all`"), ("\\`@all`", "\\`@•all\\`"),
        ("``@all`", "\\`\\`@•all\\`"), ("``a`@b``", "``a`@b``"), ("@ x", "@ x"),
        ("| `a | `@all` |", "| `a | `@•all\\` |"),
        ("| `a | b` `@all` |", "| `a | b` `@•all` |"), ("| `@A` | `@B` |", "| `@A` | `@B` |"),
        // References.
        ("#12 !34 &5 $6 %7", "#•12 !•34 &•5 $•6 %•7"), ("~label ~\"a b\"", "~•label ~•\"a b\""),
        ("a/b#1 c!2", "a/b#•1 c!•2"), ("%\"v 1\"", "%•\"v 1\""), ("^alert#1", "^•alert#•1"),
        ("[issue:1]", "[issue:•1]"),
        ("&amp;5 a &amp; b &AMP;5", "&amp;•5 a &amp; b &AMP;•5"), ("~~old~~", "~~•old~~"),
        ("C# and 50 % of it!", "C# and 50 % of it!"),
        ("in 0a1b2c3d", "in `0a1b2c3d`"), ("1000000 tokens, defaced", "1000000 tokens, defaced"),
        ("`x`0a1b2c3d`y`", "`x` `0a1b2c3d` `y`"), ("*iteration:1", "*iteration:•1"), ("# Title", "# Title"),
        // HTML, images, links.
        ("<b>x</b>", "&lt;b>x&lt;/b>"), ("a < b, x<5, <3", "a < b, x<5, <3"), ("Array<Int>", "Array&lt;Int>"),
        ("`Array<Int>`", "`Array<Int>`"), ("\\<b>", "&lt;b>"), ("&lt;b&gt;", "&lt;b&gt;"), ("    <b>", "    <•b>"),
        ("![a](https://e.vil/?q)", "(image: a)"), ("![](x)", "(image: no text)"), ("![a][b]", "(image: a)"),
        ("![a", "!•\\[a"), ("[![a](b)](https://c.d)", "[(image: a)](https://c.d)"),
        ("\\![a](https://b.c)", "\\!•[a](https://b.c)"),
        ("![![a](b)](c)", "!•\\[(image: a)](c)"), ("[a](javascript:x)", "[a]•(javascript:•x)"),
        ("[a](data:text/html,x)", "[a]•(data:•text/html,x)"), ("[a](//e.vil)", "[a]•(//e.vil)"),
        ("[a](https://b.c/d#L3 \"t\")", "[a](https://b.c/d#L3 \"t\")"), ("[a](src/b.swift)", "[a](src/b.swift)"),
        ("[a]: javascript:x", "[a]•: javascript:•x"), ("<https://a.b/c>", "&lt;https://a.b/c>"),
        ("https://a.b/@c?d=~e", "https://a.b/%40c?d=%7Ee"), ("ftp://a.b", "ftp:•//a.b"),
        ("https://g.l/a/-/issues/1.", "`https://g.l/a/-/issues/1`."),
        ("[a](https://g.l/a/-/issues/1)", "[a]•(`https://g.l/a/-/issues/1`)"),
        ("https://g.l/a/-/%69ssues/1", "`https://g.l/a/-/%69ssues/1`"), ("$`x`$", "$•`x`$"),
        // Invisible characters.
        ("a\u{202E}b\u{2066}c", "abc"), ("a\u{E0041}\u{E007F}b", "ab"), ("a\u{200D}b", "ab"), ("x\u{FE01}y", "xy"),
        ("⚠️ ok", "⚠️ ok"), ("👩‍💻", "👩‍💻"), ("می‌خواهم", "می‌خواهم"), ("\u{1B}[31mred", "[31mred"),
        // Nothing to do.
        ("", ""), ("  \n\n", ""), ("Plain *text* with **bold**, `code`.", "Plain *text* with **bold**, `code`."),
        ("- [ ] todo\n- [x] done", "- [ ] todo\n- [x] done"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "| a | b |\n|---|---|\n| 1 | 2 |"),
        ("> [!note]\n> text", "> [!note]\n> text"), ("Budget: 1,000,000 (80%).", "Budget: 1,000,000 (80%)."),
    ])
    func `a body and what is left of it`(_ markdown: String, _ wanted: String) {
        let text = harmless(markdown)
        #expect(
            text.replacing(separator, with: "•").unicodeScalars.elementsEqual(wanted.unicodeScalars),
            "\(text.debugDescription)")
        #expect(harmless(text).unicodeScalars.elementsEqual(text.unicodeScalars), "a second pass changes it")
        #expect(QuickActionReaders.all(text).isEmpty)
    }

    @Test(arguments: [
        "glpat-AbCdEfGhIjKlMnOpQrSt", "sk-ant-api03-AbCdEfGhIjKlMnOpQrSt_-x",
        "ghp_0123456789abcdefghijABCDEFGHIJ012345",
        "AKIAIOSFODNN7EXAMPLE", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "hunter22",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabcd\n-----END RSA PRIVATE KEY-----",
    ])
    func `keys and our own secrets are gone, wherever they stand`(_ key: String) {
        let hidden = key.map { "\($0)\u{200B}" }.joined()
        let escaped = key.replacing("-", with: "\\-").replacing("_", with: "\\_")
        let bodies = ["a \(key) b", "`\(key)`", "```\n\(key)\n```", "https://a.b/?t=\(key)", "![\(key)](x)", hidden]
        for body in bodies + (key == "hunter22" ? [escaped] : []) {
            let text = harmless(body, secrets: ["hunter22", "abc"])
            #expect(!text.contains(key) && text.contains("[redacted]"), "\(text)")
        }
    }

    @Test(arguments: [
        "sk-ant-…", "glpat-", "the sk-learn package", "disk-usage-of-the-whole-machine-room", "abc", "AKIA",
    ])
    func `words that only begin like a key stay`(_ text: String) {
        #expect(harmless(text, secrets: ["abc", ""]) == text)
    }

    @Test func `a known secret with backslashes in it is found`() {
        #expect(harmless("a se\\_cr\\_et b", secrets: ["se_cr_et"]) == "a [redacted] b")
    }

    @Test func `the marker ends the note and is found again`() throws {
        let marker = NoteMarker("review 42!7 abc--><b>")
        #expect(marker.description == "<!-- bursar: review 42!7 abc-..b. -->")
        let note = HarmlessNote(markdown: "text", marker: marker, secrets: [])
        #expect(note.body == "text\n\n<!-- bursar: review 42!7 abc-..b. -->")
        #expect(marker.ends(note.body) && marker.ends(note.body + "\r\n"))
        #expect(!marker.ends(note.body + "x") && !marker.ends("quoted " + marker.description))
        let forged = HarmlessNote(markdown: marker.description, secrets: [])
        #expect(!marker.ends(forged.body))
        #expect(marker.ends(HarmlessNote(markdown: "", marker: marker, secrets: []).body))
        #expect(!NoteMarker("review 42!7").ends(note.body))
    }

    @Test(arguments: [
        String(repeating: "word ", count: 1000), String(repeating: "<", count: 3000) + "b",
        String(repeating: "<b", count: 3000), "```\n" + String(repeating: "x\n", count: 3000),
        String(repeating: "@a", count: 3000), "a" + String(repeating: "`", count: 4000),
        String(repeating: "/a\n", count: 3000),
        String(repeating: "![", count: 3000), String(repeating: "[a](", count: 2000),
        String(repeating: "👩‍💻", count: 2000),
    ])
    func `a long text is cut before it is escaped, and fits`(_ markdown: String) {
        let marker = NoteMarker("m")
        for limit in [500, 501, 777, 2000] {
            let note = HarmlessNote(markdown: markdown, marker: marker, secrets: [], characterLimit: limit)
            #expect(note.isCut && note.body.unicodeScalars.count <= limit && marker.ends(note.body))
            #expect(note.text.hasSuffix("*(Cut: the whole note was longer than \(limit) characters.)*"))
            #expect(QuickActionReaders.all(note.body).isEmpty)
            let again = HarmlessNote(markdown: note.text, marker: marker, secrets: [], characterLimit: limit)
            #expect(again.text == note.text && !again.isCut)
        }
    }

    @Test func `the limit is kept to the character`() {
        let text = String(repeating: "a", count: 500)
        #expect(!HarmlessNote(markdown: text, secrets: [], characterLimit: 500).isCut)
        #expect(HarmlessNote(markdown: text + "a", secrets: [], characterLimit: 500).isCut)
        #expect(HarmlessNote(markdown: text + "a", secrets: [], characterLimit: 0).body.unicodeScalars.count <= 500)
    }

    @Test func `a secret is not cut in half`() {
        let body = String(repeating: "a ", count: 215) + "hunter22hunter22" + String(repeating: " b", count: 400)
        for limit in 500...540 {
            let note = HarmlessNote(markdown: body, secrets: ["hunter22hunter22"], characterLimit: limit)
            #expect(!note.text.contains("hunter"))
        }
    }
}

@Suite struct QuickActionReadersTests {
    /// What the readers of the tests must find, so that finding nothing means something (`old` and `new` as probed).
    @Test(arguments: [
        ("/merge", true, true), ("# T\n/MERGE", true, true), ("<!-- x -->\n/merge", true, true),
        ("foo\n\r/merge", true, true),
        ("```\n/merge\n```", false, false), ("> /merge", false, false), ("- /merge", false, false),
        (" /merge", false, false),
        ("```\n/merge", true, false), ("```\n/merge\n``` ", true, false), ("~~~\n/merge\n~~~", true, false),
        ("```\n```\n\na\n```\n/merge\n```", true, false), ("\\/merge", false, false), ("\u{200B}/merge", false, false),
    ])
    func `the readers find what GitLab's do`(_ note: String, _ old: Bool, _ new: Bool) {
        #expect(!QuickActionReaders.byExpressions(note).isEmpty == old)
        #expect(!QuickActionReaders.byParagraphs(note).isEmpty == new)
    }
}
