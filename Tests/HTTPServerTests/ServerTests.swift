import HTTPServer
import HTTPWire
import Platform
import Testing

/// A connection from its first byte to its last, over real sockets.
@Suite struct ServerTests {
    private let get = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"
    private let getAndClose = "GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"

    private func post(_ path: String, _ fields: String, _ body: String = "") -> String {
        "POST \(path) HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\r\n\(body)"
    }

    @Test func `answers with date, length and type, and goes on`() throws {
        let server = try TestServer()
        let client = try server.client()
        for _ in 0..<3 {
            client.send(get)
            let answer = try #require(client.receive(until: "hello"))
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(answer.contains("\r\nContent-Length: 5\r\n"))
            #expect(answer.contains("\r\nContent-Type: text/plain; charset=utf-8\r\n"))
            #expect(answer.contains("GMT\r\n"))
            #expect(!answer.contains("Connection:"))
        }
        let statistics = server.server.statistics
        #expect(statistics.acceptedCount == 1)
        #expect(statistics.openCount == 1)
        #expect(statistics.responseCounts == [0, 0, 3, 0, 0, 0])
    }

    @Test func `closes when asked, and says so`() throws {
        let server = try TestServer()
        let answer = try #require(try server.answer(getAndClose))
        #expect(answer.contains("\r\nConnection: close\r\n"))
        #expect(answer.hasSuffix("\r\n\r\nhello"))
        let old = try #require(try server.answer("GET /hello HTTP/1.0\r\n\r\n"))
        #expect(old.hasPrefix("HTTP/1.1 200 OK\r\n"))
        let client = try server.client()
        client.send("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        #expect(client.receive(until: "hello")?.contains("\r\nConnection: keep-alive\r\n") == true)
    }

    @Test func `HEAD has the fields of GET and no content`() throws {
        let server = try TestServer()
        let text = getAndClose.replacing("GET", with: "HEAD")
        let answer = try #require(try server.answer(text))
        #expect(answer.contains("\r\nContent-Length: 5\r\n"))
        #expect(answer.hasSuffix("\r\n\r\n"))
        let missing = try #require(try server.answer(text.replacing("/hello", with: "/nothing")))
        #expect(missing.hasPrefix("HTTP/1.1 404 "))
        #expect(missing.hasSuffix("\r\n\r\n"))
    }

    @Test func `pipelined requests are answered in their order, late ones too`() throws {
        let server = try TestServer()
        server.gate.open()
        var text = ""
        for name in 0..<50 { text += "GET /late/\(name) HTTP/1.1\r\nHost: a\r\n\r\n" + get }
        let answer = try #require(try server.answer(text + getAndClose))
        let bodies = answer.components(separatedBy: "HTTP/1.1 200 OK\r\n").dropFirst().map {
            $0.components(separatedBy: "\r\n\r\n").last ?? ""
        }
        #expect(bodies == (0..<50).flatMap { ["\($0)", "hello"] } + ["hello"])
    }

    @Test func `a request may come byte by byte`() throws {
        let server = try TestServer()
        let client = try server.client()
        for byte in post("/echo", "Transfer-Encoding: chunked\r\nConnection: close", "2\r\nab\r\n1\r\nc\r\n0\r\n\r\n")
            .utf8
        {
            client.send([byte])
        }
        #expect(client.receiveAll()?.hasSuffix("\r\n\r\nabc") == true)
    }

    @Test func `a body of the limit is taken and one more byte is not`() throws {
        let server = try TestServer()
        let body = String(repeating: "x", count: 1000)
        let taken = try server.answer(post("/echo", "Content-Length: 1000\r\nConnection: close", body))
        #expect(taken?.hasSuffix(body) == true)
        #expect(
            try server.answer(post("/echo", "Content-Length: 1001", body + "x"))?.hasPrefix("HTTP/1.1 413 ") == true)
        let chunks = "3e8\r\n\(body)\r\n1\r\nx\r\n0\r\n\r\n"
        #expect(
            try server.answer(post("/echo", "Transfer-Encoding: chunked", chunks))?.hasPrefix("HTTP/1.1 413 ") == true)
    }

    @Test func `a client that sends all of a too large body still finds the answer`() throws {
        let server = try TestServer()
        let client = try server.client()
        client.send(post("/echo", "Content-Length: 5000000"))
        client.send([UInt8](repeating: 65, count: 5_000_000))
        client.endSending()
        #expect(client.receiveAll()?.hasPrefix("HTTP/1.1 413 ") == true)
    }

    @Test func `says continue to who waits for it, and a final word to who may not`() throws {
        let server = try TestServer()
        let fields = "Content-Length: 3\r\nExpect: 100-continue\r\nConnection: close"
        let client = try server.client()
        client.send(post("/echo", fields))
        #expect(client.receive(until: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
        client.send("abc")
        #expect(client.receiveAll()?.hasSuffix("\r\n\r\nabc") == true)
        let eager = try #require(try server.answer(post("/echo", fields, "abc")))
        #expect(!eager.contains("100 Continue"))
        #expect(try server.answer(post("/nothing", fields))?.hasPrefix("HTTP/1.1 404 ") == true)
        let large = fields.replacing("3", with: "1001", maxReplacements: 1)
        #expect(try server.answer(post("/echo", large))?.hasPrefix("HTTP/1.1 413 ") == true)
        let old = post("/echo", fields, "abc").replacing("HTTP/1.1", with: "HTTP/1.0")
        #expect(try server.answer(old)?.hasSuffix("\r\n\r\nabc") == true)
    }

    @Test func `a half-closed client is answered, an unfinished request is not`() throws {
        let server = try TestServer()
        let whole = try server.client()
        whole.send(get)
        whole.endSending()
        #expect(whole.receiveAll()?.hasSuffix("hello") == true)
        for text in [
            "GET /hel", post("/late", "Content-Length: 5", "abc"),
            post("/late", "Transfer-Encoding: chunked", "1\r\na"),
        ] {
            let client = try server.client()
            client.send(text)
            client.endSending()
            #expect(client.receiveAll() == "")
        }
        #expect(server.gate.heldCount == 0)
    }

    @Test func `a late handler of a half-closed client is answered`() throws {
        let server = try TestServer()
        let client = try server.client()
        client.send("GET /late/x HTTP/1.1\r\nHost: a\r\n\r\n")
        client.endSending()
        #expect(server.gate.wait(for: 1))
        server.gate.open()
        #expect(client.receiveAll()?.hasSuffix("\r\n\r\nx") == true)
    }

    @Test func `a forgotten request is answered 500`() throws {
        let server = try TestServer()
        let answer = try server.answer("GET /dropped HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        #expect(answer?.hasPrefix("HTTP/1.1 500 ") == true)
    }

    @Test func `nothing after a refusal is answered`() throws {
        let server = try TestServer()
        let answer = try #require(try server.answer("GET /hello HTTP/1.1\nHost: a\n\n" + get))
        #expect(answer.hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
        #expect(answer.contains("\r\nConnection: close\r\n"))
        #expect(answer.contains("\r\nContent-Type: application/problem+json; charset=utf-8\r\n"))
        #expect(answer.components(separatedBy: "HTTP/1.1").count == 2)
        #expect(server.server.statistics.responseCounts[4] == 1)
    }

    @Test func `a body nobody reads is not taken for a request`() throws {
        let server = try TestServer()
        let answer = try #require(try server.answer(post("/nothing", "Content-Length: \(get.utf8.count)", get + get)))
        #expect(answer.components(separatedBy: "HTTP/1.1 ").count == 2)
    }

    @Test func `a reset while an answer is pending is no trouble`() throws {
        let server = try TestServer()
        do {
            let client = try server.client()
            client.send("GET /late/x HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(server.gate.wait(for: 1))
            client.resetOnClose()
        }
        #expect(server.wait { $0.statistics.openCount == 0 })
        server.gate.open()
        #expect(try server.answer(getAndClose)?.hasSuffix("hello") == true)
    }

    @Test func `a server starts once, and another may not have its port`() throws {
        let server = try TestServer()
        #expect(throws: ServerError.self) { try server.server.start(host: "127.0.0.1", port: 0) }
        let other = Server(routes: [], log: .silent)
        let failure = #expect(throws: ListeningFailure.self) { try other.start(host: "127.0.0.1", port: server.port) }
        #expect(failure?.description.contains("127.0.0.1 port \(server.port): bind: Address already in use") == true)
        other.stop()
    }
}

extension String {
    func components(separatedBy separator: String) -> [String] {
        var parts: [String] = []
        var rest = self[...]
        while let range = rest.firstRange(of: separator) {
            parts.append(String(rest[..<range.lowerBound]))
            rest = rest[range.upperBound...]
        }
        return parts + [String(rest)]
    }
}
