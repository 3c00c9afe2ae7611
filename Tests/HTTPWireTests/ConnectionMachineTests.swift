import HTTPWire
import Testing

@Suite struct ConnectionMachineTests {
    private static let second: UInt64 = 1_000_000_000
    private let get = octets("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    private let post = octets("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n")

    /// Feeds `bytes` at `now` and names what came of it.
    private func feed(_ machine: inout ConnectionMachine, _ bytes: [UInt8], at now: UInt64 = 0) -> String {
        var position = 0
        return switch machine.receive(bytes.span, from: &position, now: now) {
        case .more: "more"
        case .head: "head"
        case .body(let body): "body \(body.count)"
        case .refused(let refusal): "refused \(refusal.status)"
        case .busy: "busy"
        case .close: "close"
        }
    }

    private func begun(_ bytes: [UInt8], limits: HTTPLimits = HTTPLimits(), at now: UInt64 = 0) -> ConnectionMachine {
        var machine = ConnectionMachine(limits: limits, now: 0)
        _ = feed(&machine, bytes, at: now)
        return machine
    }

    @Test func `a request, its response, and the next`() {
        var machine = ConnectionMachine(now: 0)
        for count in 1...3 {
            #expect(feed(&machine, get, at: 1) == "head")
            #expect(machine.phase == .deciding(since: 1))
            guard case .run = machine.takeBody(bodyBytesMax: 0, hasInput: false, now: 2) else {
                Issue.record("a request without a body runs at once")
                return
            }
            #expect(machine.phase == .awaitingResponse(since: 2))
            #expect(!machine.wantsInput)
            #expect(feed(&machine, get) == "busy")
            #expect(machine.beginResponse(now: 3) == .none)
            #expect(feed(&machine, get) == "busy")
            #expect(machine.endResponse(now: 4) == .read)
            #expect(machine.phase == .idle(since: 4))
            #expect(machine.requestCount == count)
        }
    }

    @Test func `a body is read up to its limit`() {
        var machine = begun(post)
        guard case .read = machine.takeBody(bodyBytesMax: 5, hasInput: true, now: 1) else {
            Issue.record("a body of the limit is read")
            return
        }
        #expect(machine.isReadingBody)
        #expect(feed(&machine, octets("he")) == "more")
        #expect(machine.bodyBytes == 2)
        #expect(feed(&machine, octets("llo")) == "body 5")
        #expect(machine.beginResponse(now: 2) == .none)

        var refused = begun(post)
        guard case .refused(let refusal) = refused.takeBody(bodyBytesMax: 4, hasInput: true, now: 1) else {
            Issue.record("a body of more than the limit is refused")
            return
        }
        #expect(refusal.status == 413)
        #expect(refused.beginResponse(now: 2) == .close)
    }

    @Test(arguments: [(true, true, false), (true, false, true), (false, false, false)])
    func `says continue only to who waits for it`(_ asks: Bool, _ hasInput: Bool, _ isSent: Bool) {
        let line = asks ? "Expect: 100-continue\r\n" : ""
        var machine = begun(octets("POST / HTTP/1.1\r\nHost: a\r\n\(line)Content-Length: 5\r\n\r\n"))
        let acceptance = machine.takeBody(bodyBytesMax: 5, hasInput: hasInput, now: 0)
        if case .sendContinue = acceptance { #expect(isSent) } else { #expect(!isSent) }
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", ConnectionNote.none),
        ("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", .close), ("GET / HTTP/1.0\r\n\r\n", .close),
        ("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", .keepAlive),
        // The body was not read: it would be taken for the next request.
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n", .close),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", .close),
    ]) func `an answer to the head alone says whether it goes on`(_ text: String, _ note: ConnectionNote) {
        var machine = begun(octets(text))
        #expect(machine.beginResponse(now: 0) == note)
        #expect(machine.endResponse(now: 0) == (note == .close ? .linger : .read))
        #expect(feed(&machine, get) == (note == .close ? "more" : "head"))
    }

    @Test func `the last of the allowed requests closes`() {
        var limits = HTTPLimits()
        #expect(limits.requestsPerConnectionMax == 10_000)
        limits.requestsPerConnectionMax = 3
        var machine = ConnectionMachine(limits: limits, now: 0)
        for count in 1...3 {
            #expect(feed(&machine, get) == "head")
            #expect(machine.beginResponse(now: 0) == (count < 3 ? .none : .close))
            #expect(machine.endResponse(now: 0) == (count < 3 ? .read : .linger))
        }
        #expect(feed(&machine, get) == "more", "what comes after the last is dropped")
    }

    @Test func `a body that is given up is freed, and nothing more of it is read`() {
        var machine = begun(post)
        _ = machine.takeBody(bodyBytesMax: 5, hasInput: true, now: 1)
        #expect(feed(&machine, octets("he")) == "more")
        #expect(machine.bodyStorageBytes == 5)
        machine.abandon(now: 2)
        #expect(machine.bodyBytes == 0)
        #expect(machine.bodyStorageBytes == 0)
        #expect(machine.beginResponse(now: 3) == .close)
        #expect(machine.endResponse(now: 3) == .linger)
        #expect(feed(&machine, octets("llo")) == "more")
        #expect(machine.bodyBytes == 0)
    }

