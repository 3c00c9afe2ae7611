import HTTPWire

/// Finds the route of a request: the path first, then the method.
struct Router: Sendable {
    /// What a head leads to.
    enum Match {
        /// A route, with what its parameters stand for.
        case route(Endpoint, PathParameters)
        /// No route has this path.
        case noPath
        /// The path is known, but not with this method.
        case noMethod(allowed: String)
        /// OPTIONS was asked; the answer is in `allowed`.
        case options(allowed: String)
    }

    /// A route behind a reference: handing it around is one count up, not one for each of its parts.
    final class Endpoint: Sendable {
        let route: Route
        // The parts that each request asks for, so that none of them needs a copy of the whole.
        let method: HTTPMethod
        let bodyBytesMax: Int
        let check: @Sendable (RequestHead, Peer) -> Access.Verdict
        let handler: Handler

        init(_ route: Route) {
            self.route = route
            method = route.method
            bodyBytesMax = route.bodyBytesMax
            check = route.access.check
            handler = route.handler
        }
    }

    private final class Resource: Sendable {
        let segments: [Segment]
        /// The bytes of a path without parameters, which most are: found without building anything.
        let literal: [UInt8]?
        let endpoints: [Endpoint]
        let allowed: String

        init(segments: [Segment], endpoints: [Endpoint]) {
            self.segments = segments
            let hasParameters = segments.contains { if case .parameter = $0 { true } else { false } }
            literal = hasParameters ? nil : endpoints.first.map { Array($0.route.pattern.utf8) }
            self.endpoints = endpoints
            allowed = HTTPMethod.allCases.filter { method in
                method == .options
                    || endpoints.contains {
                        $0.route.method == method || (method == .head && $0.route.method == .get)
                    }
            }.map(\.rawValue).joined(separator: ", ")
        }

        func endpoint(_ method: HTTPMethod) -> Endpoint? { endpoints.first { $0.method == method } }
    }

    private enum Segment: Sendable, Hashable {
        case literal(String)
        case parameter(String)
    }

    /// In the order in which they are tried: a path that is written out goes before one that a parameter matches.
    private let resources: [Resource]
    /// Those without parameters, by the number of bytes in their path.
    private let literals: [[Resource]]
    private let allMethods = "GET, HEAD, POST, PUT, DELETE, PATCH, OPTIONS"

    /// A router of `routes`. Of two with one method and one path, the first counts.
    init(_ routes: [Route]) {
        var patterns: [[Segment]] = []
        var endpoints: [[Segment]: [Endpoint]] = [:]
        for route in routes {
            let segments = Self.segments(route.pattern)
            if endpoints[segments] == nil { patterns.append(segments) }
            endpoints[segments, default: []].append(Endpoint(route))
        }
        let resources = patterns.map { Resource(segments: $0, endpoints: endpoints[$0] ?? []) }
        self.resources = resources.filter { $0.literal != nil } + resources.filter { $0.literal == nil }
        var literals: [[Resource]] = []
        for resource in resources {
            guard let length = resource.literal?.count else { continue }
            while literals.count <= length { literals.append([]) }
            literals[length].append(resource)
        }
        self.literals = literals
    }

    /// Where `head` leads.
    func match(_ head: RequestHead) -> Match {
        guard !head.isForServer else { return .options(allowed: allMethods) }
        if head.pathByteCount < literals.count {
            for resource in literals[head.pathByteCount] where head.isPath(resource.literal ?? []) {
                let match = match(head, resource, PathParameters())
                if case .noMethod = match { break }
                return match
            }
        }
        let path = head.path
        var others: Match?
        for resource in resources {
            guard let parameters = Self.parameters(path, resource.segments) else { continue }
            let match = match(head, resource, parameters)
            if case .noMethod = match {
                others = others ?? match
            } else {
                return match
            }
        }
        // No resource has these two, known or not.
        let isNever = head.method == .trace || head.method == .connect
        return others ?? (isNever ? .noMethod(allowed: allMethods) : .noPath)
    }

    private func match(_ head: RequestHead, _ resource: Resource, _ parameters: PathParameters) -> Match {
        if let endpoint = resource.endpoint(head.method) { return .route(endpoint, parameters) }
        if head.method == .head, let endpoint = resource.endpoint(.get) { return .route(endpoint, parameters) }
        return head.method == .options ? .options(allowed: resource.allowed) : .noMethod(allowed: resource.allowed)
    }

    private static func segments(_ pattern: String) -> [Segment] {
        pattern.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map {
            $0.hasPrefix("{") && $0.hasSuffix("}")
                ? .parameter(String($0.dropFirst().dropLast())) : .literal(String($0))
        }
    }

    /// What the parameters stand for when `path` fits; an empty segment fits no parameter.
    private static func parameters(_ path: [String], _ segments: [Segment]) -> PathParameters? {
        guard path.count == segments.count else { return nil }
        var parameters = PathParameters()
        for (text, segment) in zip(path, segments) {
            switch segment {
            case .literal(let wanted): guard text.utf8.elementsEqual(wanted.utf8) else { return nil }
            case .parameter(let name):
                guard !text.isEmpty else { return nil }
                parameters.add(name, text)
            }
        }
        return parameters
    }
}
