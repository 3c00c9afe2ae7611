import Dashboard
import Testing

@Suite struct HTMLTests {
    @Test(
        arguments: [
            ("<script>", "&lt;script&gt;"), ("a & b", "a &amp; b"), ("\"'", "&quot;&#39;"),
            ("a\u{0}b\u{7F}", "a\u{FFFD}b\u{FFFD}"),
            ("a\tb\n", "a\tb\n"), ("ö😀", "ö😀"), ("", ""),
        ])
    func `text is escaped wherever it is put in`(text: String, escaped: String) {
        let html: HTML = "<b title=\"\(text)\">\(text)</b>"
        #expect(html.description == "<b title=\"\(escaped)\">\(escaped)</b>")
    }

    @Test func `markup put into markup stays what it is`() {
        let inner: HTML = "<i>\("<")</i>"
        let outer: HTML = "<b>\(inner)\(nil as HTML?)\("<u>" as HTML, if: false)</b>"
        #expect(outer.description == "<b><i>&lt;</i></b>")
    }

    @Test(
        arguments: [
            ("group/app!12", "/dashboard/session?id=group%2Fapp%2112"),
            ("a b&c=d#e", "/dashboard/session?id=a%20b%26c%3Dd%23e"),
            ("ö", "/dashboard/session?id=%C3%B6"), ("", "/dashboard/session"),
            ("AZaz09-._~", "/dashboard/session?id=AZaz09-._~"),
        ])
    func `a value in an address is escaped`(id: String, address: String) {
        #expect(SessionRow.page(id).text == address)
    }

    @Test func `a value in an address is there once`() {
        let link = Page.month.link.with("user", "ann").with("month", "2026-11").with("user", "bob")
        #expect(link.text == "/dashboard/month?month=2026-11&user=bob")
        #expect(link.with("user", nil).with("month", "").text == "/dashboard/month")
    }

    @Test(
        arguments: [
            "javascript:alert(1)", "data:text/html,x", "//evil", "https://a b", "http://x\u{0}", "", "HTTPS://x",
        ])
    func `an address that is no plain web address leads nowhere`(text: String) {
        #expect(WebAddress(text) == nil)
        #expect(WebAddress("https://gitlab.example/a/-/merge_requests/1#note_2") != nil)
    }
}
