import GitLab

/// Whether a project's webhook tells us what happens, and if not, why it is silent.
struct HookExamination: Sendable {
    /// Groups above a project whose webhooks are looked at.
    static let groupsMax = 5

    let client: GitLabClient
    let project: Project
    let name: String
    let polls: Bool

    func check() async -> Check {
        let hooks: [Webhook]
        do throws(GitLabError) {
            hooks = try await client.webhooks(of: .id(project.id))
        } catch {
            guard error.kind == .forbidden || error.kind == .notFound else { return .skipped(name, error.reason) }
            return .skipped(
                name, "the bot may not read webhooks, which takes the role Maintainer",
                "Look yourself: Settings > Webhooks of \(project.path): URL ending in /webhooks/gitlab, triggers Merge request "
                    + "events and Comments, not disabled, the last of its recent events answered 200.")
        }
        if let found = Self.judge(hooks, name: name) {
            guard found.state != .failed, let hook = hooks.first(where: Self.isOurs),
                let delivery = try? await client.lastDelivery(ofWebhook: hook.id, in: .id(project.id)),
                let trouble = Self.judge(delivery, of: hook, name: name)
            else { return found }
            return trouble
        }
        return await aboveProject()
    }

    /// The project has no hook of ours: a group above it may have one.
    private func aboveProject() async -> Check {
        var parts = project.path.split(separator: "/").dropLast().map(String.init)
        var couldRead = true
        for _ in 0..<Self.groupsMax where !parts.isEmpty {
            let path = parts.joined(separator: "/")
            do throws(GitLabError) {
                if let found = Self.judge(try await client.webhooks(ofGroup: path), name: name) { return found }
            } catch {
                couldRead = false
            }
            parts.removeLast()
        }
        let advice =
            "Add one: Settings > Webhooks of \(project.path), URL of this daemon ending in /webhooks/gitlab, the secret token "
            + "of GITLAB_WEBHOOK_SECRET, triggers Merge request events and Comments."
            + (polls ? " Until then the poll finds labelled merge requests, some minutes late." : "")
        return couldRead
            ? .failed(name, "no webhook points to /webhooks/gitlab: GitLab tells nothing", advice)
            : .warning(
                name, "the project has no webhook to /webhooks/gitlab; a group's or the instance's cannot be seen",
                advice)
    }

    static func isOurs(_ hook: Webhook) -> Bool {
        let path = hook.url.prefix { $0 != "?" && $0 != "#" }
        return path.hasSuffix("/webhooks/gitlab") || path.hasSuffix("/webhooks/gitlab/")
    }

    /// What is wrong with the hook that is ours, the worst first; nil when none is.
    static func judge(_ hooks: [Webhook], name: String) -> Check? {
        let ours = hooks.filter(isOurs)
        let checks = ours.map { judge($0, name: name) }
        // Two hooks may share the work: one for merge requests, one for comments.
        let best = checks.first { $0.state == .ok } ?? checks.first { $0.state == .warning } ?? checks.first
        return best
    }

    private static func judge(_ hook: Webhook, name: String) -> Check {
        let url = hook.url
        if hook.alertStatus == "disabled" {
            return .failed(
                name, "GitLab has disabled the webhook \(url) after many failures",
                "Mend what it failed at (its recent events tell), then press Test: a 2xx enables it again.")
        }
        if hook.alertStatus == "temporarily_disabled" {
            return .failed(
                name,
                "GitLab has disabled the webhook \(url) \(hook.disabledUntil.map { "until \($0)" } ?? "for a while") because it failed",
                "Look at its recent events: wrong secret, unreachable address or certificate. Test enables it again.")
        }
        guard hook.tellsMergeRequests else {
            return .failed(
                name, "the webhook \(url) does not tell of merge requests", "Tick its trigger Merge request events.")
        }
        if hook.hasTemplate {
            return .failed(
                name, "the webhook \(url) has a custom template, which replaces what Bursar reads",
                "Empty its Custom webhook template.")
        }
        if url.hasSuffix("/") {
            return .failed(
                name, "the webhook's address \(url) ends with a slash, where nothing is", "Take the slash away.")
        }
        guard hook.tellsComments else {
            return .warning(
                name, "the webhook \(url) does not tell of comments: /ai-review is not heard",
                "Tick its trigger Comments.")
        }
        if isLocal(url) {
            return .warning(
                name, "the webhook goes to the local address \(url), to which GitLab sends only when it is allowed",
                "An administrator allows it: Admin > Settings > Network > Outbound requests.")
        }
        if url.lowercased().hasPrefix("http://") {
            return .warning(
                name, "the webhook \(url) sends its secret and your code over http in clear text",
                "Use https unless the network is your own.")
        }
        if !hook.checksCertificate {
            return .warning(
                name, "the webhook \(url) does not check the certificate", "Tick Enable SSL verification.")
        }
        return .ok(name, "\(url), merge requests and comments")
    }

    /// What the last delivery's answer tells; nil when all is well or nothing can be told.
    static func judge(_ delivery: WebhookDelivery, of hook: Webhook, name: String) -> Check? {
        let seen = "the last delivery of \(hook.url) "
        switch delivery.responseStatus {
        case let status where status.hasPrefix("2"): return nil
        case "401", "403":
            return .failed(
                name, seen + "was refused with \(delivery.responseStatus): its secret is not the one of this daemon",
                "Set the hook's secret token to one in GITLAB_WEBHOOK_SECRET, or its signing token to GITLAB_SIGNING_TOKEN."
            )
        case "404", "405":
            return .failed(
                name, seen + "was answered \(delivery.responseStatus): something else listens at that address",
                "Check the hook's URL and the proxy's rule for /webhooks/gitlab.")
        case "internal error":
            return .failed(
                name, seen + "got no answer: GitLab could not connect, was not allowed to, or waited more than 10 s",
                "Check that GitLab reaches the address (DNS, firewall, certificate; for local addresses Admin > Settings > Network > Outbound requests)."
            )
        default:
            return .warning(
                name, seen + "was answered \(delivery.responseStatus)",
                "Look at the hook's recent events and at the daemon's log of that time.")
        }
    }

    private static func isLocal(_ url: String) -> Bool {
        guard let scheme = url.firstRange(of: "://") else { return false }
        let authority = url[scheme.upperBound...].prefix { $0 != "/" }
        let host =
            (authority.hasPrefix("[") ? authority.dropFirst().prefix { $0 != "]" } : authority.prefix { $0 != ":" })
            .lowercased()
        if host == "localhost" || host == "::1" || host.hasPrefix("fc") && host.contains(":")
            || host.hasPrefix("fd") && host.contains(":") || host.hasPrefix("fe80:")
        {
            return true
        }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        guard parts.count == 4, let first = parts[0], let second = parts[1], parts[2] != nil, parts[3] != nil else {
            return false
        }
        switch (first, second) {
        case (127, _), (10, _), (192, 168), (172, 16...31), (169, 254): return true
        default: return false
        }
    }
}
