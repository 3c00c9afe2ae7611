import Alerts
import Dashboard
import Dispatch
import HTTPServer
import HTTPWire
import Ledger
import Platform
import Queue
import UTCTime

/// The dashboard: its pages, its files, its forms and its events.
struct DashboardRoutes: Sendable {
    let books: DashboardBooks
    let alerts: AlertDesk
    let access: DashboardAccess
    let gate: SignInGate
    let hub: EventHub
    let now: @Sendable () -> Instant
    let log: Log
    /// Pages are made one after another: they are quick, and the thread of the connections makes none of them.
    let worker = DispatchQueue(label: "dashboard-pages")
    /// What reads many rows goes apart, also one after another.
    let slowWorker = DispatchQueue(label: "dashboard-replay")

    /// All routes.
    var routes: [Route] { pages + assets + forms + [events, signInPage] }

    // MARK: Pages

    private var pages: [Route] {
        [
            page("/") { _, frame in try books.today(frame.now).html(in: frame) },
            page("/dashboard/month") { head, frame in
                let month = head.query("month").flatMap { Month($0) } ?? frame.now.day.month
                var filter = UsageFilter()
                for dimension in UsageFilter.Dimension.allCases { filter[dimension] = head.query(dimension.rawValue) }
                return try books.month(month, filter, frame.now).html(in: frame)
            },
            page("/dashboard/sessions") { head, frame in
                try books.sessions(head.query("q") ?? "", before: head.query("before") ?? "").html(in: frame)
            },
            page("/dashboard/session") { head, frame in
                try books.session(head.query("id") ?? "")?.html(in: frame)
            },
            page("/dashboard/agents") { _, frame in try books.agents(frame.now).html(in: frame) },
            page("/dashboard/budgets", on: slowWorker) { head, frame in
                budgetsPage(head, frame).html(in: frame)
            },
            page("/dashboard/alerts") { _, frame in AlertsPage(alerts.rows).html(in: frame) },
            page("/dashboard/teams") { head, frame in books.teams(edit: head.query("edit") ?? "").html(in: frame) },
            page("/dashboard/queue") { _, frame in books.queuePage.html(in: frame) },
            page("/dashboard/why") { head, frame in
                let name = head.query("mr") ?? ""
                let events = name.isEmpty ? [] : books.story(name)
                return WhyPage(
                    mergeRequest: name, events: events ?? [], recent: books.queue.recentMergeRequests(12),
                    problem: events == nil ? "'\(name)' is no merge request; accepted is group/app!12 or 42!12." : nil
                ).html(in: frame)
            },
            page("/dashboard/prices") { _, frame in try books.prices(frame.now).html(in: frame) },
        ]
    }

    private func budgetsPage(_ head: RequestHead, _ frame: Frame) -> BudgetsPage {
        let today = frame.now.day
        let limit = head.query("replay_limit") ?? ""
        let draft = ReplayDraft(
            scope: head.query("replay_scope") ?? "all", period: head.query("replay_period") ?? "day", limit: limit,
            from: head.query("replay_from") ?? today.adding(days: -29).description,
            to: head.query("replay_to") ?? today.description)
        return books.budgets(
            edit: head.query("edit") ?? "", replay: draft, outcome: limit.isEmpty ? nil : books.replay(draft))
    }

    /// A page for visitors; nil from `body` is one that is not there.
    private func page(
        _ path: String, on queue: DispatchQueue? = nil,
        _ body: @escaping @Sendable (RequestHead, Frame) throws -> HTML?
    ) -> Route {
        Route(
            .get, path, access: visitors,
            handler: .later { routed, responder in
                (queue ?? worker).async {
                    let head = routed.request.head
                    guard let visitor = access.visitor(head) else { return responder.send(toSignIn(head)) }
                    let frame = frame(visitor, notice: DoneNotice(head.query("done")).map { .done($0.rawValue) })
                    do {
                        let content = try body(head, frame)
                        responder.send(
                            content.map { Response.page($0) }
                                ?? .page(
                                    FailurePage("Not there", "The books have nothing of that name.").html(in: frame),
                                    status: 404))
                    } catch {
                        log(.error, "a page could not be made", ["path": path, "error": "\(error)"])
                        responder.send(
                            .page(
                                FailurePage("The books cannot be read", "\(error). 'bursar verify' says more.")
                                    .html(in: frame), status: 503))
                    }
                }
            })
    }

