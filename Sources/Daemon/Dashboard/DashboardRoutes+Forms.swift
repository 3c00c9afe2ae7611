import Alerts
import Budget
import Dashboard
import Digest
import Dispatch
import HTTPServer
import HTTPWire
import Ledger
import Platform
import UTCTime

/// What a page says after a form was sent: only these sentences can be put into an address.
enum DoneNotice: String, CaseIterable {
    case budgetSet = "The budget is in force."
    case budgetRemoved = "The budget is removed."
    case granted = "Granted."
    case teamSet = "The team is in force."
    case teamRemoved = "The team is removed."
    case acknowledged = "Acknowledged."
    case remarked = "The remark is kept."
    case unremarked = "The remark is removed."

    /// The word in the address.
    var word: String { "\(self)" }

    /// The sentence of `word`; nil for any other.
    init?(_ word: String?) {
        guard let found = Self.allCases.first(where: { $0.word == word }) else { return nil }
        self = found
    }
}

extension DashboardRoutes {
    /// Who changes something with a form, as the audit log has it.
    private static let author = "dashboard"

    /// The forms: what they change goes through the same functions of the ledger as the API.
    var forms: [Route] {
        [
            Route(
                .post, "/dashboard/sign-in", bodyBytesMax: FormFields.bytesMax, mediaTypes: [Self.mediaType],
                handler: .now(signIn)),
            form("/dashboard/sign-out") { _, routed, _, responder in
                for id in access.sessionIDs(routed.request.head) { access.desk.end(id) }
                responder.send(
                    .redirect(
                        to: "/dashboard/sign-in",
                        fields: [("Set-Cookie", DashboardAccess.cookieLine("", routed.request.head))]))
            },
            form("/dashboard/budgets/set", setBudget), form("/dashboard/budgets/remove", removeBudget),
            form("/dashboard/budgets/grant", grant),
            form("/dashboard/teams/set", bodyBytesMax: Self.teamBytesMax, setTeam),
            form("/dashboard/teams/remove", removeTeam),
            form("/dashboard/alerts/acknowledge") { fields, _, visitor, responder in
                let id = fields["id"]
                let ids = id == "all" ? alerts.alerts(unreadOnly: true).map(\.id) : [id]
                Task {
                    do throws(AlertError) {
                        for id in ids { try await alerts.acknowledge(id, by: Self.author, in: books.ledger, at: now()) }
                        done(.acknowledged, "/dashboard/alerts", responder)
                    } catch {
                        refuse(responder, visitor, "\(error).") { AlertsPage(alerts.rows).html(in: $0) }
                    }
                }
            },
            form("/dashboard/annotations/add") { fields, _, visitor, responder in
                guard let day = Day(fields["day"]) else {
                    return refuseRemark(
                        responder, visitor, nil, "'\(fields["day"])' is no day; accepted is 2025-12-13.")
                }
                do throws(AnnotationFile.Refusal) {
                    try books.annotations.add(fields["text"], on: day)
                    done(.remarked, "/dashboard/month?month=\(day.month)", responder)
                } catch { refuseRemark(responder, visitor, day.month, "\(error)") }
            },
            form("/dashboard/annotations/remove") { fields, _, visitor, responder in
                let month = Month(fields["month"])
                do throws(AnnotationFile.Refusal) {
                    try books.annotations.remove(fields["id"])
                    done(.unremarked, "/dashboard/month" + (month.map { "?month=\($0)" } ?? ""), responder)
                } catch { refuseRemark(responder, visitor, month, "\(error)") }
            },
        ]
    }

    private static let mediaType = "application/x-www-form-urlencoded"

    /// Bytes of the form that lists a team's people: as many as the API takes.
    private static let teamBytesMax = 1 << 20

