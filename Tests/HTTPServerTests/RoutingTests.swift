import HTTPServer
import HTTPWire
import JSON
import Testing

/// Which route a request finds, and in which order it is refused.
@Suite struct RoutingTests {
    private static let guarded = Route(
        .post, "/guarded", bodyBytesMax: 10,
        access: Access { head, _ in
            head.fields["authorization"] == "Bearer x"
                ? nil : .problem(401, detail: "no", fields: [("WWW-Authenticate", "Bearer")])
        }, handler: .now { _ in .problem(429, detail: "later", members: [("left", 7)]) })

    private func status(_ answer: String?) -> Int? {
        answer?.split(separator: " ").dropFirst().first.flatMap { Int($0) }
    }

    // Each case mends the first fault of the one before it.
    @Test(arguments: [
        ("PATCH /nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\nContent-Type: a/b\r\nExpect: x", 404),
        ("PATCH /guarded HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\nContent-Type: a/b\r\nExpect: x", 405),
        ("POST /guarded HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\nContent-Type: a/b\r\nExpect: x", 401),
        (
            "POST /guarded HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer x\r\nContent-Length: 11\r\n"
                + "Content-Type: a/b\r\nExpect: x", 413
        ),
        (
            "POST /guarded HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer x\r\nContent-Length: 2\r\n"
                + "Content-Type: a/b\r\nExpect: x", 415
        ),
        (
            "POST /guarded HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer x\r\nContent-Length: 2\r\n"
                + "Content-Type: application/json\r\nExpect: x", 417
        ),
        (
            "POST /guarded HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer x\r\nContent-Length: 2\r\n"
                + "Content-Type: application/json\r\nConnection: close", 429
        ),
    ]) func `refuses in a fixed order`(_ head: String, _ wanted: Int) throws {
        let server = try TestServer([Self.guarded])
        #expect(status(try server.answer(head + "\r\n\r\n{}")) == wanted)
    }

    @Test(arguments: [
        ("application/json", 200), ("Application/JSON; charset=utf-8", 200), ("application/json ;x", 200),
        ("text/plain", 415), ("application/jsonp", 415), ("", 415), ("application/json, text/plain", 415),
    ]) func `takes the media types of the route`(_ type: String, _ wanted: Int) throws {
        let server = try TestServer()
        let head = "POST /json HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 2\r\n"
        #expect(status(try server.answer(head + "Content-Type: \(type)\r\n\r\n{}")) == wanted)
    }

    @Test(arguments: [
        ("Content-Length: 2\r\n", 200), ("Content-Length: 2\r\nContent-Encoding: gzip\r\n", 415),
        ("Content-Length: 2\r\nContent-Encoding: identity\r\n", 200), ("Content-Type: text/plain\r\n", 200),
    ]) func `a body without a type is taken for the first, and packed ones are not taken`(
        _ fields: String, _ wanted: Int
    ) throws {
        let server = try TestServer()
        let head = "POST /json HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\(fields)\r\n"
        #expect(status(try server.answer(head + (fields.contains("Length") ? "{}" : ""))) == wanted)
    }

    @Test(
        arguments: [
            ("GET /hello", 200, nil), ("GET /hello?a=b", 200, nil), ("GET /hell%6F", 200, nil),
            ("GET /hello/", 404, nil),
            ("GET //hello", 404, nil), ("GET /Hello", 404, nil), ("GET /", 404, nil), ("GET http://a/hello", 200, nil),
            ("POST /hello", 405, "GET, HEAD, OPTIONS"), ("GET /echo", 405, "POST, OPTIONS"),
            ("TRACE /hello", 405, "GET, HEAD, OPTIONS"), ("OPTIONS /hello", 204, "GET, HEAD, OPTIONS"),
            ("CONNECT /nowhere", 405, "GET, HEAD, POST, PUT, DELETE, PATCH, OPTIONS"), ("OPTIONS /nowhere", 404, nil),
            ("OPTIONS *", 204, "GET, HEAD, POST, PUT, DELETE, PATCH, OPTIONS"), ("CONNECT a:443", 400, nil),
            ("GET /items/list", 201, nil), ("DELETE /items/list", 202, nil), ("GET /items/a%20b", 203, nil),
            ("GET /items/", 404, nil), ("GET /items/a/b", 404, nil),
        ] as [(String, Int, String?)])
    func `finds the path, then the method`(_ start: String, _ wanted: Int, _ allowed: String?) throws {
        let server = try TestServer([
            Route(.get, "/items/{id}", handler: .now { Response(status: $0.parameters["id"] == "a b" ? 203 : 500) }),
            Route(.delete, "/items/{id}", handler: .now { _ in Response(status: 202) }),
            Route(.get, "/items/list", handler: .now { _ in Response(status: 201) }),
            Route(.get, "/items/list", handler: .now { _ in Response(status: 500) }),
        ])
        let answer = try server.answer("\(start) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        #expect(status(answer) == wanted)
        if let allowed { #expect(answer?.contains("\r\nAllow: \(allowed)\r\n") == true) }
    }

    // A body of such a request means nothing (RFC 9110 section 9.3.1), so little of it is held.
    @Test(arguments: [
        (HTTPMethod.get, 1 << 20, 200), (.get, (1 << 20) + 1, 413), (.delete, 1 << 20, 200),
        (.post, 4097, 200), (.post, (1 << 20) + 1, 413),
    ]) func `methods whose content means nothing hold little of it`(
        _ method: HTTPMethod, _ count: Int, _ wanted: Int
    ) throws {
        let server = try TestServer([Route(method, "/any", handler: .now { _ in Response(status: 200) })])
        let head =
            "\(method.rawValue) /any HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: \(count)\r\n\r\n"
        #expect(status(try server.answer(head + String(repeating: "x", count: count))) == wanted)
    }

    @Test func `an upgrade is not taken up`() throws {
        let server = try TestServer()
        let fields = "Connection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AA"
        #expect(status(try server.answer("GET /hello HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\r\n")) == 200)
    }

    @Test func `a refusal that needs no body read leaves the connection open`() throws {
        let server = try TestServer()
        let client = try server.client()
        client.send("GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\nGET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
        let answer = try #require(client.receive(until: "hello"))
        #expect(answer.contains("404 Not Found"))
        #expect(answer.contains("200 OK"))
    }

    @Test func `the peer is known`() throws {
        let server = try TestServer([
            Route(
                .get, "/peer",
                handler: .now {
                    Response(status: 200, body: Array("\($0.peer.address) \($0.peer.isLoopback)".utf8))
                })
        ])
        let answer = try server.answer("GET /peer HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        #expect(answer?.hasSuffix("\r\n\r\n127.0.0.1 true") == true)
    }

    @Test func `an error is a problem as RFC 9457 has it`() {
        let problem = Response.problem(429, detail: "Nothing left.", members: [("largest_that_fits", 12)])
        #expect(problem.fields["content-type"] == "application/problem+json; charset=utf-8")
        let text = String(decoding: problem.body, as: UTF8.self)
        #expect(
            text == #"{"type":"about:blank","title":"Too Many Requests","status":429,"detail":"Nothing left.","#
                + "\"largest_that_fits\":12}\n")
        let nameless = String(decoding: Response.problem(599, detail: "x").body, as: UTF8.self)
        #expect(nameless.contains(#""title":"Error""#))
        #expect(Response.json(201, ["a": 1]).body == Array("{\"a\":1}\n".utf8))
    }
}
