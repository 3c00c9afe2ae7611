import HTTPServer
import HTTPWire
import Platform
import Testing

/// What one connection, and all of them together, may take: time, memory, places.
@Suite struct LimitTests {
    private static let millisecond: UInt64 = 1_000_000
    private let get = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"
    private let getAndClose = "GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"

    @Test(arguments: ["G", "GET /hello HTTP/1.1\r\nHost:"])
    func `a slow head is answered 408`(_ text: String) throws {
        let server = try TestServer { $0.http.headNanoseconds = 30 * Self.millisecond }
        #expect(try server.answer(text)?.hasPrefix("HTTP/1.1 408 ") == true)
    }

    @Test func `a slow body is answered 408`() throws {
        let server = try TestServer { $0.http.bodyNanoseconds = 30 * Self.millisecond }
        let answer = try server.answer("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab")
        #expect(answer?.hasPrefix("HTTP/1.1 408 ") == true)
    }

    @Test(arguments: ["", "\r\n"]) func `an idle connection is closed without a word`(_ text: String) throws {
        let server = try TestServer { $0.http.idleNanoseconds = 30 * Self.millisecond }
        #expect(try server.answer(text) == "")
        let client = try server.client()
        client.send(get + text)
        #expect(client.receiveAll()?.hasSuffix("hello") == true)
    }

    @Test func `a handler that does not answer is answered for, and its late word is dropped`() throws {
        let server = try TestServer { $0.http.answerNanoseconds = 30 * Self.millisecond }
        let answer = try #require(try server.answer("GET /late/x HTTP/1.1\r\nHost: a\r\n\r\n"))
        #expect(answer.hasPrefix("HTTP/1.1 503 "))
        #expect(answer.contains("\r\nRetry-After: 2\r\n"))
        server.gate.open()
        #expect(try server.answer(getAndClose)?.hasSuffix("hello") == true)
    }

    @Test func `a client that never reads is cut`() throws {
        let server = try TestServer { $0.http.stallNanoseconds = 50 * Self.millisecond }
        let client = try Client(port: server.port, receiveBytes: 4096)
        client.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(server.wait { $0.statistics.acceptedCount == 1 && $0.statistics.openCount == 0 })
    }

    @Test func `a slow client gets all of a large answer, and only then the next`() throws {
        let server = try TestServer()
        let client = try Client(port: server.port, receiveBytes: 4096)
        client.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n" + getAndClose)
        let answer = try #require(client.receiveAll())
        #expect(answer.utf8.count > 20_000_000)
        #expect(answer.hasSuffix("\r\n\r\nhello"))
    }

