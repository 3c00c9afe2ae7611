import Glibc
import HTTPWire
import Platform
import Testing
import UTCTime

@testable import HTTPServer

@Suite struct AcceptTests {
    private static let millisecond: UInt64 = 1_000_000

    @Test(arguments: [EINTR, ECONNABORTED, EPROTO, EPERM, ENETDOWN, EHOSTUNREACH, ETIMEDOUT])
    func `a connection that was lost is passed over`(_ code: CInt) {
        var pause = AcceptPause(limits: ServerLimits())
        #expect(pause.failed(code, now: 0) == .next)
    }

    @Test(arguments: [EMFILE, ENFILE, ENOBUFS, ENOMEM, EBADF])
    func `without descriptors or memory the listener is left alone, longer each time`(_ code: CInt) {
        var pause = AcceptPause(limits: ServerLimits())
        for (number, milliseconds) in [100, 200, 400, 800, 1000, 1000].enumerated() {
            let until = UInt64(milliseconds) * Self.millisecond
            #expect(pause.failed(code, now: 0) == .pause(until: until, logs: number == 0))
        }
        pause.succeeded()
        let minute = 60_000 * Self.millisecond
        #expect(pause.failed(code, now: minute - 1) == .pause(until: minute - 1 + 100 * Self.millisecond, logs: false))
        pause.succeeded()
        #expect(pause.failed(code, now: minute) == .pause(until: minute + 100 * Self.millisecond, logs: true))
    }

    // In a process of its own, because the limit holds for all of it.
    @Test func `without a free descriptor the server waits, serves and goes on`() async {
        await #expect(processExitsWith: .success) {
            let log = Lines()
            let server = try TestServer(log: Log(sink: { log.add($0) })) {
                $0.acceptPauseNanosecondsMin = 5_000_000
                $0.acceptPauseNanosecondsMax = 5_000_000
            }
            let known = try server.client()
            known.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
            try #require(known.receive(until: "hello") != nil)
            let waiting = try server.client()
            var taken: [CInt] = []
            // Whichever comes first takes the last descriptor; the listener may have taken `waiting` before.
            // Other tests' descriptors may have come along into this process: the limit stands above them.
            let free = dup(0)
            try #require(free >= 0)
            close(free)
            var limit = rlimit(rlim_cur: rlim_t(free) + 32, rlim_max: rlim_t(free) + 32)
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            while true {
                let number = dup(0)
                guard number >= 0 else { break }
                taken.append(number)
            }
            close(taken.removeLast())
            let late = try server.client()
            late.send("GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            try #require(server.wait { _ in !log.all.isEmpty })
            known.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
            try #require(known.receive(until: "hello") != nil)
            taken.forEach { close($0) }
            try #require(late.receiveAll()?.hasSuffix("hello") == true)
            try #require(log.all.count == 1)
            withExtendedLifetime(waiting) {}
        }
    }

    @Test func `the date is made once a second`() {
        var line = DateLine()
        line.update(.init(milliseconds: 784_111_777_042))
        #expect(line.bytes == Array("Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n".utf8))
        line.update(.init(milliseconds: 784_111_777_999))
        #expect(line.bytes == Array("Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n".utf8))
        line.update(.init(milliseconds: 784_111_778_000))
        #expect(line.bytes == Array("Date: Sun, 06 Nov 1994 08:49:38 GMT\r\n".utf8))
    }
}