    func frame(_ visitor: DashboardAccess.Visitor, notice: Frame.Notice? = nil) -> Frame {
        Frame(
            now: now(), formToken: visitor.formToken, isSignedIn: visitor.isSignedIn,
            unreadAlerts: alerts.unreadCount, notice: notice)
    }

    // MARK: Who may look

    /// Whoever may look; others are led to where they sign in.
    var visitors: Access {
        Access { head, _ in access.visitor(head) == nil ? toSignIn(head) : nil }
    }

    private func toSignIn(_ head: RequestHead) -> Response {
        guard access.needsSignIn else {
            return .page(
                FailurePage(
                    "Another host",
                    "This daemon has no BURSAR_API_TOKEN and answers to localhost, 127.0.0.1 and [::1] alone, "
                        + "not to '\(head.host ?? "")'."
                ).bare, status: 421)
        }
        // A link on another site brings no cookie along (SameSite=Strict); our own page, loaded again, does.
        if head.fields["sec-fetch-site"] == "cross-site", head.method == .get {
            return .page(BouncePage(to: head.rawTarget).html)
        }
        return .redirect(
            to: "/dashboard/sign-in?next=" + (head.method == .get ? Self.escaped(head.rawTarget) : "%2F"))
    }

    private static func escaped(_ target: String) -> String {
        target.utf8.map { byte -> String in
            let isPlain =
                0x30...0x39 ~= byte || 0x41...0x5A ~= byte || 0x61...0x7A ~= byte || byte == UInt8(ascii: "-")
                || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
            guard !isPlain else { return String(UnicodeScalar(byte)) }
            return "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }

    private var signInPage: Route {
        Route(
            .get, "/dashboard/sign-in",
            handler: .now { routed in
                let head = routed.request.head
                guard access.needsSignIn, access.visitor(head) == nil else { return .redirect(to: "/") }
                return .page(SignInPage(next: Self.safeNext(head.query("next") ?? "/")).html)
            })
    }

    /// `next` when it is a page of the dashboard, else the first page.
    static func safeNext(_ next: String) -> String {
        let isOurs = next == "/" || next.hasPrefix("/?") || next.hasPrefix("/dashboard/")
        return isOurs && next.utf8.count <= 2000 && next.utf8.allSatisfy({ 0x21...0x7E ~= $0 && $0 != 0x5C })
            ? next : "/"
    }

    // MARK: Files and events

    private var assets: [Route] {
        Asset.allCases.map { asset in
            let tag = "\"\(asset.version)\""
            let fields = [
                ("Content-Type", asset.mediaType), ("ETag", tag),
                ("Cache-Control", "public, max-age=31536000, immutable"), ("X-Content-Type-Options", "nosniff"),
                ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"),
                ("Cross-Origin-Resource-Policy", "same-origin"),
            ]
            return Route(
                .get, asset.path,
                handler: .now { routed in
                    routed.request.head.fields["if-none-match"] == tag
                        ? Response(status: 304, fields: fields)
                        : Response(status: 200, fields: fields, body: asset.bytes)
                })
        }
    }

    private var events: Route {
        Route(
            .get, "/events",
            access: Access { head, _ in
                access.visitor(head) == nil
                    ? .problem(401, detail: "Sign in at /dashboard/sign-in, or show the API token as a bearer.") : nil
            },
            handler: .later { routed, responder in
                guard let visitor = access.visitor(routed.request.head) else { return }
                let stream = responder.stream(
                    fields: [
                        ("Content-Type", "text/event-stream; charset=utf-8"), ("Cache-Control", "no-store"),
                        ("X-Accel-Buffering", "no"), ("X-Content-Type-Options", "nosniff"),
                    ], endsAtStop: true)
                hub.add(stream, endsAt: visitor.endsAt)
            })
    }
}
