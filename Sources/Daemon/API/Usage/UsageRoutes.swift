import Digest
import Dispatch
import HTTPServer
import HTTPWire
import JSON
import Ledger
import Platform
import Prices
import Queue
import Reports
import Terminal
import UTCTime

/// What was used, for programs and spreadsheets: `/usage`, `/usage/records`, `/sessions`, `/session`, `/agents`,
/// `/forecast`, `/prices`, `/why`. The JSON is that of `bursar` with `--format json`.
struct UsageRoutes: Sendable {
    let usage: WarmUsage
    let forecasts: ForecastCache
    let ledger: Ledger
    let queue: QueueLayout
    let prices: PricesInForce
    let retentionDays: Int
    let now: @Sendable () -> Instant
    let access: APIAccess

    /// The routes.
    var routes: [Route] {
        [
            report("/usage", UsageDeclarations.usage) { head, fields, today in
                let query = Self.reportQuery(&fields, today: today)
                let format = fields.format(head)
                return { try .report(query, in: format, usage) }
            },
            report("/sessions", UsageDeclarations.sessions) { head, fields, _ in
                let query = Self.sessionQuery(&fields)
                let format = fields.format(head)
                return {
                    let page = try usage.sessions(query)
                    return format == .csv ? .csv(page.rows) : .json(page.json)
                }
            },
            report("/session", UsageDeclarations.session) { head, fields, _ in
                let id = Self.sessionID(&fields)
                let format = fields.format(head)
                return { try .session(id ?? "", in: format, usage) }
            },
            report("/agents", UsageDeclarations.agents) { head, fields, today in
                let format = fields.format(head)
                return {
                    let cards = try usage.agents(today: today)
                    return format == .csv
                        ? .csv(AgentCard.rows(cards)) : .json(["agents": .array(cards.map(\.json))])
                }
            },
            report("/forecast", UsageDeclarations.forecast) { head, fields, _ in
                let teamSize = Self.teamSize(&fields)
                let format = fields.format(head)
                return {
                    let report = try forecasts.report(
                        now: now(), budgets: [ForecastBudget(daily: ledger.status())], prices: prices.table,
                        teamSize: teamSize)
                    return format == .csv ? .csv(report.rows) : .json(report.json)
                }
            },
            report("/prices", UsageDeclarations.prices) { head, fields, today in
                let model = Self.model(&fields)
                let format = fields.format(head)
                return { try .prices(prices.table, model: model, in: format, at: now(), usage) }
            },
            report("/why", UsageDeclarations.why) { head, fields, _ in
                let name = Self.mergeRequest(&fields)
                let format = fields.format(head)
                return {
                    let story = WhyStory(
                        try QueueReader(queue), project: name?.project ?? "", iid: name?.iid ?? 0)
                    return format == .csv ? .csv(story.rows) : .json(story.json)
                }
            },
            Route(.get, "/usage/records", access: access.token, handler: .later(export))
                .declared(UsageDeclarations.records),
        ]
    }

    // MARK: What is read from a query; the declarations read the same

    static func reportQuery(_ fields: inout QueryFields, today: Day) -> UsageQuery {
        let dimensions = fields.dimensions()
        return fields.usageQuery(by: dimensions, today: today)
    }

    static func sessionQuery(_ fields: inout QueryFields) -> SessionQuery {
        SessionQuery(
            limit: fields.integer("limit", "How many sessions at most.", in: 1...SessionQuery.limitMax, default: 30),
            before: fields.parsed(
                "before", "Only sessions behind this place: the 'next' of the page before.",
                accepted: "the 'next' of a page",
                pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z,.*$", SessionCursor.init),
            text: fields.text("q", "Only sessions whose id or one of whose people has this in it.", lengthMax: 200)
                ?? "")
    }

    static func sessionID(_ fields: inout QueryFields) -> String? {
        fields.parsed(
            "id", "The session, such as group/app!123.", accepted: "a session such as group/app!123",
            isRequired: true
        ) { $0.isEmpty ? nil : $0 }
    }

    static func teamSize(_ fields: inout QueryFields) -> Int? {
        fields.optionalInteger("team_size", "Propose a daily limit for so many people.", in: 1...100_000)
    }

    static func mergeRequest(_ fields: inout QueryFields) -> MergeRequestName? {
        fields.parsed(
            "merge_request", "The project's path or number, '!', and the merge request's number.",
            accepted: "PROJECT!IID, such as group/app!12 or 42!12", pattern: "^.+![0-9]{1,9}$", isRequired: true,
            MergeRequestName.init)
    }

    static func model(_ fields: inout QueryFields) -> String? {
        fields.text("model", "Only the price that this model's calls would get.")
    }

    // MARK: Answers

    private func report(
        _ path: String, _ declaration: RouteDeclaration,
        _ read: @escaping @Sendable (RequestHead, inout QueryFields, Day) -> (@Sendable () throws -> Report)
    ) -> Route {
        .report(path, declaration, access) { [now] head, fields in read(head, &fields, now().day) }
    }

    private func export(_ routed: RoutedRequest, _ responder: Responder) {
        let head = routed.request.head
        var fields = QueryFields(head)
        let today = now().day
        let query = fields.usageQuery(by: [], today: today)
        let format = fields.format(head)
        do throws(FieldErrors) { try fields.finish() } catch { return responder.send(.problem(query: error)) }
        let directory = ledger.configuration.directory
        let kept = today.adding(days: -retentionDays).month.firstDay
        DispatchQueue.global().async {
            do throws(POSIXFailure) {
                if query.days.lowerBound < kept,
                    try !RecordExport(directory: directory).hasBeginning(of: query)
                {
                    return responder.send(
                        .problem(
                            410, title: "No longer kept",
                            detail: "Records of \(query.days.lowerBound) are no longer kept (TOKEN_LOG_RETENTION_DAYS="
                                + "\(retentionDays)); the earliest day that can be asked for is \(kept)."))
                }
                let pages = RecordPages(
                    query, format: format, cursor: try RecordCursor(query, directory: directory))
                let name = "bursar-\(query.days.lowerBound)-\(query.days.upperBound).\(format.rawValue)"
                responder.stream(
                    fields: [
                        ("Content-Type", format.contentType), ("Cache-Control", "no-store"),
                        ("Content-Disposition", "attachment; filename=\"\(name)\""),
                    ]
                ).pull { try pages.next() }
            } catch {
                responder.send(.problem(503, title: "The books cannot be read", detail: "\(error)."))
            }
        }
    }
}
