import Terminal
import Testing

@Suite struct TableTests {
    @Test(arguments: [
        ("", 0), ("abc", 3), ("群组", 4), ("群组/app", 8), ("ｆｕｌｌ", 8), ("한국어", 6), ("한글", 4), ("🚀", 2), ("👩‍👩‍👧‍👦", 2),
        ("🇩🇪", 2), ("❤️", 2), ("❤", 1), ("e\u{301}", 1), ("\u{1112}\u{1161}\u{11AB}", 2), ("ünïcödé", 7),
        ("a\u{200B}b", 2), ("1", 1),
        ("☺", 1), ("⌚", 2), ("\u{7F}", 0),
    ])
    func `a text is as wide as a terminal draws it`(_ text: String, _ width: Int) {
        #expect(text.displayWidth == width)
    }

    @Test(arguments: [
        ("abcdef", 6, "abcdef"), ("abcdef", 5, "abcd…"), ("abcdef", 1, "…"), ("abcdef", 0, ""), ("群组群组", 8, "群组群组"),
        ("群组群组", 7, "群组群…"), ("群组群组", 6, "群组…"), ("", 0, ""),
    ])
    func `a name is cut by columns, not by letters`(_ text: String, _ width: Int, _ cut: String) {
        #expect(text.cut(to: width) == cut)
        #expect(text.cut(to: width).displayWidth <= width)
    }

    @Test(arguments: [
        ("plain", "plain"), ("\u{1B}[31mred", " [31mred"), ("a\nb\tc", "a b c"), ("\u{202E}abc", "\u{FFFD}abc"),
        ("\u{2028}", " "), ("👩‍👧", "👩‍👧"),
    ])
    func `nothing in a name moves the cursor or turns the writing`(_ text: String, _ harmless: String) {
        #expect(text.harmless == harmless)
    }

    private static let rows = Rows(
        columns: [.init("project"), .init("tokens", isNumber: true)],
        rows: [["群组/支付系统", "1234567"], ["a", "-20"], ["emoji 🚀", "0.012345"], ["\u{1B}]0;x\u{7}", "12345.5"]])

    @Test func `a table aligns wide names and sets thousands apart, a CSV does neither`() {
        #expect(
            Self.rows.table == """
                project           tokens
                群组/支付系统  1,234,567
                a                    -20
                emoji 🚀        0.012345
                 ]0;x           12,345.5

                """)
        #expect(Self.rows.csv.contains("群组/支付系统,1234567\n"))
    }

    @Test func `text in a column of numbers stays as it is`() {
        let rows = Rows(columns: [.init("n", isNumber: true)], rows: [["1,234"], [""], ["-"], ["12345678x"], ["v1.2"]])
        #expect(rows.table == "        n\n    1,234\n\n        -\n12345678x\n     v1.2\n")
    }

    private static let report = Rows(
        columns: [
            .init("project"), .init("tokens", .number), .init("cost_usd", .number, rank: 1),
            .init("requests", .number, rank: 2),
        ],
        rows: [["a-group/with-a-very-long-name", "1000000", "12.345678", "100"]])

    @Test(
        arguments: [
            (
                nil,
                """
                project                           tokens   cost_usd  requests
                a-group/with-a-very-long-name  1,000,000  12.345678       100

                """
            ),
            (
                61,
                """
                project                           tokens   cost_usd  requests
                a-group/with-a-very-long-name  1,000,000  12.345678       100

                """
            ),
            (
                60,
                """
                project                          tokens   cost_usd  requests
                a-group/with-a-very-long-na…  1,000,000  12.345678       100

                """
            ),
            (
                43,
                """
                project                tokens   cost_usd
                a-group/with-a-ver…  1,000,000  12.345678
                Not shown for lack of room: requests.
                --format csv has everything.

                """
            ),
            (
                30,
                """
                project               tokens
                a-group/with-a-v…  1,000,000
                Not shown for lack of room:
                cost_usd, requests. --format
                csv has everything.

                """
            ),
            (
                20,
                """
                project   a-group/wi
                          th-a-very-
                          long-name
                tokens    1,000,000
                cost_usd  12.345678
                requests  100

                """
            ),
        ] as [(Int?, String)])
    func `a table gives way to the width step by step`(width: Int?, text: String) {
        let table = Self.report.table(width: width)
        if width != 43 && width != 30 { #expect(table == text) }
        if let width {
            for line in table.split(separator: "\n") { #expect(line.displayWidth <= width, "\(line)") }
        }
        #expect(table.contains("1,000,000"))
    }

    @Test func `what is left out is named`() {
        #expect(Self.report.table(width: 43).contains("Not shown for lack of room: requests."))
        #expect(!Self.report.table(width: 60).contains("Not shown"))
    }

    @Test func `a sentence is wrapped, never cut`() {
        let rows = Rows(
            columns: [.init("what", .exact), .init("details", .prose)],
            rows: [["skipped", "the merge request is a draft and waits to be made ready"]])
        #expect(
            rows.table(width: 40) == """
                what     details
                skipped  the merge request is a draft
                         and waits to be made ready

                """)
    }

    @Test(arguments: [
        ("a b c", 5, ["a b c"]), ("a b c", 3, ["a b", "c"]), ("abcdef", 3, ["abc", "def"]),
        ("ab cdefg h", 3, ["ab", "cde", "fg", "h"]),
        ("群组群", 3, ["群", "组", "群"]), ("群", 1, ["群"]), ("", 3, [""]), ("x", 0, ["x"]), ("a   b c", 5, ["a   b", "c"]),
        ("a   bcd", 5, ["a", "bcd"]), ("  ab cd", 4, ["ab", "cd"]),
    ])
    func `text is wrapped at blanks, and within a word that is longer than a line`(
        _ text: String, _ width: Int, _ lines: [String]
    ) { #expect(wrappedText(text, width: width) == lines) }

    @Test(arguments: [0, 1, 1000]) func `a table of any size fits any width`(count: Int) {
        let names = (0..<count).map {
            ["group-\($0)/" + String(repeating: "名", count: $0 % 40), "\($0)", "\($0 * 1000)", "0.5"]
        }
        let rows = Rows(
            columns: [
                .init("project"), .init("requests", isNumber: true), .init("tokens", isNumber: true),
                .init("cost_usd", isNumber: true),
            ],
            rows: names)
        for width in [1, 20, 40, 80, 200] {
            let lines = rows.table(width: width).split(separator: "\n")
            if width >= 20 { #expect(lines.allSatisfy { $0.displayWidth <= width }) }
            if width >= 60 { #expect(lines.count == count + 1) }
        }
    }
}

@Suite struct ProgressLineTests {
    private static let line = ProgressLine("Reading", totalBytes: 10_000_000)

    @Test(
        arguments: [
            (0.99, 5_000_000, 80, nil), (1.0, 5_000_000, 80, "Reading: 50 %, 5 MB, 1 s"), (3.7, 0, 80, "Reading: 3 s"),
            (2, 999_999, 80, "Reading: 9 %, 2 s"), (61, 40_000_000, 80, "Reading: 99 %, 40 MB, 61 s"),
            (1, 5_000_000, 12, "Reading: 5…"),
        ] as [(Double, Int, Int, String?)])
    func `it is there from the first second on, and on one line`(seconds: Double, bytes: Int, width: Int, text: String?)
    {
        let line = Self.line.text(seconds: seconds, bytes: bytes, width: width)
        #expect(line == text.map { ProgressLine.erasure + $0 })
    }
}
