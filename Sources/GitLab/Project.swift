internal import JSON

/// A project as the REST API tells it (GitLab "Projects API").
public struct Project: Sendable, Equatable {
    /// GitLab's number.
    public let id: Int
    /// The full path, `group/app`.
    public let path: String
    /// The default branch; nil for an empty repository.
    public let defaultBranch: String?
    /// Whether it can only be read.
    public let isArchived: Bool
    /// Whether merge requests are switched off.
    public let hasNoMergeRequests: Bool
    /// The bot's role in it, from the project or its group, whichever is more; nil when GitLab does not say.
    public let accessLevel: Int?

    init?(_ value: JSONValue) {
        guard let id = value["id"]?.number else { return nil }
        self.id = id
        path = value["path_with_namespace"]?.words ?? ""
        defaultBranch = value["default_branch"]?.words
        isArchived = value["archived"]?.truth ?? false
        hasNoMergeRequests =
            value["merge_requests_access_level"]?.string == "disabled"
            || value["merge_requests_enabled"]?.truth == false
        let permissions = value["permissions"]
        accessLevel = ["project_access", "group_access"].compactMap { permissions?[$0]?["access_level"]?.number }.max()
    }
}

/// A webhook as the REST API tells it (GitLab "Project webhooks API"); its secret is never told.
public struct Webhook: Sendable, Equatable {
    /// GitLab's number.
    public let id: Int
    /// Where it sends, with masked parts as GitLab masks them.
    public let url: String
    /// Whether it tells of merge requests.
    public let tellsMergeRequests: Bool
    /// Whether it tells of comments.
    public let tellsComments: Bool
    /// Whether GitLab checks the certificate of the address.
    public let checksCertificate: Bool
    /// `executable`, `temporarily_disabled`, `disabled`; nil before GitLab 15.
    public let alertStatus: String?
    /// Until when a temporarily disabled hook is silent, as GitLab wrote it.
    public let disabledUntil: String?
    /// Whether a template of its own replaces the body that Bursar reads.
    public let hasTemplate: Bool

    init?(_ value: JSONValue) {
        guard let url = value["url"]?.string else { return nil }
        id = value["id"]?.number ?? 0
        self.url = url
        tellsMergeRequests = value["merge_requests_events"]?.truth ?? false
        tellsComments = value["note_events"]?.truth ?? false
        checksCertificate = value["enable_ssl_verification"]?.truth ?? true
        alertStatus = value["alert_status"]?.words
        disabledUntil = value["disabled_until"]?.words
        hasTemplate = value["custom_webhook_template"]?.words != nil
    }
}

/// What an access token says of itself (GitLab "Personal access tokens API", `self`; project and group tokens too).
public struct TokenInfo: Sendable, Equatable {
    /// The name it was given.
    public let name: String
    /// What it may be used for: `api`, `read_api`, …
    public let scopes: [String]
    /// Whether it works.
    public let isActive: Bool
    /// The day from which on it does not, `2026-05-01`; nil for never.
    public let expiresOn: String?

    init?(_ value: JSONValue) {
        guard let scopes = value["scopes"]?.array else { return nil }
        name = value["name"]?.string ?? ""
        self.scopes = scopes.compactMap(\.string)
        isActive = (value["active"]?.truth ?? true) && !(value["revoked"]?.truth ?? false)
        expiresOn = value["expires_at"]?.words
    }
}

/// One delivery of a webhook as GitLab remembers it (GitLab "Project webhooks API", events; 17.3 and later, for some days).
public struct WebhookDelivery: Sendable, Equatable {
    /// GitLab's number; a later delivery has a higher one.
    public let id: Int
    /// What the receiver answered: `200`, or GitLab's word for no answer, `internal error`.
    public let responseStatus: String

    init?(_ value: JSONValue) {
        guard let id = value["id"]?.number, let status = value["response_status"]?.words else { return nil }
        self.id = id
        responseStatus = status
    }
}
