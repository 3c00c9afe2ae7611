import Dispatch
import HTTPServer
import HTTPWire
import Synchronization
import Testing

/// Responses that are made while they are sent.
@Suite struct StreamTests {
    static let get = "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n"
    static let fields = [("Content-Type", "text/csv; charset=utf-8")]

    /// A route that hands its streams to the test.
    static func held(_ streams: Streams, endsAtStop: Bool = false) -> Route {
        Route(
            .get, "/stream",
            handler: .later { _, responder in streams.add(responder.stream(fields: fields, endsAtStop: endsAtStop)) })
    }

    /// A route that sends `count` pieces of `size` bytes.
    static func pulled(count: Int, size: Int) -> Route {
        Route(
            .get, "/stream",
            handler: .later { _, responder in
                let next = Atomic(0)
                responder.stream(fields: fields).pull {
                    let number = next.add(1, ordering: .relaxed).oldValue
                    return number < count ? [UInt8](repeating: 65 + UInt8(number % 26), count: size) : nil
                }
            })
    }

    @Test func `content comes in chunks, and the connection goes on`() throws {
        let streams = Streams()
        let server = try TestServer([Self.held(streams)])
        let client = try server.client()
        client.send(Self.get)
        let stream = try #require(streams.wait(for: 1)?.last)
        #expect(stream.write(Array("a,b\n".utf8)) == .taken)
        let answer = try #require(client.receive(until: "4\r\na,b\n\r\n"))
        #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\nContent-Type: text/csv; charset=utf-8\r\n"))
        #expect(answer.contains("\r\nTransfer-Encoding: chunked\r\n") && !answer.contains("Content-Length"))
        #expect(stream.write(Array("0123456789abcdef".utf8)) == .taken)
        stream.finish()
        #expect(client.receive(until: "0\r\n\r\n") == "10\r\n0123456789abcdef\r\n0\r\n\r\n")
        #expect(stream.write([1]) == .closed)
        client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(client.receive(until: "hello") != nil)
    }

    @Test func `a client of HTTP 1.0 gets the content as it is until the end`() throws {
        let server = try TestServer([Self.pulled(count: 3, size: 2)])
        let answer = try #require(try server.answer("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"))
        #expect(answer.hasSuffix("\r\n\r\nAABBCC") && answer.contains("\r\nConnection: close\r\n"))
        #expect(!answer.contains("chunked"))
    }

    @Test func `HEAD has the fields and no content, and nobody makes any`() throws {
        let streams = Streams()
        let server = try TestServer([Self.held(streams)])
        let answer = try #require(
            try server.answer("HEAD /stream HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
        #expect(answer.contains("\r\nTransfer-Encoding: chunked\r\n") && answer.hasSuffix("\r\n\r\n"))
        #expect(try #require(streams.wait(for: 1)?.last).write([1]) == .closed)
    }

    @Test func `content of many times the memory arrives whole`() throws {
        let server = try TestServer([Self.pulled(count: 300, size: 10_000)]) { $0.streamBytesMax = 20_000 }
        let text = "GET /stream HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
        let answer = try #require(try server.answer(text))
        let content = try #require(Self.content(of: answer))
        #expect(content.utf8.count == 3_000_000)
        #expect(
            content
                == (0..<300).map { String(repeating: Character(Unicode.Scalar(65 + UInt8($0 % 26))), count: 10_000) }
                .joined())
    }

    @Test(arguments: [99, 100, 101]) func `no more than the limit waits for a client`(count: Int) throws {
        let streams = Streams()
        let server = try TestServer([Self.held(streams)]) { $0.streamBytesMax = 100 }
        let client = try server.client()
        client.send(Self.get)
        let stream = try #require(streams.wait(for: 1)?.last)
        #expect(stream.write([UInt8](repeating: 65, count: count)) == (count <= 100 ? .taken : .full))
    }

