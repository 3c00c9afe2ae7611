import Glibc
import Platform
import Testing

@Suite struct SocketTests {
    private func listen(_ host: String, _ port: Int = 0) throws -> [ListeningHandle] {
        try ListeningSocket.listen(host: host, port: port, backlog: 4)
    }

    /// A connection to `port` at 127.0.0.1, not waiting.
    private func connect(_ port: Int) throws -> StreamSocket {
        let descriptor = SocketDescriptor(owning: socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let number = descriptor.number
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(number, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw POSIXFailure("connect") }
        try descriptor.makeNonBlocking()
        return StreamSocket(descriptor)
    }

    private func waitForInput(_ number: CInt) -> Bool {
        var entry = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, 5000) == 1
    }

    @Test func `takes a connection and says who is there`() throws {
        let handle = try #require(try listen("127.0.0.1").first)
        #expect(handle.socket.address.port > 0)
        if case .none = handle.socket.accept() {} else { Issue.record("nobody has connected yet") }
        let client = try connect(handle.socket.address.port)
        #expect(waitForInput(handle.socket.number))
        switch handle.socket.accept() {
        case .connection(let socket, let peer):
            #expect(peer.address == "127.0.0.1")
            #expect(peer.isLoopback)
            #expect(peer.port == SocketAddress.local(of: client.number)?.port)
            #expect(fcntl(socket.number, F_GETFD) & FD_CLOEXEC != 0)
            #expect(fcntl(socket.number, F_GETFL) & O_NONBLOCK != 0)
            var option: CInt = 0
            var length = socklen_t(MemoryLayout<CInt>.size)
            #expect(getsockopt(socket.number, CInt(IPPROTO_TCP), TCP_NODELAY, &option, &length) == 0)
            #expect(option != 0, "inherited from the listener")
        case .none: Issue.record("a connection waits")
        case .failed(let code): Issue.record("accept: \(POSIXFailure.text(code))")
        }
    }

    @Test func `reads, writes, blocks, ends and fails`() throws {
        let handle = try #require(try listen("127.0.0.1").first)
        let client = try connect(handle.socket.address.port)
        #expect(waitForInput(handle.socket.number))
        guard case .connection(let server, _) = handle.socket.accept() else {
            Issue.record("a connection waits")
            return
        }
        var buffer = [UInt8](repeating: 0, count: 8)
        #expect(buffer.withUnsafeMutableBytes { server.receive(into: $0, countMax: 8) } == .blocked)
        #expect([UInt8]("hello".utf8).withUnsafeBytes { client.send($0) } == .bytes(5))
        #expect(waitForInput(server.number))
        #expect(buffer.withUnsafeMutableBytes { server.receive(into: $0, countMax: 3) } == .bytes(3))
        #expect(buffer.withUnsafeMutableBytes { server.receive(into: $0, countMax: 100) } == .bytes(2))
        #expect(buffer == Array("lol\0\0\0\0\0".utf8))
        let large = [UInt8](repeating: 65, count: 100_000_000)
        guard case .bytes(let count) = large.withUnsafeBytes({ server.send($0) }) else {
            Issue.record("some of it fits")
            return
        }
        #expect(count < large.count)
        client.endSending()
        #expect(waitForInput(server.number))
        #expect(buffer.withUnsafeMutableBytes { server.receive(into: $0, countMax: 8) } == .end)
        server.endSending()
        #expect(buffer.withUnsafeBytes { server.send($0) } == .failed(EPIPE), "and no signal")
    }

    @Test(arguments: ["127.0.0.1", "localhost", "::1", "0.0.0.0"])
    func `listens at every address of a host, on one port`(_ host: String) throws {
        let listeners: [ListeningHandle]
        do { listeners = try listen(host) } catch let failure as ListeningFailure {
            // A machine without IPv6 has no such address; every other host must work.
            #expect(host == "::1", "\(failure)")
            return
        }
        #expect(Set(listeners.map { $0.socket.address.port }).count == 1)
        for listener in listeners { #expect(listener.socket.address.isLoopback == (host != "0.0.0.0")) }
    }

    @Test(arguments: [("127.0.0.1", -1), ("127.0.0.1", 65536), ("no-such-host.invalid", 0), ("192.0.2.1", 0)])
    func `says why it cannot listen`(_ host: String, _ port: Int) {
        let failure = #expect(throws: ListeningFailure.self) { try listen(host, port) }
        #expect(failure?.description.hasPrefix("cannot listen at \(host) port \(port): ") == true)
    }

    @Test func `a taken port is an error`() throws {
        let first = try listen("127.0.0.1")
        let port = try #require(first.first).socket.address.port
        #expect(throws: ListeningFailure.self) { try listen("127.0.0.1", port) }
        #expect(throws: ListeningFailure.self, "half a host is not enough") { try listen("localhost", port) }
    }

    @Test func `a wake signal is seen once, however often it is raised`() throws {
        let signal = try WakeSignal()
        var entry = pollfd(fd: signal.number, events: Int16(POLLIN), revents: 0)
        #expect(poll(&entry, 1, 0) == 0)
        for _ in 0..<100_000 { signal.raise() }
        #expect(poll(&entry, 1, 0) == 1)
        signal.lower()
        #expect(poll(&entry, 1, 0) == 0)
        signal.raise()
        #expect(poll(&entry, 1, 0) == 1)
    }
}
