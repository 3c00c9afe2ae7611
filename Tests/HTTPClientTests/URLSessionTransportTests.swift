import Glibc
import HTTPClient
import Testing

@Suite struct URLSessionTransportTests {
    private let transport = URLSessionTransport()

    private func failure(_ request: ClientRequest) async -> HTTPClientError? {
        do throws(HTTPClientError) {
            _ = try await transport.send(request)
            return nil
        } catch {
            return error
        }
    }

    @Test func `sends what it is given and returns what comes back`() async throws {
        let server = try LoopbackServer(
            answer: "HTTP/1.1 201 Created\r\nX-Next-Page: 2\r\nContent-Length: 5\r\n\r\nhello")
        let answer = try await transport.send(
            ClientRequest(
                method: "POST", url: server.base + "/a%2Fb?c=d", fields: ["PRIVATE-TOKEN": "t"], body: Array("{}".utf8))
        )
        #expect(answer.status == 201 && answer.body == Array("hello".utf8))
        #expect(answer.fields["x-next-PAGE"] == "2" && answer.fields["x-next"] == nil)
        let request = try #require(server.requests.first)
        #expect(request.head.hasPrefix("POST /a%2Fb?c=d HTTP/1.1"))
        #expect(request.field("private-token") == "t" && request.body == Array("{}".utf8))
        #expect(request.field("connection") == "close" && request.field("cookie") == nil)
    }

    @Test(arguments: [200, 204, 304, 400, 404, 429, 500, 503])
    func `an answer of any status is an answer`(_ status: Int) async throws {
        let server = try LoopbackServer(answer: "HTTP/1.1 \(status) X\r\nContent-Length: 0\r\n\r\n")
        #expect(try await transport.send(ClientRequest(url: server.base)).status == status)
        #expect(server.requests.count == 1)
    }

    @Test(arguments: ["Basic realm=\"x\"", "Digest realm=\"x\", nonce=\"y\"", "Bearer"])
    func `nobody answers a challenge`(_ challenge: String) async throws {
        let server = try LoopbackServer(
            answer: "HTTP/1.1 401 X\r\nWWW-Authenticate: \(challenge)\r\nContent-Length: 2\r\n\r\nno")
        let answer = try await transport.send(ClientRequest(url: server.base))
        #expect(answer.status == 401 && answer.body == Array("no".utf8))
        #expect(server.requests.allSatisfy { $0.field("authorization") == nil })
    }

    @Test(arguments: [301, 302, 303, 307, 308])
    func `redirects are returned and the token stays`(_ status: Int) async throws {
        let other = try LoopbackServer(answer: "HTTP/1.1 200 X\r\nContent-Length: 0\r\n\r\n")
        let server = try LoopbackServer(
            answer: "HTTP/1.1 \(status) X\r\nLocation: \(other.base)/x\r\nContent-Length: 2\r\n\r\nhi")
        let answer = try await transport.send(ClientRequest(url: server.base, fields: ["PRIVATE-TOKEN": "t"]))
        #expect(answer.status == status && answer.fields["Location"] == "\(other.base)/x")
        #expect(other.requests.isEmpty)
    }

    @Test func `keeps no cookies`() async throws {
        let server = try LoopbackServer(answer: "HTTP/1.1 200 X\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n")
        for _ in 0..<2 { _ = try await transport.send(ClientRequest(url: server.base)) }
        #expect(server.requests.count == 2 && server.requests.allSatisfy { $0.field("cookie") == nil })
    }

    @Test func `a server that never answers costs the deadline`() async throws {
        let server = try LoopbackServer { _, _ in [.hang] }
        let error = await failure(ClientRequest(method: "POST", url: server.base, body: [1], deadlineSeconds: 0.2))
        #expect(error?.cause == .timedOut && error?.outcome == .unknownOutcome)
        #expect(error?.description.contains("POST \(server.base)") == true)
    }

    @Test func `a server that stops in the middle costs the deadline`() async throws {
        let server = try LoopbackServer { _, _ in [.send("HTTP/1.1 200 X\r\nContent-Length: 9\r\n\r\nabc"), .hang] }
        #expect(await failure(ClientRequest(url: server.base, deadlineSeconds: 0.2))?.cause == .timedOut)
    }

