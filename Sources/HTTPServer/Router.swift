import HTTPWire

/// Finds the route of a request: the path first, then the method.
struct Router: Sendable {
    /// What a head leads to.
    enum Match {
        /// A route, with what its parameters stand for.
        case route(Route, PathParameters)
        /// No route has this path.
        case noPath
        /// The path is known, but not with this method.
        case noMethod(allowed: String)
        /// OPTIONS was asked; the answer is in `allowed`.
        case options(allowed: String)
    }

    private struct Resource: Sendable {
        let segments: [Segment]
        /// The bytes of a path without parameters, which most are: found without building anything.
        let literal: [UInt8]?
        var routes: [HTTPMethod: Route] = [:]
        var allowed = ""
    }

    private enum Segment: Sendable, Equatable {
        case literal(String)
        case parameter(String)
    }

    private var resources: [Resource] = []
    private let allMethods = "GET, HEAD, POST, PUT, DELETE, PATCH, OPTIONS"

    /// A router of `routes`. Of two with one method and one path, the first counts.
    init(_ routes: [Route]) {
        for route in routes {
            let segments = Self.segments(route.pattern)
            let index = resources.firstIndex { $0.segments == segments } ?? resources.count
            if index == resources.count {
                let hasParameters = segments.contains { if case .parameter = $0 { true } else { false } }
                resources.append(
                    Resource(segments: segments, literal: hasParameters ? nil : Array(route.pattern.utf8)))
            }
            if resources[index].routes[route.method] == nil { resources[index].routes[route.method] = route }
            resources[index].allowed = Self.allowed(resources[index].routes)
        }
        // A path that is written out goes before one that a parameter would match.
        resources = resources.filter { $0.literal != nil } + resources.filter { $0.literal == nil }
    }

    /// Where `head` leads.
    func match(_ head: RequestHead) -> Match {
        guard !head.isForServer else { return .options(allowed: allMethods) }
        for resource in resources {
            guard let literal = resource.literal else { break }
            if head.isPath(literal) { return match(head, resource, PathParameters()) }
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
        if let route = resource.routes[head.method] { return .route(route, parameters) }
        if head.method == .head, let route = resource.routes[.get] { return .route(route, parameters) }
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

    private static func allowed(_ routes: [HTTPMethod: Route]) -> String {
        HTTPMethod.allCases.filter { method in
            method == .options || routes[method] != nil || (method == .head && routes[.get] != nil)
        }.map(\.rawValue).joined(separator: ", ")
    }
}