    /// A form of a page of ours, sent by who got that page.
    private func form(
        _ path: String, bodyBytesMax: Int = FormFields.bytesMax,
        _ body: @escaping @Sendable (FormFields, RoutedRequest, DashboardAccess.Visitor, Responder) -> Void
    ) -> Route {
        Route(
            .post, path, bodyBytesMax: bodyBytesMax, mediaTypes: [Self.mediaType], access: visitors,
            handler: .later { routed, responder in
                worker.async {
                    let head = routed.request.head
                    guard let visitor = access.visitor(head) else { return responder.send(.redirect(to: "/")) }
                    guard DashboardAccess.isOwnPage(head),
                        let fields = FormFields(routed.request.body, bytesMax: bodyBytesMax),
                        SecretDigest(visitor.formToken).matches(fields["token"])
                    else {
                        log(.warning, "a form was refused", ["path": path, "peer": routed.peer.address])
                        return responder.send(
                            .page(
                                FailurePage(
                                    "Not from this page",
                                    "The form was not sent from a page of this session. Nothing was changed; load the page "
                                        + "again and repeat what you wanted."
                                ).html(in: frame(visitor)), status: 403))
                    }
                    body(fields, routed, visitor, responder)
                }
            })
    }

    private func done(_ notice: DoneNotice, _ path: String, _ responder: Responder) {
        responder.send(.redirect(to: "\(path)\(path.contains("?") ? "&" : "?")done=\(notice.word)"))
    }

    private func refuse(
        _ responder: Responder, _ visitor: DashboardAccess.Visitor, _ reason: String, _ page: (Frame) throws -> HTML
    ) {
        let frame = frame(visitor, notice: .refused(reason))
        let html = (try? page(frame)) ?? FailurePage("Refused", reason).html(in: frame)
        responder.send(.page(html, status: 422))
    }

    private func refuseRemark(
        _ responder: Responder, _ visitor: DashboardAccess.Visitor, _ month: Month?, _ reason: String
    ) {
        refuse(responder, visitor, reason) { frame in
            try books.month(month ?? frame.now.day.month, UsageFilter(), frame.now).html(in: frame)
        }
    }

    // MARK: Signing in

    private func signIn(_ routed: RoutedRequest) -> Response {
        let head = routed.request.head
        guard access.needsSignIn else { return .redirect(to: "/") }
        func refusal(_ status: Int, _ reason: String, next: String = "/", fields: [(String, String)] = []) -> Response {
            .page(SignInPage(next: next, refusal: reason).html, status: status, fields: fields)
        }
        guard DashboardAccess.isOwnPage(head), let fields = FormFields(routed.request.body) else {
            return refusal(403, "The form was not sent from this page. Load it again.")
        }
        let next = Self.safeNext(fields["next"])
        let peer = routed.peer.address
        guard gate.admits(peer, at: now()) else {
            log(.warning, "too many tries to sign in", ["peer": peer])
            return refusal(
                429, "Too many tries. Wait a minute.", next: next, fields: [("Retry-After", "60")])
        }
        guard access.isToken(fields["api_token"]) else {
            log(.warning, "signing in was refused", ["peer": peer])
            return refusal(403, "This is not the API token.", next: next)
        }
        gate.giveBack(peer)
        log(.info, "signed in to the dashboard", ["peer": peer])
        return .redirect(
            to: next, fields: [("Set-Cookie", DashboardAccess.cookieLine(access.desk.begin().id, head))])
    }

    // MARK: Budgets

    private func setBudget(
        _ fields: FormFields, _ routed: RoutedRequest, _ visitor: DashboardAccess.Visitor, _ responder: Responder
    ) {
        let draft = BudgetDraft(
            name: fields["name"], scope: fields["scope"], period: fields["period"], limit: fields["limit"],
            warn: fields["warn"], enforcement: fields["enforcement"])
        do throws(BudgetTextError) {
            change(.set(try books.definition(draft)), "set", .budgetSet, "/dashboard/budgets", responder) { reason in
                refuseBudgets(responder, visitor, reason, draft)
            }
        } catch {
            refuseBudgets(responder, visitor, "\(error).", draft)
        }
    }

    private func removeBudget(
        _ fields: FormFields, _ routed: RoutedRequest, _ visitor: DashboardAccess.Visitor, _ responder: Responder
    ) {
        let name = fields["name"]
        guard fields["sure"] == "yes", books.ledger.budgetSet().budget(name) != nil else {
            return refuseBudgets(responder, visitor, "No budget is called '\(name)', or you are not sure.", nil)
        }
        change(.remove(name), "removed", .budgetRemoved, "/dashboard/budgets", responder) { reason in
            refuseBudgets(responder, visitor, reason, nil)
        }
    }