    @Test func `while an answer is pending, nothing more is read`() throws {
        let server = try TestServer()
        let client = try server.client()
        client.send("GET /late/x HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(server.gate.wait(for: 1))
        client.send(String(repeating: get, count: 500) + getAndClose)
        #expect(server.server.statistics.responseCount == 0)
        server.gate.open()
        let answer = try #require(client.receiveAll())
        #expect(answer.components(separatedBy: "HTTP/1.1 200 OK").count == 503)
    }

    @Test func `at the limit of connections the next one waits`() throws {
        let server = try TestServer { $0.connectionsMax = 2 }
        let first = try server.client()
        first.send(get)
        #expect(first.receive(until: "hello") != nil)
        let second = try server.client()
        second.send(get)
        #expect(second.receive(until: "hello") != nil)
        let third = try server.client()
        third.send(getAndClose)
        // Two turns of the loop, in which it would have taken the third if it wanted to.
        for _ in 0..<2 {
            first.send(get)
            #expect(first.receive(until: "hello") != nil)
        }
        #expect(server.server.statistics.acceptedCount == 2)
        second.endSending()
        #expect(second.receiveAll() == "")
        #expect(third.receiveAll()?.hasSuffix("hello") == true)
        #expect(server.server.statistics.acceptedCount == 3)
        first.send(get)
        #expect(first.receive(until: "hello") != nil)
    }

    @Test func `bodies of all connections share a limit`() throws {
        let server = try TestServer { $0.bodyBytesTotalMax = 1500 }
        let first = try server.client()
        first.send(
            "POST /late HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n" + String(repeating: "x", count: 1000))
        #expect(server.gate.wait(for: 1))
        let head = "POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: "
        let fits = try server.answer(head + "500\r\n\r\n" + String(repeating: "x", count: 500))
        #expect(fits?.hasPrefix("HTTP/1.1 200 ") == true)
        // Refused at the end of the body, and before it.
        for (announced, sent) in [(501, 501), (501, 500)] {
            let client = try server.client()
            client.send(head + "\(announced)\r\n\r\n" + String(repeating: "x", count: sent))
            let refused = try #require(client.receiveAll())
            #expect(refused.hasPrefix("HTTP/1.1 503 "))
            #expect(refused.contains("\r\nRetry-After: 2\r\n"))
        }
        server.gate.open()
        #expect(first.receive(until: "xxx") != nil)
        let again = try server.answer(head + "1000\r\n\r\n" + String(repeating: "x", count: 1000))
        #expect(again?.hasPrefix("HTTP/1.1 200 ") == true)
    }

    @Test func `the last request a connection may make is answered and closes it`() throws {
        let server = try TestServer { $0.http.requestsPerConnectionMax = 3 }
        let answer = try #require(try server.answer(String(repeating: get, count: 4)))
        #expect(answer.components(separatedBy: "200 OK").count == 4)
        #expect(answer.components(separatedBy: "Connection: close").count == 2)
    }

    @Test func `a body refused for overload is answered once, and what still comes is dropped`() throws {
        let server = try TestServer { $0.bodyBytesTotalMax = 1500 }
        let first = try server.client()
        first.send(
            "POST /late HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n" + String(repeating: "x", count: 1000))
        #expect(server.gate.wait(for: 1))
        let client = try server.client()
        client.send(
            "POST /late HTTP/1.1\r\nHost: a\r\nContent-Length: 900000\r\n\r\n" + String(repeating: "x", count: 600))
        let head = try #require(client.receive(until: "received.\"}\n"))
        #expect(head.hasPrefix("HTTP/1.1 503 "))
        for _ in 0..<50 { #expect(client.send([UInt8](repeating: 120, count: 10_000))) }
        client.endSending()
        #expect(client.receiveAll() == "")
        #expect(server.server.statistics.responseCounts[5] == 1)
    }

    @Test func `strangers cannot take the room of those who have proven who they are`() throws {
        #expect(ServerLimits().unprovenBodyBytesTotalMax * 4 == ServerLimits().bodyBytesTotalMax)
        let known = Route(
            .post, "/known", access: Access { _, _ in nil }, handler: .now { _ in Response(status: 200) })
        let unsigned = Route(
            .post, "/unsigned", access: .judged { _, _ in .unproven }, handler: .now { _ in Response(status: 200) })
        let server = try TestServer([known, unsigned]) {
            $0.bodyBytesTotalMax = 4000
            $0.unprovenBodyBytesTotalMax = 1000
        }
        func status(_ path: String, _ count: Int) throws -> Substring? {
            let head = "POST \(path) HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: \(count)\r\n\r\n"
            let body = String(repeating: "x", count: count)
            return try server.answer(head + body)?.split(separator: " ").dropFirst().first
        }
        #expect(try status("/unsigned", 1001) == "503")
        let stranger = try server.client()
        stranger.send(
            "POST /late HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\n" + String(repeating: "x", count: 900))
        #expect(server.gate.wait(for: 1))
        #expect(try status("/unsigned", 101) == "503")
        #expect(try status("/unsigned", 100) == "200")
        #expect(try status("/known", 3100) == "200")
        #expect(try status("/known", 3101) == "503", "they share the whole")
        server.gate.open()
        #expect(stranger.receive(until: "xxx") != nil)
        #expect(try status("/unsigned", 1000) == "200", "what was answered is free again")
        #expect(try status("/known", 4000) == "200")
    }
}