    @Test func `a client that does not read fills the limit, and there is room when it reads again`() throws {
        let streams = Streams()
        let server = try TestServer([Self.held(streams)]) { $0.streamBytesMax = 1 << 20 }
        let client = try Client(port: server.port, receiveBytes: 4096)
        client.send(Self.get)
        let stream = try #require(streams.wait(for: 1)?.last)
        let piece = [UInt8](repeating: 65, count: 1 << 18)
        let hasRoom = DispatchSemaphore(value: 0)
        var written = 0
        // The kernel takes some megabytes; when nothing moves for a while it has all it takes.
        repeat {
            while stream.write(piece) == .taken { written += 1 }
            stream.whenThereIsRoom(for: piece.count) { hasRoom.signal() }
        } while hasRoom.wait(timeout: .now() + .milliseconds(200)) == .success && written < 400
        #expect(written < 400)
        var received = 0
        while hasRoom.wait(timeout: .now()) == .timedOut, let bytes = client.receive(), !bytes.isEmpty {
            received += bytes.count
        }
        #expect(received > 0)
        #expect(stream.write(piece) == .taken)
    }

    @Test func `a client that takes nothing of what waits for it is cut`() throws {
        let streams = Streams()
        let server = try TestServer([Self.held(streams)]) {
            $0.http.stallNanoseconds = 200_000_000
            $0.streamBytesMax = 64 << 20
        }
        let client = try Client(port: server.port, receiveBytes: 4096)
        client.send(Self.get)
        let stream = try #require(streams.wait(for: 1)?.last)
        #expect(stream.write([UInt8](repeating: 65, count: 32 << 20)) == .taken)
        #expect(server.wait { $0.statistics.openCount == 0 })
        #expect(stream.isClosed && stream.write([1]) == .closed)
        withExtendedLifetime(client) {}
    }

    @Test func `a stream may be silent for longer than any wait`() throws {
        let streams = Streams()
        let server = try TestServer([Self.held(streams)]) {
            $0.http.stallNanoseconds = 50_000_000
            $0.http.answerNanoseconds = 50_000_000
            $0.http.idleNanoseconds = 50_000_000
        }
        let client = try server.client()
        client.send(Self.get)
        let stream = try #require(streams.wait(for: 1)?.last)
        // Another connection lives through its own wait, so all those of this one have passed.
        let other = try server.client()
        #expect(other.receiveAll() == "")
        #expect(stream.write(Array("data: 1\n\n".utf8)) == .taken)
        #expect(client.receive(until: "data: 1\n\n\r\n") != nil)
    }

    @Test func `a writer learns that the client is gone`() throws {
        let streams = Streams()
        let server = try TestServer([Self.held(streams)])
        do {
            let client = try server.client()
            client.send(Self.get)
            _ = streams.wait(for: 1)
            client.resetOnClose()
        }
        let stream = try #require(streams.wait(for: 1)?.last)
        #expect(server.wait { _ in stream.isClosed })
        let called = DispatchSemaphore(value: 0)
        stream.whenThereIsRoom(for: .max) { called.signal() }
        #expect(called.wait(timeout: .now() + 5) == .success)
    }

