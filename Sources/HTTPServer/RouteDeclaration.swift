public import JSON

/// What a route says of itself: what it takes and what it answers. The OpenAPI document is made of these.
public struct RouteDeclaration: Sendable {
    /// Who may call.
    public enum Security: Sendable, Equatable {
        /// Everybody.
        case open
        /// Whoever shows the API token.
        case token
        /// Everybody on the same machine, elsewhere whoever shows the API token.
        case tokenUnlessLoopback
        /// Whoever proves to be the GitLab that is served.
        case hookSecret
    }

    /// One parameter of the path or the query.
    public struct Parameter: Sendable {
        /// Its name.
        public var name: String
        /// Whether it is part of the path; else it is part of the query.
        public var isInPath: Bool
        /// Whether it must be there.
        public var isRequired: Bool
        /// What it means.
        public var summary: String
        /// Its JSON Schema.
        public var schema: JSONValue

        /// A parameter of these parts.
        public init(name: String, isInPath: Bool = false, isRequired: Bool, summary: String, schema: JSONValue) {
            self.name = name
            self.isInPath = isInPath
            self.isRequired = isRequired
            self.summary = summary
            self.schema = schema
        }
    }

    /// A body that is taken.
    public struct Body: Sendable {
        /// Its media type.
        public var mediaType: String
        /// Its JSON Schema.
        public var schema: JSONValue
        /// Whether it must be there.
        public var isRequired: Bool

        /// A body of these parts.
        public init(mediaType: String = "application/json", schema: JSONValue, isRequired: Bool = true) {
            self.mediaType = mediaType
            self.schema = schema
            self.isRequired = isRequired
        }
    }

    /// One answer.
    public struct Answer: Sendable {
        /// Its status.
        public var status: Int
        /// When it is given.
        public var summary: String
        /// What it may contain: media types with their JSON Schemas; none: nothing.
        public var contents: [(mediaType: String, schema: JSONValue)]

        /// An answer of these parts.
        public init(_ status: Int, _ summary: String, contents: [(mediaType: String, schema: JSONValue)]) {
            self.status = status
            self.summary = summary
            self.contents = contents
        }
    }

    /// A name for programs, unlike any other route's: `listSessions`.
    public var operationID: String
    /// What it is for, in a few words.
    public var summary: String
    /// The group it is shown in.
    public var tag: String
    /// Who may call.
    public var security: Security
    /// Its parameters.
    public var parameters: [Parameter]
    /// Its body; nil: none is looked at.
    public var body: Body?
    /// Its answers.
    public var answers: [Answer]

    /// A declaration of these parts.
    public init(
        _ operationID: String, _ summary: String, tag: String, security: Security, parameters: [Parameter] = [],
        body: Body? = nil, answers: [Answer]
    ) {
        self.operationID = operationID
        self.summary = summary
        self.tag = tag
        self.security = security
        self.parameters = parameters
        self.body = body
        self.answers = answers
    }
}