    @Test func `a refusal is the last answer`() {
        var machine = ConnectionMachine(now: 0)
        #expect(feed(&machine, octets("GET / HTTP/1.1\n")) == "refused 400")
        #expect(feed(&machine, get) == "busy")
        #expect(machine.beginResponse(now: 0) == .close)
        #expect(machine.endResponse(now: 0) == .linger)
        #expect(feed(&machine, get) == "more")
    }

    @Test func `a refusal after the head of a HEAD has no content`() {
        var machine = ConnectionMachine(now: 0)
        #expect(feed(&machine, octets("HEAD / HTTP/1.1\r\nHost : a\r\n")) == "refused 400")
        #expect(machine.isHead)
        #expect(!begun(get).isHead)
    }

    @Test(arguments: [
        // Nothing came: closed without a word. Empty lines are nothing.
        ("", 15, ConnectionMachine.Expiry.close), ("\r\n", 15, .close),
        ("G", 10, .refused(HTTPRefusal(408, "The request took too long to arrive."))),
        ("GET / HTTP/1.1\r\nHost: a\r\n", 10, .refused(HTTPRefusal(408, "The request took too long to arrive."))),
    ]) func `a head has a deadline from its first byte`(
        _ text: String, _ seconds: UInt64, _ expiry: ConnectionMachine.Expiry
    ) {
        var machine = begun(octets(text))
        #expect(machine.deadline == seconds * Self.second)
        _ = feed(&machine, [], at: 5 * Self.second)
        #expect(machine.deadline == seconds * Self.second, "more bytes do not move it")
        #expect(machine.expire(now: seconds * Self.second - 1) == .wait)
        #expect(machine.expire(now: seconds * Self.second) == expiry)
    }

    @Test func `a body has a deadline in all`() {
        var machine = begun(post)
        _ = machine.takeBody(bodyBytesMax: 5, hasInput: true, now: 0)
        for byte in 1...4 { #expect(feed(&machine, [65], at: UInt64(byte) * 7 * Self.second) == "more") }
        #expect(machine.expire(now: 30 * Self.second - 1) == .wait)
        guard case .refused(let refusal) = machine.expire(now: 30 * Self.second) else {
            Issue.record("it is refused")
            return
        }
        #expect(refusal.status == 408)
        #expect(machine.beginResponse(now: 0) == .close)
    }

    @Test func `a handler has a deadline`() {
        var machine = begun(get)
        _ = machine.takeBody(bodyBytesMax: 0, hasInput: false, now: 0)
        #expect(machine.expire(now: 60 * Self.second - 1) == .wait)
        #expect(machine.expire(now: 60 * Self.second) == .refused(HTTPRefusal(503, "The answer took too long.")))
    }

    @Test func `a slow reader is cut after ten seconds without progress`() {
        var machine = begun(get)
        _ = machine.beginResponse(now: 0)
        #expect(machine.expire(now: 10 * Self.second - 1) == .wait)
        machine.progressed(now: 9 * Self.second)
        #expect(machine.expire(now: 19 * Self.second - 1) == .wait)
        #expect(machine.expire(now: 19 * Self.second) == .close)
    }

    @Test func `lingering ends with the time or the bytes`() {
        var limits = HTTPLimits()
        limits.lingerBytesMax = 10
        var machine = begun(octets("\n"), limits: limits)
        #expect(machine.beginResponse(now: 0) == .close)
        #expect(machine.endResponse(now: 0) == .linger)
        #expect(machine.deadline == 2 * Self.second)
        #expect(feed(&machine, [UInt8](repeating: 65, count: 9)) == "more")
        #expect(feed(&machine, [65]) == "close")
        #expect(machine.phase == .closed)
        #expect(machine.deadline == nil)
    }

    @Test func `the end of input closes what is unfinished and leaves what is finished`() {
        var idle = ConnectionMachine(now: 0)
        #expect(idle.endInput() == true)
        var inHead = begun(octets("GET /"))
        #expect(inHead.endInput() == true)
        var inBody = begun(post)
        _ = inBody.takeBody(bodyBytesMax: 5, hasInput: true, now: 0)
        #expect(inBody.endInput() == true)
        #expect(feed(&inBody, octets("hello")) == "close", "the handler never runs")
        var finished = begun(get)
        _ = finished.takeBody(bodyBytesMax: 0, hasInput: false, now: 0)
        #expect(finished.endInput() == false)
        #expect(finished.beginResponse(now: 0) == .none)
    }

    @Test func `draining closes what is idle and lets the rest be answered`() {
        var idle = ConnectionMachine(now: 0)
        #expect(idle.drain() == true)
        var busy = begun(get)
        #expect(busy.drain() == false)
        #expect(busy.beginResponse(now: 0) == .close)
        var inHead = begun(octets("GET /"))
        #expect(inHead.drain() == false)
        #expect(feed(&inHead, octets(" HTTP/1.1\r\nHost: a\r\n\r\n")) == "head")
        #expect(inHead.beginResponse(now: 0) == .close)
    }

    @Test func `deadlines at the end of time do not overflow`() {
        #expect(ConnectionMachine(now: .max).deadline == .max)
    }
}
