import Demo
import Faults
import Foundation
import HTTPServer
import HTTPWire
import JSON
import Testing
import UTCTime

/// A model behind a network that fails: each failure ends in the right note, row and hold.
@Suite struct BrokenCallTests {
    static let mergeRequest = StandInMergeRequest.workingDay[0]

    /// What is left when the first call met `fault` and the next ones did not.
    struct Ending: Sendable, CustomTestStringConvertible {
        let fault: Fault
        /// Calls that the model heard of.
        let calls: Int
        /// Whether the tokens of the first call stay held.
        let isHeld: Bool
        var testDescription: String { "\(fault)" }
    }

    @Test(arguments: [
        Ending(fault: .error(529), calls: 1, isHeld: false), Ending(fault: .error(503), calls: 1, isHeld: false),
        Ending(fault: .tooManyRequests(retryAfterSeconds: 1), calls: 1, isHeld: false),
        Ending(fault: .error(500), calls: 1, isHeld: false),
        // A gateway that gave up waiting, and connections that broke on the way back: it may have been charged.
        Ending(fault: .errorAfterEffect(504), calls: 2, isHeld: true),
        Ending(fault: .errorAfterEffect(502), calls: 2, isHeld: true),
        Ending(fault: .dropAfter, calls: 2, isHeld: true),
        Ending(fault: .cut, calls: 2, isHeld: true),
        // Silence until the deadline: nobody knows what the model did.
        Ending(fault: .hang, calls: 1, isHeld: true), Ending(fault: .hangAfterEffect, calls: 2, isHeld: true),
    ])
    func `one failure is survived: a certain one for nothing, an uncertain one with its hold kept`(
        _ ending: Ending
    ) async throws {
        let model = ScriptedModel { _ in .answer() }
        try model.start()
        let relay = try FaultyRelay(
            to: try #require(Int(model.url.split(separator: ":").last ?? "")),
            plan: FaultPlan { $0.number == 0 ? ending.fault : .none })
        let isSilent = ending.fault == .hang || ending.fault == .hangAfterEffect
        let stage = try Stage(settings: ["ANTHROPIC_BASE_URL": relay.url], hurriedCalls: isSilent ? 1 : 0)
        try await stage.label(Self.mergeRequest)
        #expect(model.calls.count == ending.calls)
        let notes = stage.gitlab.notes(of: Self.mergeRequest)
        #expect(notes.count == 1 && notes[0].body.contains("Looks good."))
        #expect(try stage.rows().count == 1)
        let held = try await stage.stats()["held_tokens"]?.integer ?? -1
        #expect(ending.isHeld ? held > 8192 : held == 0)
        #expect(try stage.keptAnswers.isEmpty)
        if isSilent {
            #expect(stage.log.all.contains { $0.contains("The model did not answer in time.") })
            // What is not known to be spent is held until the budget begins anew, and not a moment less.
            stage.clock.advance(to: try #require(Instant("2026-03-10T23:59:59Z")))
            #expect(try await stage.stats()["held_tokens"]?.integer == held)
            stage.clock.advance(to: try #require(Instant("2026-03-11T00:00:01Z")))
            #expect(try await stage.stats()["held_tokens"] == 0)
        }
        try await stage.strike()
        relay.stop()
        model.stop()
    }

    @Test(arguments: [Fault.dropAfter, .cut, .errorAfterEffect(504), .hang, .hangAfterEffect])
    func `two calls of unknown outcome are told, with what stays held, and there is no third`(
        _ fault: Fault
    ) async throws {
        let model = ScriptedModel { _ in .answer() }
        try model.start()
        let relay = try FaultyRelay(
            to: try #require(Int(model.url.split(separator: ":").last ?? "")), plan: FaultPlan { _ in fault })
        let stage = try Stage(
            settings: FallbackTests.ladder.merging(["ANTHROPIC_BASE_URL": relay.url]) { $1 },
            hurriedCalls: fault == .hang || fault == .hangAfterEffect ? 3 : 0)
        try await stage.label(Self.mergeRequest)
        #expect(model.calls.count == (fault.reachesServer ? 2 : 0))
        let notes = stage.gitlab.notes(of: Self.mergeRequest)
        #expect(notes.count == 1 && notes[0].body.contains("Code Review Failed") && notes[0].body.contains("stay held"))
        #expect(try stage.rows().isEmpty)
        #expect(try await stage.stats()["held_tokens"]?.integer ?? 0 > 2 * 8192)
        try await stage.strike()
        relay.stop()
        model.stop()
    }
}
