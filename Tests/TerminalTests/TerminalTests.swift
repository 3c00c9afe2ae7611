import Terminal
import Testing

@Suite struct TerminalTests {
    @Test(arguments: [
        (0, 0, 100, "[..........]  0.0 %  ok"), (50, 0, 100, "[#####.....]  50.0 %  ok"),
        (50, 20, 100, "[#####++...]  70.0 %  !"),
        (69, 0, 100, "[#######...]  69.0 %  ok"), (70, 0, 100, "[#######...]  70.0 %  !"),
        (90, 0, 100, "[#########.]  90.0 %  !"),
        (91, 0, 100, "[#########.]  91.0 %  !!"), (100, 0, 100, "[##########]  100.0 %  !!"),
        (150, 50, 100, "[##########]  200.0 %  !!"),
        (1, 0, 1_000_000, "[#.........]  0.1 %  ok"), (0, 0, 0, "[##########]  100.0 %  !!"),
        (Int.max / 2, Int.max / 2, Int.max, "[#####+++++]  100.0 %  !!"),
    ])
    func `draws a budget as a bar with a sign`(_ used: Int, _ held: Int, _ limit: Int, _ text: String) {
        #expect(BudgetBar(used: used, held: held, limit: limit).text(width: 10, isColoured: false) == text)
    }

    @Test func `colours the bar by its zone`() {
        let text = BudgetBar(used: 95, held: 0, limit: 100).text(width: 10, isColoured: true)
        #expect(text.hasPrefix("[\u{1B}[31m") && text.hasSuffix("\u{1B}[0m"))
    }

    @Test func `aligns a table and quotes a CSV`() {
        let rows = Rows(
            columns: [.init("name"), .init("tokens", isNumber: true)],
            rows: [["a,b", "1"], ["=1+1", "-20"], ["say \"x\"", "300"]])
        #expect(rows.table == "name     tokens\na,b           1\n=1+1        -20\nsay \"x\"     300\n")
        #expect(rows.csv == "name,tokens\n\"a,b\",1\n'=1+1,-20\n\"say \"\"x\"\"\",300\n")
    }

    @Test(arguments: [
        ("+1+2", "'+1+2", "'+1+2"), ("-2+3", "'-2+3", "'-2+3"), ("-20", "'-20", "-20"), ("-0.5", "'-0.5", "-0.5"),
        ("-1.2.3", "'-1.2.3", "'-1.2.3"), ("-", "'-", "'-"), ("-.5", "'-.5", "'-.5"), ("+5", "'+5", "'+5"),
        ("5", "5", "5"),
        ("-1/2", "'-1/2", "'-1/2"), ("'=1", "''=1", "''=1"), ("@a", "'@a", "'@a"), ("a=1", "a=1", "a=1"),
    ])
    func `what a spreadsheet would reckon has an apostrophe, a number in a column of numbers alone has none`(
        _ cell: String, _ asName: String, _ asNumber: String
    ) {
        let rows = Rows(columns: [.init("name"), .init("tokens", isNumber: true)], rows: [[cell, cell]])
        #expect(rows.csv == "name,tokens\n\(asName),\(asNumber)\n")
    }

    @Test(arguments: [
        (0, "0"), (999, "999"), (1000, "1,000"), (-1_234_567, "-1,234,567"), (Int.min, "-9,223,372,036,854,775,808"),
    ])
    func `groups thousands`(_ value: Int, _ text: String) { #expect(grouped(value) == text) }
}
