/// Where the API token is asked for.
public struct SignInPage: Sendable {
    /// Where to go on: a path within the dashboard.
    public var next: String
    /// Why the last try was refused.
    public var refusal: String?

    /// A page that leads to `next`.
    public init(next: String = "/", refusal: String? = nil) {
        self.next = next
        self.refusal = refusal
    }

    /// The page.
    public var html: HTML {
        Frame.shell(
            "Sign in", bodyClass: "sign-in",
            """
            <main id="main"><h1>\(Frame.mark)Bursar</h1>
            <p>Sign in with the API token of this daemon, the value of <code>BURSAR_API_TOKEN</code>.</p>
            \(refusal.map { "<p class=\"notice refused\" role=\"alert\" id=\"refusal\">■ \($0)</p>" as HTML })
            <form method="post" action="/dashboard/sign-in"><input type="hidden" name="next" value="\(next)">
            <p class="field"><label for="api-token">API token</label><input id="api-token" name="api_token" type="password" \
            required autofocus maxlength="1000" autocomplete="current-password"\(" aria-describedby=\"refusal\"", if: refusal != nil)></p>
            <button>Sign in</button></form></main>
            """)
    }
}

/// A page that says why there is nothing to show.
public struct FailurePage: Sendable {
    /// In a few words.
    public var title: String
    /// What happened and what to do.
    public var text: String

    /// A page of these words.
    public init(_ title: String, _ text: String) {
        self.title = title
        self.text = text
    }

    /// The page with navigation.
    public func html(in frame: Frame) -> HTML {
        frame.document(
            title, current: nil,
            "<h1>\(title)</h1><p class=\"lead\">\(text)</p><p><a href=\"/\">Back to today</a></p>")
    }

    /// The page for a stranger, without navigation.
    public var bare: HTML {
        Frame.shell(title, bodyClass: "sign-in", "<main id=\"main\"><h1>\(title)</h1><p>\(text)</p></main>")
    }
}

/// Loads another page at once, from here.
public struct BouncePage: Sendable {
    private let target: String

    /// A page that leads to the path and query `target`.
    public init(to target: String) { self.target = target }

    /// The page.
    public var html: HTML {
        """
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><title>Bursar</title>
        <meta http-equiv="refresh" content="0; url=\(target)"></head>
        <body><main><p><a href="\(target)">Go on to Bursar</a></p></main></body></html>

        """
    }
}
