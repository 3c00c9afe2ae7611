public import HTTPWire

/// What is served at a path: method, limits, who may call, and the code that answers.
public struct Route: Sendable {
    /// The method. HEAD is served by the routes of GET.
    public let method: HTTPMethod
    /// The path, with parameters in braces: `/budget/reservations/{id}/settle`.
    public let pattern: String
    /// Bytes of body taken; more is 413, before any is read when the length was announced.
    public let bodyBytesMax: Int
    /// Media types taken, in lower case; another is 415. Empty: any.
    ///
    /// A body without `Content-Type` is taken for the first: RFC 9110 section 8.3 leaves that to the recipient, and a
    /// body that is not what the route expects fails in its parser anyway.
    public let mediaTypes: [String]
    /// Who may call.
    public let access: Access
    /// What answers.
    public let handler: Handler
    /// What it says of itself to programs; nil: nothing.
    public private(set) var declaration: RouteDeclaration?

    /// A route.
    ///
    /// `bodyBytesMax` is the same for every method: a body means nothing to a GET (RFC 9110 section 9.3.1), but it is read
    /// within the limit all the same, and the room that strangers' bodies take together is bounded apart.
    public init(
        _ method: HTTPMethod, _ pattern: String, bodyBytesMax: Int = 1 << 20,
        mediaTypes: [String] = ["application/json"], access: Access = .open, handler: Handler
    ) {
        self.method = method
        self.pattern = pattern
        self.bodyBytesMax = bodyBytesMax
        self.mediaTypes = mediaTypes
        self.access = access
        self.handler = handler
    }

    /// The route with what it says of itself.
    public func declared(_ declaration: RouteDeclaration) -> Route {
        var route = self
        route.declaration = declaration
        return route
    }

    /// Whether content sent with `method` means something.
    static func takesContent(_ method: HTTPMethod) -> Bool {
        switch method {
        case .post, .put, .patch: true
        case .get, .head, .delete, .options, .connect, .trace: false
        }
    }
}

/// The code that answers a request.
public enum Handler: Sendable {
    /// Answers at once, on the thread that serves all connections: it must neither wait nor compute for long.
    case now(@Sendable (RoutedRequest) -> Response)
    /// Takes the request and sends the answer later, from any thread. It is called on the thread that serves all
    /// connections, so it hands the work on and returns.
    case later(@Sendable (RoutedRequest, Responder) -> Void)
}

/// Who may call a route. Asked after the path and the method were found right and before any byte of the body is read.
///
/// Bodies of callers who have proven nothing may hold less memory together: `ServerLimits.unprovenBodyBytesTotalMax`.
public struct Access: Sendable {
    /// What the head of a request says about its caller.
    public enum Verdict: Sendable {
        /// The caller has shown that he may call.
        case proven
        /// Anybody may call, or only the body can prove something: a signature over it.
        case unproven
        /// The caller may not; this is the answer.
        case refused(Response)
    }

    let check: @Sendable (RequestHead, Peer) -> Verdict

    private init(verdict: @escaping @Sendable (RequestHead, Peer) -> Verdict) { check = verdict }

    /// Takes the caller for proven when `check` returns nil; otherwise its response is the answer.
    public init(_ check: @escaping @Sendable (RequestHead, Peer) -> Response?) {
        self.init(verdict: { head, peer in check(head, peer).map(Verdict.refused) ?? .proven })
    }

    /// Does as `verdict` says: for callers of whom the head proves nothing yet.
    public static func judged(by verdict: @escaping @Sendable (RequestHead, Peer) -> Verdict) -> Access {
        Access(verdict: verdict)
    }

    /// Everybody.
    public static let open = Access.judged { _, _ in .unproven }
}

/// Who is at the other end of a connection.
public struct Peer: Sendable, Equatable {
    /// The address without port.
    public let address: String
    /// Whether it is this machine.
    public let isLoopback: Bool

    /// A peer at `address`.
    public init(address: String, isLoopback: Bool) {
        self.address = address
        self.isLoopback = isLoopback
    }
}

/// A request that found its route.
public struct RoutedRequest: Sendable {
    /// The request.
    public let request: Request
    /// What the parameters of the pattern stand for.
    public let parameters: PathParameters
    /// Who asks.
    public let peer: Peer

    /// A request that found its route.
    public init(request: Request, parameters: PathParameters = PathParameters(), peer: Peer) {
        self.request = request
        self.parameters = parameters
        self.peer = peer
    }
}

/// The segments of a path that stand for the parameters of a pattern, decoded.
public struct PathParameters: Sendable, Equatable {
    private var pairs: [Pair]

    private struct Pair: Sendable, Equatable {
        let name: String
        let value: String
    }

    /// Parameters with these names and values.
    public init(_ pairs: [(String, String)] = []) { self.pairs = pairs.map { Pair(name: $0.0, value: $0.1) } }

    /// The value of the parameter `name`, which is never empty; nil when the pattern has none of that name.
    public subscript(_ name: String) -> String? { pairs.first { $0.name == name }?.value }

    mutating func add(_ name: String, _ value: String) { pairs.append(Pair(name: name, value: value)) }
}