    @Test(arguments: ["abort", "drop", "throw", "oversize"])
    func `content that is not whole has no end`(how: String) throws {
        let route = Route(
            .get, "/stream",
            handler: .later { _, responder in
                let stream = responder.stream(fields: Self.fields)
                stream.write(Array("part".utf8))
                switch how {
                case "abort": stream.abort()
                case "throw": stream.pull { throw CancellationError() }
                case "oversize": stream.pull { [UInt8](repeating: 65, count: stream.bytesMax + 1) }
                default: break
                }
            })
        let answer = try TestServer([route]).answer("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(answer?.contains("0\r\n\r\n") != true)
    }

    @Test func `one stream more than the limit is answered 503, until one ends`() throws {
        let streams = Streams()
        let server = try TestServer([Self.held(streams)]) { $0.streamsMax = 2 }
        let clients = try (0..<2).map { _ in try server.client() }
        for client in clients { client.send(Self.get) }
        #expect(streams.wait(for: 2) != nil)
        let third = try server.client()
        third.send(Self.get)
        #expect(third.receive(until: "}\n")?.hasPrefix("HTTP/1.1 503 ") == true)
        #expect(try #require(streams.wait(for: 3)?.last).isClosed)
        try #require(streams.wait(for: 3)?.first).finish()
        #expect(server.wait { _ in streams.wait(for: 3)?.first?.isClosed == true })
        third.send(Self.get)
        let fourth = try #require(streams.wait(for: 4)?.last)
        #expect(fourth.write(Array("now".utf8)) == .taken)
        #expect(third.receive(until: "now\r\n") != nil)
    }

    @Test func `stopping ends the streams that have no end of their own, and waits for the others`() throws {
        let (events, export) = (Streams(), Streams())
        let server = try TestServer([
            Self.held(events, endsAtStop: true),
            Route(
                .get, "/export",
                handler: .later { _, responder in export.add(responder.stream(fields: Self.fields)) }),
        ])
        let listener = try server.client()
        listener.send(Self.get)
        let reader = try server.client()
        reader.send("GET /export HTTP/1.1\r\nHost: a\r\n\r\n")
        let event = try #require(events.wait(for: 1)?.last)
        let file = try #require(export.wait(for: 1)?.last)
        #expect(event.write(Array("data: 1\n\n".utf8)) == .taken)
        let stopped = DispatchGroup()
        DispatchQueue.global().async(group: stopped) { [server = server.server] in server.stop(graceSeconds: 10) }
        #expect(listener.receiveAll()?.hasSuffix("data: 1\n\n\r\n0\r\n\r\n") == true)
        #expect(file.write(Array("rest".utf8)) == .taken)
        file.finish()
        #expect(reader.receiveAll()?.hasSuffix("4\r\nrest\r\n0\r\n\r\n") == true)
        #expect(stopped.wait(timeout: .now() + 5) == .success)
        #expect(file.write([1]) == .closed && event.isClosed)
    }

    @Test func `a request that was answered has no stream`() throws {
        let streams = Streams()
        let route = Route(
            .get, "/stream",
            handler: .later { _, responder in
                responder.send(Response(status: 200, body: Array("done".utf8)))
                streams.add(responder.stream(fields: []))
            })
        let server = try TestServer([route])
        let client = try server.client()
        client.send(Self.get)
        #expect(client.receive(until: "done") != nil)
        #expect(streams.wait(for: 1)?.last?.write([1]) == .closed)
    }

    @Test func `a field that would split the answer makes it a 500`() throws {
        let streams = Streams()
        let route = Route(
            .get, "/stream", handler: .later { _, responder in streams.add(responder.stream(fields: [("X", "a\nb")])) })
        let answer = try TestServer([route]).answer(
            "GET /stream HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        #expect(answer?.hasPrefix("HTTP/1.1 500 ") == true && answer?.contains("Content-Length") == true)
    }

    /// The content of an answer in chunks; nil when it is not whole.
    static func content(of answer: String) -> String? {
        let bytes = Array(answer.utf8)
        let blank = Array("\r\n\r\n".utf8)
        guard let start = bytes.indices.first(where: { bytes[$0...].starts(with: blank) }) else { return nil }
        var rest = bytes[(start + blank.count)...]
        var content: [UInt8] = []
        while let end = rest.firstIndex(of: 0x0D),
            let size = Int(String(decoding: rest[..<end], as: UTF8.self), radix: 16)
        {
            rest = rest[(end + 2)...]
            if size == 0 { return String(decoding: content, as: UTF8.self) }
            guard rest.count >= size + 2 else { return nil }
            content += rest.prefix(size)
            rest = rest.dropFirst(size + 2)
        }
        return nil
    }
}

/// Streams of handlers, for a test to write to.
final class Streams: Sendable {
    private let streams = Mutex<[ResponseStream]>([])

    func add(_ stream: ResponseStream) { streams.withLock { $0.append(stream) } }

    /// Waits until there are `count` of them; nil after five seconds.
    func wait(for count: Int) -> [ResponseStream]? {
        for _ in 0..<5000 {
            let found = streams.withLock { $0 }
            if found.count >= count { return found }
            pause()
        }
        return nil
    }

    private func pause() { DispatchSemaphore(value: 0).waitBriefly() }
}

extension DispatchSemaphore {
    /// A millisecond.
    func waitBriefly() { _ = wait(timeout: .now() + .milliseconds(1)) }
}
