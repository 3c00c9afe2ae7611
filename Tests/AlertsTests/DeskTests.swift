import Glibc
import HTTPClient
import Platform
import Synchronization
import TestDisk
import Testing
import UTCTime

@testable import Alerts

@Suite struct `An alert arrives once` {
    @Test func `at each target, whatever the rules find again`() async throws {
        let receiver = Receiver()
        let office = Office(receiver)
        let desk = try office.desk()
        desk.setTargets([.slack, .webhook])
        for _ in 0..<3 { desk.raise([.once("a"), .once("b")]) }
        await desk.untilNothingIsOwed()
        #expect(receiver.requests.count == 4)
        #expect(desk.alerts().map(\.content.title) == ["About b", "About a"])
        #expect(office.raised.withLock { $0.count } == 2)
        await desk.close()
        // And after a restart.
        let again = try office.desk()
        again.setTargets([.slack, .webhook])
        again.raise([.once("a")])
        await again.untilNothingIsOwed()
        await again.close()
        #expect(receiver.requests.count == 4 && again.alerts().count == 2)
    }

    @Test func `claimed on the disk before it is sent`() async throws {
        let journals = Mutex<[String]>([])
        let disk = Mutex<FakeDisk?>(nil)
        let journal: @Sendable () -> String = {
            let bytes = disk.withLock { $0 }?.contents("/books/state/alerts.journal") ?? []
            return String(decoding: bytes, as: UTF8.self)
        }
        let receiver = Receiver { _, _ in
            journals.withLock { $0.append(journal()) }
            return ClientResponse(status: 200)
        }
        let office = Office(receiver)
        disk.withLock { $0 = office.disk }
        let desk = try office.desk()
        desk.setTargets([.slack])
        desk.raise([.once("a")])
        await desk.untilNothingIsOwed()
        await desk.close()
        let before = try #require(journals.withLock { $0 }.first)
        #expect(before.contains("\traised\t") && !before.contains("\tsent\t"))
        #expect(journal().contains("\tsent\t"))
    }

    @Test func `after failures, silence and a wait that was asked for`() async throws {
        let receiver = Receiver { number, _ in
            switch number {
            case 1: ClientResponse(status: 500)
            case 2: nil
            case 3: ClientResponse(status: 429, fields: ["Retry-After": "77"])
            default: ClientResponse(status: 200)
            }
        }
        let office = Office(receiver)
        let desk = try office.desk()
        desk.setTargets([.webhook])
        desk.raise([.once("a")])
        await desk.untilNothingIsOwed()
        await desk.close()
        #expect(receiver.requests.count == 4)
        #expect(Set(receiver.requests.map { $0.fields["webhook-id"] }).count == 1)
        #expect(Set(receiver.requests.map(\.body)).count == 1)
        #expect(office.slept.withLock { $0 }.last == 77)
        #expect(desk.failureCounts == ["webhook": 3])
    }

    @Test func `one target that is down does not hold up the other`() async throws {
        let receiver = Receiver { _, request in
            request.url.contains("slack") ? nil : ClientResponse(status: 200)
        }
        let office = Office(receiver)
        let desk = try office.desk()
        desk.setTargets([.slack, .webhook])
        desk.raise([.once("a"), .once("b")])
        await desk.settled()
        for _ in 0..<5000 where receiver.requests.count(where: { $0.url.contains("hook.test") }) < 2 {
            try await Task.sleep(for: .milliseconds(1))
        }
        #expect(receiver.requests.count { $0.url.contains("hook.test") } == 2)
        await desk.close()
    }

    @Test(arguments: [410, 400])
    func `or is given up aloud, and the other targets hear of it`(status: Int) async throws {
        let receiver = Receiver { _, request in
            ClientResponse(status: request.url.contains("slack") ? status : 200)
        }
        let office = Office(receiver)
        let desk = try office.desk()
        desk.setTargets([.slack, .webhook])
        desk.raise([.once("a")])
        for _ in 0..<5000 where desk.alerts().count < 2 { try await Task.sleep(for: .milliseconds(1)) }
        await desk.untilNothingIsOwed()
        await desk.close()
        #expect(receiver.requests.count { $0.url.contains("slack") } == 1)
        #expect(desk.alerts().first?.content.title == "Alerts do not reach slack")
        #expect(office.log.contains { $0.contains("an alert is given up") && !$0.contains("services") })
    }

    @Test func `tried so often and no more`() async throws {
        var limits = AlertLimits()
        limits.triesMax = 3
        let receiver = Receiver { _, _ in ClientResponse(status: 503) }
        let desk = try Office(receiver, limits: limits).desk()
        desk.setTargets([.slack])
        desk.raise([.once("a")])
        await desk.untilNothingIsOwed()
        await desk.close()
        #expect(receiver.requests.count == 3)
    }

