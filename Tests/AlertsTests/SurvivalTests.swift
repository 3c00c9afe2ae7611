import Glibc
import HTTPClient
import Platform
import Synchronization
import TestDisk
import Testing
import UTCTime

@testable import Alerts

@Suite struct `What was told survives` {
    /// An office whose journal has every kind of line.
    private func filled() async throws -> Office {
        let office = Office(
            Receiver { _, request in ClientResponse(status: request.url.contains("slack") ? 410 : 200) })
        let desk = try office.desk()
        desk.setTargets([.slack, .webhook])
        desk.raise([.once("a\tb\n\\"), .once("c"), .once("gone", kind: .booksTrouble)])
        await desk.untilNothingIsOwed()
        _ = try await desk.acknowledge(try #require(desk.alerts().last).id, by: "ann\t")
        desk.clear("gone")
        office.isTrue.withLock { $0 = false }
        desk.raise([.once("withdrawn")])
        await desk.untilNothingIsOwed()
        await desk.close()
        return office
    }

    @Test func `a restart, and a journal begun anew`() async throws {
        let office = try await filled()
        let before = try office.desk().state.withLock { $0.books }
        #expect(before.alerts.count == 4 && before.claims["gone"] == nil && before.claims["withdrawn"] == nil)
        let file = try #require(office.disk.contents("/books/state/alerts.journal"))
        #expect(AlertLoad(reading: file).problems.isEmpty)
        // A journal begun anew says the same.
        let desk = try office.desk()
        desk.state.withLock { $0.isAhead = true }
        desk.clear("c")
        await desk.settled()
        var expected = before
        expected.apply(.cleared(key: "c"), at: office.now)
        #expect(try office.desk().state.withLock { $0.books } == expected)
        #expect(office.log.allSatisfy { !$0.contains("cannot be read") })
    }

    @Test func `a file cut at every byte: the lines before count and it goes on`() async throws {
        let office = try await filled()
        let bytes = try #require(office.disk.contents("/books/state/alerts.journal"))
        var lines = 0
        for size in 0...bytes.count {
            if size > 0, bytes[size - 1] == 0x0A { lines += 1 }
            let load = AlertLoad(reading: Array(bytes[..<size]))
            #expect(load.problems.isEmpty && load.next == lines + 1)
        }
        for size in stride(from: 0, through: bytes.count, by: 41) {
            let other = Office()
            _ = try other.desk()
            other.disk.setContents("/books/state/alerts.journal", Array(bytes[..<size]))
            let desk = try other.desk()
            desk.raise([.once("new")])
            await desk.settled()
            #expect(desk.alerts().contains { $0.content.title == "About new" })
            #expect(try other.desk().alerts() == desk.alerts())
        }
    }

    @Test func `a damaged line is named, kept aside and passed over`() async throws {
        let office = try await filled()
        var bytes = try #require(office.disk.contents("/books/state/alerts.journal"))
        let line = try #require(bytes.firstIndex(of: 0x0A)) + 12
        bytes[line] ^= 1
        office.disk.setContents("/books/state/alerts.journal", bytes)
        let desk = try office.desk()
        #expect(desk.alerts().count == 3)
        #expect(office.log.contains { $0.contains("cannot be read") && $0.contains("alerts.journal:2") })
        #expect(office.disk.paths.contains { $0.hasSuffix(".damaged") })
        #expect(AlertLoad(reading: try #require(office.disk.contents("/books/state/alerts.journal"))).problems.isEmpty)
    }

    // Every call of the disk fails once; then the process is gone, or the power.
    @Test(arguments: [ENOSPC, EIO, 0])
    func `a failing disk: nothing is sent that is not claimed, nothing twice`(code: CInt) async throws {
        for failing in 1...14 {
            let receiver = Receiver()
            let office = Office(receiver, seed: UInt64(failing))
            let desk = try office.desk()
            desk.setTargets([.webhook])
            let call = office.disk.calls + failing
            office.disk.setFault(FakeDisk.Fault(calls: call...call, code: code))
            for _ in 0..<4 { desk.raise([.once("a"), .once("b")]) }
            await desk.untilNothingIsOwed()
            office.disk.setFault(nil)
            desk.raise([.once("a"), .once("b")])
            await desk.untilNothingIsOwed()
            await desk.close()
            #expect(receiver.requests.count == 2, "call \(failing) failed")
            var random = SeededGenerator(seed: UInt64(failing))
            office.disk.cutPower(&random)
            let again = try office.desk()
            again.setTargets([.webhook])
            again.raise([.once("a"), .once("b")])
            await again.untilNothingIsOwed()
            await again.close()
            let ids = receiver.requests.map { $0.fields["webhook-id"] ?? "" }
            // Where the record of a sending was lost with the power, it comes again under the same id.
            #expect(Set(ids).count == 2, "call \(failing) failed")
        }
    }

    @Test func `the process killed at every call of the disk: each alert arrives, a double only under its own id`()
        async throws
    {
        for killing in 1...12 {
            let receiver = Receiver()
            let office = Office(receiver, seed: UInt64(killing))
            let desk = try office.desk()
            desk.setTargets([.webhook])
            let call = office.disk.calls + killing
            // From this call on nothing reaches the disk.
            office.disk.setFault(FakeDisk.Fault(calls: call...(call + 10_000), code: EIO))
            desk.raise([.once("a"), .once("b")])
            await desk.settled()
            office.disk.kill()
            await desk.close()
            let before = receiver.requests.count
            let again = try office.desk()
            again.setTargets([.webhook])
            again.raise([.once("a"), .once("b")])
            await again.untilNothingIsOwed()
            await again.close()
            let ids = receiver.requests.map { $0.fields["webhook-id"] ?? "" }
            #expect(Set(ids).count == 2 && ids.count <= 2 + before, "killed at call \(killing)")
        }
    }

    @Test func `a full disk is told although it cannot be claimed there, once`() async throws {
        let receiver = Receiver()
        let office = Office(receiver)
        let desk = try office.desk()
        desk.setTargets([.slack])
        office.disk.fail(next: 1000, code: ENOSPC)
        for _ in 0..<3 { desk.raise([.once("disk", kind: .booksTrouble), .once("other")]) }
        await desk.untilNothingIsOwed()
        #expect(receiver.requests.count == 1)
        #expect(desk.failure != nil)
        office.disk.setFault(nil)
        desk.raise([.once("disk", kind: .booksTrouble), .once("other")])
        await desk.untilNothingIsOwed()
        await desk.close()
        #expect(receiver.requests.count == 2 && desk.failure == nil)
        #expect(try office.desk().alerts().count == 2)
        #expect(office.log.count { $0.contains("cannot be written") } == 1)
    }

    @Test func `a journal that has grown is begun anew`() async throws {
        var limits = AlertLimits()
        limits.compactionBytes = 2000
        limits.alertsMax = 5
        let office = Office(limits: limits)
        let desk = try office.desk()
        for number in 0..<200 {
            desk.raise([.once("n\(number)")])
            await desk.settled()
            desk.clear("n\(number)")
        }
        await desk.settled()
        #expect(desk.alerts().count <= 12)
        #expect(try #require(office.disk.contents("/books/state/alerts.journal")).count < 10_000)
    }
}
