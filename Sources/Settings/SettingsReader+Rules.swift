import Arguments

// What no variable shows by itself: rules between variables, and names nobody reads.
extension SettingsReader {
    mutating func checkTogether(_ settings: Settings) {
        checkServer(settings.server)
        checkGitLab(settings)
        checkModel(settings)
        checkReviewFits(settings)
        checkAlerts(settings.alerts)
    }

    private mutating func checkAlerts(_ alerts: AlertSettings) {
        if alerts.webhookSecret != nil, alerts.webhookURL == nil, isRight(Keys.alertURL) {
            warn(Keys.alertSecret, "there is no ALERT_WEBHOOK_URL whose alerts it would sign")
        }
        if let url = alerts.slackURL { remarkClearText(url.revealed, of: Keys.slackURL, what: "what alerts tell") }
        if let url = alerts.webhookURL { remarkClearText(url.revealed, of: Keys.alertURL, what: "what alerts tell") }
    }

    private mutating func checkServer(_ server: ServerSettings) {
        if !server.isLoopback, server.apiToken == nil, isRight(Keys.host), isRight(Keys.apiToken) {
            refuse(
                "BURSAR_API_TOKEN is not set and BURSAR_HOST is \(shown(server.host)), which other machines can reach",
                "a token (such as the output of: openssl rand -hex 32), or a loopback BURSAR_HOST")
        }
    }

    private mutating func checkGitLab(_ settings: Settings) {
        let hasURL = isSet(Keys.gitlabURL)
        let hasToken = isSet(Keys.gitlabToken)
        let hasHookSecret = isSet(Keys.webhookSecrets) || isSet(Keys.signingTokens)
        switch (hasURL, hasToken) {
        case (true, false): refuse("GITLAB_URL is set and GITLAB_TOKEN is not", "both, or neither")
        case (false, true): refuse("GITLAB_TOKEN is set and GITLAB_URL is not", "both, or neither")
        case (false, false):
            if hasHookSecret {
                warn(
                    "a webhook secret is set, but neither GITLAB_URL nor GITLAB_TOKEN: there is no webhook and no review"
                )
            }
        case (true, true):
            if !hasHookSecret {
                refuse(
                    "GITLAB_URL is set and neither GITLAB_WEBHOOK_SECRET nor GITLAB_SIGNING_TOKEN is",
                    "one of them, so that nobody else can send deliveries")
            }
        }
        if let url = settings.gitlab?.url { remarkClearText(url, of: Keys.gitlabURL) }
    }

    private mutating func checkModel(_ settings: Settings) {
        let isAnthropic = settings.model.provider == .anthropic
        let urlKey = isAnthropic ? Keys.anthropicURL : Keys.openAIURL
        let tokenKey = isAnthropic ? Keys.anthropicKey : Keys.openAIKey
        guard settings.gitlab != nil, isRight(Keys.provider), isRight(urlKey) else { return }
        let isVendors =
            Parse.authority(of: settings.model.baseURL) == Parse.authority(of: urlKey.variable.defaultText)
        if settings.model.apiKey == nil, isRight(tokenKey), isVendors {
            refuse(
                "\(tokenKey.name) is not set and reviews go to \(settings.model.baseURL)",
                "a key, or another MODEL_PROVIDER or \(urlKey.name)")
        }
        if !isAnthropic, settings.model.id == Keys.model.variable.defaultText {
            warn("MODEL is \(settings.model.id) and MODEL_PROVIDER is openai, which may not know it")
        }
        if settings.model.apiKey != nil { remarkClearText(settings.model.baseURL, of: urlKey) }
    }

    private mutating func checkReviewFits(_ settings: Settings) {
        let keysAreRight = isRight(Keys.dailyLimit) && isRight(Keys.outputTokensMax)
        let blocks = settings.budget.isEnabled && settings.budget.enforcement == .block
        if keysAreRight, blocks, settings.review.outputTokensMax >= settings.budget.dailyLimitTokens {
            warn(
                Keys.outputTokensMax,
                "one review may use \(settings.review.outputTokensMax) output tokens and TOKEN_DAILY_LIMIT is "
                    + "\(settings.budget.dailyLimitTokens), so no review will ever fit")
        }
    }

    /// A token sent over http:// to another machine can be read on the way.
    private mutating func remarkClearText<Value>(_ url: String, of key: Key<Value>, what: String = "the token") {
        guard url.lowercased().hasPrefix("http://") else { return }
        let authority = Parse.authority(of: url)
        let host = authority.hasPrefix("[") ? authority.prefix { $0 != "]" } + "]" : authority.prefix { $0 != ":" }
        guard let address = Address.numeric(String(host)), Address.isLoopback(address) else {
            warn(key, "\(what) is sent over http:// in clear text; use https:// unless the network is your own")
            return
        }
    }

    /// Names that look like ours and are read by nobody: a setting of a later version, or a slip of the hand.
    ///
    /// The environment has many names of others (a CI job has dozens with `GITLAB_`), so there only a near miss
    /// counts; in our own `.env`, and under `BURSAR_`, every such name does.
    mutating func remarkUnknownNames() {
        let prefixes = [
            "TOKEN_", "BURSAR_", "GITLAB_", "REVIEW_", "MODEL", "ANTHROPIC_", "OPENAI_", "ALERT_", "LOG_",
        ]
        let known = Keys.all.map(\.name)
        for (name, entry) in sources.all where !known.contains(name) && prefixes.contains(where: name.hasPrefix) {
            let near = nearest(to: name, among: known)
            guard near != nil || entry.origin != .environment || name.hasPrefix("BURSAR_") else { continue }
            warn(
                "\(name) (\(entry.origin)) is not a setting"
                    + (near.map { ". Did you mean \($0)?" } ?? " and is ignored"))
        }
    }
}