    /// Changes the budgets or teams and leads to `path`; `refuse` hears why it was not done.
    private func change(
        _ edit: BudgetEdit, _ word: String, _ notice: DoneNotice, _ path: String, _ responder: Responder,
        _ refuse: @escaping @Sendable (String) -> Void
    ) {
        let note = OperatorNote(author: Self.author, reason: "\(word) on the dashboard")
        books.ledger.changeBudgets(edit, note) { result in
            switch result {
            case .success: done(notice, path, responder)
            case .failure(let error): refuse("\(error).")
            }
        }
    }

    private func grant(
        _ fields: FormFields, _ routed: RoutedRequest, _ visitor: DashboardAccess.Visitor, _ responder: Responder
    ) {
        guard !fields["reason"].isEmpty else {
            return refuseBudgets(responder, visitor, "A grant needs a reason: it stands in the audit log.", nil)
        }
        let amount: BudgetLimit
        do throws(BudgetTextError) { amount = try BudgetLimit(parsing: fields["amount"], field: "amount") } catch {
            return refuseBudgets(responder, visitor, "\(error).", nil)
        }
        guard books.ledger.budgetSet().budget(fields["budget"]) != nil else {
            return refuseBudgets(responder, visitor, "No budget is called '\(fields["budget"])'.", nil)
        }
        var scope: Scope?
        if !fields["scope"].isEmpty {
            guard let one = try? Scope(counter: fields["scope"]) else {
                return refuseBudgets(
                    responder, visitor, "'\(fields["scope"])' is not one counter; accepted is one such as user:ann.",
                    nil)
            }
            scope = one
        }
        let note = OperatorNote(author: Self.author, reason: fields["reason"])
        books.ledger.grant(amount, to: fields["budget"], scope: scope, note) { result in
            switch result {
            case .success: done(.granted, "/dashboard/budgets", responder)
            case .failure(let error): refuseBudgets(responder, visitor, "\(error).", nil)
            }
        }
    }

    private func refuseBudgets(
        _ responder: Responder, _ visitor: DashboardAccess.Visitor, _ reason: String, _ draft: BudgetDraft?
    ) {
        refuse(responder, visitor, reason) { frame in
            var page = books.budgets()
            if let draft { page.draft = draft }
            return page.html(in: frame)
        }
    }

    // MARK: Teams

    private func setTeam(
        _ fields: FormFields, _ routed: RoutedRequest, _ visitor: DashboardAccess.Visitor, _ responder: Responder
    ) {
        var draft = TeamDraft(name: fields["name"], users: fields["users"], costCentre: fields["cost_centre"])
        let names = draft.userNames
        // As the page shows it again: line ends as they are written here.
        draft.users = names.joined(separator: "\n")
        let refuse: @Sendable (String) -> Void = { [draft] in refuseTeams(responder, visitor, $0, draft) }
        do throws(BudgetTextError) {
            let team = try Team(name: draft.name, users: names, costCentre: draft.costCentre)
            change(.setTeam(team), "set", .teamSet, "/dashboard/teams", responder, refuse)
        } catch {
            refuse("\(error).")
        }
    }

    private func removeTeam(
        _ fields: FormFields, _ routed: RoutedRequest, _ visitor: DashboardAccess.Visitor, _ responder: Responder
    ) {
        let name = fields["name"]
        guard fields["sure"] == "yes", books.ledger.budgetSet().team(name) != nil else {
            return refuseTeams(responder, visitor, "No team is called '\(name)', or you are not sure.", nil)
        }
        change(.removeTeam(name), "removed", .teamRemoved, "/dashboard/teams", responder) { reason in
            refuseTeams(responder, visitor, reason, nil)
        }
    }

    private func refuseTeams(
        _ responder: Responder, _ visitor: DashboardAccess.Visitor, _ reason: String, _ draft: TeamDraft?
    ) {
        refuse(responder, visitor, reason) { frame in
            var page = books.teams()
            if let draft { page.draft = draft }
            return page.html(in: frame)
        }
    }
}