    @Test(arguments: ["", "HTTP/1.1 200 X\r\nContent-Length: 9\r\n\r\nabc", "SSH-2.0-OpenSSH_9.2\r\n"])
    func `a broken answer leaves the outcome unknown`(_ answer: String) async throws {
        let server = try LoopbackServer(answer: answer)
        let error = await failure(ClientRequest(method: "POST", url: server.base, body: [1], deadlineSeconds: 5))
        #expect(error?.outcome == .unknownOutcome)
        #expect(server.requests.count == 1)
    }

    @Test func `a refused connection was never sent`() async throws {
        let port = try LoopbackServer(answer: "").port
        let error = await failure(ClientRequest(method: "POST", url: "http://127.0.0.1:\(port)/?token=s", body: [1]))
        #expect(error?.cause == .unreachable && error?.outcome == .notSent)
        #expect(error?.description.contains("token=s") == false)
    }

    @Test func `a server without TLS is sent no request over TLS`() async throws {
        let server = try LoopbackServer(answer: "HTTP/1.1 400 X\r\n\r\n")
        let url = "https://127.0.0.1:\(server.port)"
        // The server waits for a line break that the greeting of TLS need not have: the client gives up first.
        let error = await failure(ClientRequest(url: url, deadlineSeconds: 0.5))
        #expect(error != nil && server.requests.isEmpty)
    }

    @Test(arguments: ["", "gitlab.example", "/x", "ftp://127.0.0.1/", "file:///etc/passwd", "http://", "http:///x"])
    func `refuses what is not an http URL`(_ url: String) async {
        #expect(await failure(ClientRequest(url: url))?.cause == .invalidRequest)
    }

    @Test func `refuses a line break in a field`() async throws {
        let server = try LoopbackServer(answer: "HTTP/1.1 200 X\r\nContent-Length: 0\r\n\r\n")
        let error = await failure(ClientRequest(url: server.base, fields: ["A": "b\r\nC: d"]))
        #expect(error?.cause == .invalidRequest && server.requests.isEmpty)
    }

    @Test func `an answer may be as long as allowed and not a byte longer`() async throws {
        let server = try LoopbackServer(answer: "HTTP/1.1 200 X\r\nContent-Length: 5\r\n\r\nhello")
        #expect(try await transport.send(ClientRequest(url: server.base, answerBytesMax: 5)).body.count == 5)
        #expect(await failure(ClientRequest(url: server.base, answerBytesMax: 4))?.cause == .answerTooLarge)
    }

    @Test func `an endless answer is cut off while it streams`() async throws {
        let server = try LoopbackServer { _, _ in
            [.send("HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n7ffffff0\r\n"), .repeatBytes(1 << 30)]
        }
        #expect(await failure(ClientRequest(url: server.base, answerBytesMax: 100_000))?.cause == .answerTooLarge)
    }

    @Test func `sends a body that is larger than a socket's buffer`() async throws {
        let server = try LoopbackServer(answer: "HTTP/1.1 200 X\r\nContent-Length: 0\r\n\r\n")
        let body = [UInt8](repeating: 0x62, count: 3 << 20)
        let answer = try await transport.send(ClientRequest(method: "PUT", url: server.base, body: body))
        #expect(answer.status == 200 && server.requests.first?.body.count == body.count)
    }

    @Test func `cancelling the task cancels the request`() async throws {
        let server = try LoopbackServer { _, _ in [.hang] }
        let task = Task { await failure(ClientRequest(url: server.base, deadlineSeconds: 60)) }
        while server.requests.isEmpty { await Task.yield() }
        task.cancel()
        #expect(await task.value?.cause == .cancelled)
    }

    @Test func `many requests at once each get their own answer`() async throws {
        let server = try LoopbackServer { _, request in
            let path = request.head.split(separator: " ")[1]
            return [.send("HTTP/1.1 200 X\r\nContent-Length: \(path.utf8.count)\r\n\r\n\(path)")]
        }
        try await withThrowingTaskGroup { group in
            for number in 0..<64 {
                group.addTask { [transport] in
                    let answer = try await transport.send(ClientRequest(url: "\(server.base)/\(number)"))
                    #expect(String(decoding: answer.body, as: UTF8.self) == "/\(number)")
                }
            }
            try await group.waitForAll()
        }
    }
}