    @Test(arguments: [4, 5, 40])
    func `or is not sent where too many wait, which is told once, and once more when it is over`(count: Int)
        async throws
    {
        var limits = AlertLimits()
        limits.owedMax = 4
        let target = SlowTarget()
        let office = Office(target, limits: limits)
        let desk = try office.desk()
        desk.setTargets([.slack])
        desk.raise((1...count).map { .once("a \($0)") })
        await desk.settled()
        func lines(_ words: String) -> [String] { office.log.filter { $0.contains(words) } }
        #expect(lines("too many alerts wait").count == (count > 4 ? 1 : 0))
        #expect(lines("fewer alerts wait").isEmpty)
        target.isReady.withLock { $0 = true }
        await desk.untilNothingIsOwed()
        await desk.close()
        #expect(lines("too many alerts wait").count == (count > 4 ? 1 : 0))
        #expect(lines("fewer alerts wait").count == (count > 4 ? 1 : 0))
        if count > 4 { #expect(lines("fewer alerts wait")[0].contains("not_sent=\(count - 4)")) }
        #expect(desk.alerts().count == count)
    }

    @Test func `and none that is a day old`() async throws {
        let receiver = Receiver { _, _ in ClientResponse(status: 503) }
        let desk = try Office(receiver).desk()
        desk.setTargets([.slack])
        desk.raise([.once("a")])
        await desk.untilNothingIsOwed()
        await desk.close()
        // 5 s doubled to a quarter of an hour makes a day in about a hundred tries.
        #expect(90...140 ~= receiver.requests.count)
    }
}

@Suite struct `What is not so any more` {
    @Test func `is not sent, and told when it comes again`() async throws {
        let receiver = Receiver()
        let office = Office(receiver)
        office.isTrue.withLock { $0 = false }
        let desk = try office.desk()
        desk.setTargets([.slack, .webhook])
        for _ in 0..<20 {
            desk.raise([.once("a")])
            await desk.untilNothingIsOwed()
            #expect(receiver.requests.isEmpty && desk.alerts().isEmpty)
        }
        office.isTrue.withLock { $0 = true }
        desk.raise([.once("a")])
        await desk.untilNothingIsOwed()
        #expect(receiver.requests.count == 2 && desk.alerts().count == 1)
        await desk.close()
        #expect(try office.desk().alerts().count == 1)
    }

    @Test func `is told again after it has ended`() async throws {
        let desk = try Office().desk()
        desk.raise([.once("disk")])
        desk.raise([.once("disk")])
        await desk.settled()
        #expect(desk.alerts().count == 1)
        desk.clear("disk")
        desk.raise([.once("disk")])
        await desk.settled()
        #expect(desk.alerts().count == 2)
    }
}

@Suite struct `People` {
    @Test func `say that they have seen an alert, once, and it is remembered`() async throws {
        let office = Office()
        let desk = try office.desk()
        desk.raise([.once("a"), .once("b")])
        await desk.settled()
        let id = try #require(desk.alerts().first).id
        #expect(try await desk.acknowledge(id, by: "ann").acknowledgement?.author == "ann")
        #expect(try await desk.acknowledge(id, by: "bob").acknowledgement?.author == "ann")
        #expect(desk.unreadCount == 1 && desk.alerts(unreadOnly: true).map(\.content.title) == ["About a"])
        await #expect(throws: AlertError.unknown("x")) { _ = try await desk.acknowledge("x", by: "ann") }
        #expect(try office.desk().unreadCount == 1)
        office.disk.fail(next: 20, code: ENOSPC)
        let other = try #require(desk.alerts(unreadOnly: true).first).id
        await #expect(throws: AlertError.self) { _ = try await desk.acknowledge(other, by: "ann") }
        #expect(desk.unreadCount == 1)
    }

    @Test func `who look on hear of each change`() async throws {
        let seen = Seen()
        let desk = try Office().desk()
        let observer = desk.observe { seen.add($0) }
        desk.raise([.once("a")])
        await desk.settled()
        let id = try #require(desk.alerts().first).id
        _ = try await desk.acknowledge(id, by: "ann")
        desk.stopObserving(observer)
        desk.raise([.once("b")])
        await desk.settled()
        #expect(seen.words == ["raised", "changed"])
    }

    @Test func `keep alerts as long as the logs, and so many at most`() async throws {
        var limits = AlertLimits()
        limits.keptDays = 10
        limits.alertsMax = 3
        let office = Office(limits: limits)
        let desk = try office.desk()
        desk.raise([.once("old")])
        await desk.settled()
        office.wait(11 * 86_400)
        desk.raise((1...5).map { .once("new \($0)") })
        await desk.settled()
        _ = try await desk.acknowledge(try #require(desk.alerts().first).id, by: "ann")
        desk.tidy()
        await desk.settled()
        // The acknowledged one goes before older ones that nobody has seen.
        #expect(desk.alerts().map(\.content.title) == ["About new 4", "About new 3", "About new 2"])
        // What was told stays told.
        desk.raise([.once("old")])
        await desk.settled()
        #expect(desk.alerts().count == 3)
    }
}

final class Seen: Sendable {
    private let list = Mutex<[String]>([])
    var words: [String] { list.withLock { $0 } }
    func add(_ change: AlertDeskChange) {
        let word =
            switch change {
            case .raised: "raised"
            case .changed: "changed"
            case .removed: "removed"
            }
        list.withLock { $0.append(word) }
    }
}

/// Takes its time to answer until it is ready.
private final class SlowTarget: HTTPTransport {
    let isReady = Mutex(false)

    func send(_ request: ClientRequest) async throws(HTTPClientError) -> ClientResponse {
        while !isReady.withLock({ $0 }) { try? await Task.sleep(for: .milliseconds(1)) }
        return ClientResponse(status: 200)
    }
}
