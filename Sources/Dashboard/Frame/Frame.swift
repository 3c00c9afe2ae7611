public import UTCTime

/// What surrounds every page: navigation, who is signed in, what was just done.
public struct Frame: Sendable {
    /// The moment that the page shows.
    public var now: Instant
    /// Goes with every form; only pages of the same session have it.
    public var formToken: String
    /// Whether there is a session to sign out of.
    public var isSignedIn: Bool
    /// Alerts that nobody has acknowledged.
    public var unreadAlerts: Int
    /// What was just done, or why it was not.
    public var notice: Notice?

    /// A frame of these parts.
    public init(
        now: Instant, formToken: String, isSignedIn: Bool = false, unreadAlerts: Int = 0, notice: Notice? = nil
    ) {
        self.now = now
        self.formToken = formToken
        self.isSignedIn = isSignedIn
        self.unreadAlerts = unreadAlerts
        self.notice = notice
    }

    /// What a page says first.
    public enum Notice: Sendable, Equatable {
        /// It was done.
        case done(String)
        /// It was not, and why.
        case refused(String)
    }

    /// The hidden field that every form has.
    var formField: HTML { "<input type=\"hidden\" name=\"token\" value=\"\(formToken)\">" }

    /// The whole document around `content`. `current` is marked in the navigation.
    func document(_ title: String, current: Page?, _ content: HTML) -> HTML {
        Frame.shell(
            title, bodyClass: "page",
            """
            <a class="skip" href="#main">Skip to the content</a>
            <header class="top">
            <a class="brand" href="/">\(Frame.mark)<span>Bursar</span></a>
            <nav aria-label="Pages"><ul>\(Page.allCases.html { item($0, isCurrent: $0 == current) })</ul></nav>
            <p class="live" id="live" role="status"></p>
            \(signOut, if: isSignedIn)
            </header>
            <main id="main" tabindex="-1">
            \(notice.map(message))
            \(content)
            </main>
            <footer><p>All times are UTC. As of \(HTML.moment(now)). Every figure is the sum of rows in the \
            monthly CSV files.</p></footer>
            """)
    }

    private func item(_ page: Page, isCurrent: Bool) -> HTML {
        let badge: HTML =
            page == .alerts && unreadAlerts > 0
            ? " <span class=\"unread\">\(unreadAlerts)<span class=\"hidden\"> unread</span></span>" : ""
        return "<li><a href=\"\(page.link)\"\(" aria-current=\"page\"", if: isCurrent)>\(page.title)\(badge)</a></li>"
    }

    private var signOut: HTML {
        """
        <form method="post" action="/dashboard/sign-out" class="sign-out">\(formField)<button \
        class="plain">Sign out</button></form>
        """
    }

    private func message(_ notice: Notice) -> HTML {
        switch notice {
        case .done(let text): "<p class=\"notice done\" role=\"status\">✓ \(text)</p>"
        case .refused(let text): "<p class=\"notice refused\" role=\"alert\">■ \(text)</p>"
        }
    }

    /// A document without navigation.
    static func shell(_ title: String, bodyClass: String, _ body: HTML) -> HTML {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <title>\(title) · Bursar</title>
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <link rel="icon" href="\(Asset.icon.link)" type="image/svg+xml">
        <link rel="stylesheet" href="\(Asset.style.link)">
        <script src="\(Asset.script.link)" defer></script>
        </head>
        <body class="\(bodyClass)">
        \(body)
        </body>
        </html>

        """
    }

    /// The mark beside the name: a coin with a bar.
    static let mark: HTML = """
        <svg class="mark" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true" focusable="false">\
        <circle cx="16" cy="16" r="15"/><path d="M11 8h6.5a4.2 4.2 0 0 1 1.9 8 4.6 4.6 0 0 1-1.6 8.9H11zm3 3v4h3.1a2 \
        2 0 0 0 0-4zm0 6.6v4.4h3.6a2.2 2.2 0 0 0 0-4.4z"/></svg>
        """
}
