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
        let client = try server.client()
        client.send(head + "502\r\n\r\n" + String(repeating: "x", count: 501))
        let refused = try #require(client.receiveAll())
        #expect(refused.hasPrefix("HTTP/1.1 503 "))
        #expect(refused.contains("\r\nRetry-After: 2\r\n"))
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
}
