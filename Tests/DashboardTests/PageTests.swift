import Budget
import Dashboard
import Testing
import UTCTime

@Suite struct PageTests {
    static let hostile = [
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' autofocus onfocus=alert(1) x='",
        "</title></head><body>", "<!--", "--><svg/onload=alert(1)>", "&lt;b&gt;", "]]>", "a\u{0}b\u{1B}[31m",
        "\u{202E}moc.live", "`${7*7}`{{7*7}}", String(repeating: "<", count: 5000), " ", "\n\r\t",
    ]

    @Test(arguments: hostile)
    func `no name changes the shape of any page`(name: String) {
        for (page, plain) in zip(Samples(name: name).pages, Samples(name: "plain").pages) {
            let (found, wanted) = (Markup(page.1.description), Markup(plain.1.description))
            #expect(found.problems == [], "\(page.0)")
            // An odd name makes no link to a note, for it is no web address then.
            let odd = name.utf8.contains { $0 <= 0x20 || $0 == 0x7F }
            if odd, ["session", "why"].contains(page.0) { continue }
            #expect(found.skeleton == wanted.skeleton, "\(page.0)")
        }
    }

    @Test func `the test would see an element that came with a name`() {
        let good = Markup("<p title=\"a\">b</p>")
        #expect(good.skeleton != Markup("<p title=\"a\" onclick=\"x\">b</p>").skeleton)
        #expect(good.skeleton != Markup("<p title=\"a\"><b></b></p>").skeleton)
        #expect(Markup("<p title=a>b</p>").problems != [])
        #expect(Markup("<p><b></p>").problems != [])
    }

    @Test func `no markup of ours is escaped as if it were text`() {
        for (name, page) in Samples(name: "plain").pages {
            #expect(!page.description.contains("&lt;") && !page.description.contains("&quot;"), "\(name)")
        }
    }

    @Test func `no page needs what the policy forbids`() {
        for (name, page) in Samples(name: "plain").pages {
            for tag in Markup(page.description).tags {
                #expect(tag["style"] == nil && tag.name != "style", "\(name)")
                #expect(!tag.attributes.contains { $0.name.hasPrefix("on") }, "\(name)")
                for address in ["src", "href", "action"].compactMap({ tag[$0] }) {
                    let isOwn = address.hasPrefix("/") && !address.hasPrefix("//")
                    let isOutside = tag.name == "a" && address.hasPrefix("https://")
                    #expect(isOwn || isOutside || address.hasPrefix("#"), "\(name): \(address)")
                }
                #expect(tag.name != "script" || tag["src"] != nil, "\(name)")
            }
        }
    }

    @Test func `every page has a title, one heading, one main part, and a label for each field`() {
        for (name, page) in Samples(name: "plain").pages {
            let tags = Markup(page.description).tags
            for once in ["title", "h1", "main", "html"] {
                #expect(tags.count { $0.name == once && ($0["id"] != "burn-words") } == 1, "\(name): \(once)")
            }
            let labels = Set(tags.filter { $0.name == "label" }.compactMap { $0["for"] })
            let fields = tags.filter { ["input", "select", "textarea"].contains($0.name) && $0["type"] != "hidden" }
            for field in fields { #expect(labels.contains(field["id"] ?? ""), "\(name): \(field)") }
            let ids = tags.compactMap { $0["id"] }
            #expect(Set(ids.filter { id in ids.count { $0 == id } > 1 }) == [], "\(name)")
            for table in tags.indices where tags[table].name == "table" {
                #expect(tags[(table + 1)...].first?.name == "caption", "\(name)")
            }
            for named in tags.compactMap({ $0["aria-labelledby"] }) { #expect(ids.contains(named), "\(name)") }
        }
    }

    @Test func `every form that changes something carries the token of its session`() {
        for (name, page) in Samples(name: "plain").pages where name != "sign in" {
            let tags = Markup(page.description).tags
            for index in tags.indices where tags[index].name == "form" && tags[index]["method"] == "post" {
                let next = tags[index + 1]
                #expect(next["name"] == "token" && next["value"] == "plain", "\(name)")
            }
        }
    }

    @Test(arguments: [Page.today, .month, .sessions, .agents, .budgets, .teams, .alerts, .queue, .why, .prices])
    func `the navigation marks the page that is shown`(page: Page) throws {
        let html = try #require(Samples(name: "plain").pages.first { $0.0 == page.rawValue }?.1)
        let current = Markup(html.description).tags.filter { $0["aria-current"] == "page" }
        #expect(current.map { $0["href"] } == [page.link.text])
    }
}
