import HTTPServer
import HTTPWire
import JSON

/// `GET /openapi.json`: what the routes say of themselves, as OpenAPI 3.1.
struct OpenAPI: Sendable {
    private let body: [UInt8]

    /// The document of `routes` and of itself. Routes without a declaration are not in it.
    init(_ routes: [Route]) {
        var paths = JSONObject()
        let own = RouteDeclaration(
            "getOpenAPI", "This document", tag: "daemon", security: .open,
            answers: [.init(200, "The document.", contents: [("application/json", ["type": "object"])])])
        let declared = routes.compactMap { route in route.declaration.map { (route.method, route.pattern, $0) } }
        for (method, pattern, declaration) in declared + [(.get, Self.path, own)] {
            var path = paths[pattern]?.object ?? JSONObject()
            path[method.rawValue.lowercased()] = Self.operation(declaration)
            paths[pattern] = .object(path)
        }
        let schemas = JSONObject(SharedSchema.allCases.map { ($0.rawValue, $0.schema) })
        let document: JSONValue = [
            "openapi": "3.1.0",
            "info": [
                "title": "Bursar", "version": "1",
                "summary": "A code-review bot for GitLab whose token budget cannot be overspent.",
            ],
            "servers": [["url": "/"]],
            "paths": .object(paths),
            "components": [
                "schemas": .object(schemas),
                "securitySchemes": [
                    "token": ["type": "http", "scheme": "bearer", "description": "The value of BURSAR_API_TOKEN."],
                    "hookSecret": ["type": "apiKey", "in": "header", "name": "X-Gitlab-Token"],
                ],
            ],
        ]
        body = document.bytes + [0x0A]
    }

    private static let path = "/openapi.json"

    /// The route of the document.
    var route: Route {
        let response = Response(
            status: 200,
            fields: [("Content-Type", "application/json; charset=utf-8"), ("Cache-Control", "no-cache")], body: body)
        return Route(.get, Self.path, handler: .now { _ in response }).declared(
            RouteDeclaration("getOpenAPI", "This document", tag: "daemon", security: .open, answers: []))
    }

    private static func operation(_ declaration: RouteDeclaration) -> JSONValue {
        var operation = JSONObject([
            ("operationId", .string(declaration.operationID)), ("summary", .string(declaration.summary)),
            ("tags", [.string(declaration.tag)]),
        ])
        switch declaration.security {
        case .open: operation["security"] = []
        case .token: operation["security"] = [["token": []]]
        case .tokenUnlessLoopback: operation["security"] = [[:], ["token": []]]
        case .hookSecret: operation["security"] = [["hookSecret": []]]
        }
        if !declaration.parameters.isEmpty {
            operation["parameters"] = .array(declaration.parameters.map(parameter))
        }
        if let body = declaration.body {
            operation["requestBody"] = [
                "required": .bool(body.isRequired),
                "content": .object(JSONObject([(body.mediaType, ["schema": body.schema])])),
            ]
        }
        var answers = declaration.answers
        // The server itself answers so, before any route is asked.
        if !declaration.parameters.isEmpty { answers.append(.problem(414, "The target is too long.")) }
        operation["responses"] = .object(JSONObject(answers.map { (String($0.status), answer($0)) }))
        return .object(operation)
    }

    private static func parameter(_ parameter: RouteDeclaration.Parameter) -> JSONValue {
        var object = JSONObject([
            ("name", .string(parameter.name)), ("in", .string(parameter.isInPath ? "path" : "query")),
            ("required", .bool(parameter.isRequired)), ("description", .string(parameter.summary)),
            ("schema", parameter.schema),
        ])
        // Lists are one text with commas.
        if parameter.schema["type"]?.string == "array" { object["explode"] = false }
        return .object(object)
    }

    private static func answer(_ answer: RouteDeclaration.Answer) -> JSONValue {
        var object = JSONObject([("description", .string(answer.summary))])
        if !answer.contents.isEmpty {
            object["content"] = .object(
                JSONObject(answer.contents.map { ($0.mediaType, ["schema": $0.schema]) }))
        }
        return .object(object)
    }
}
