import Demo
import Faults
import Foundation
import HTTPServer
import HTTPWire
import JSON
import Testing

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
    ])
    func `one failure is survived: a certain one for nothing, an uncertain one with its hold kept`(
        _ ending: Ending
    ) async throws {
        let model = ScriptedModel { _ in .answer() }
        try model.start()
        let relay = try FaultyRelay(
            to: try #require(Int(model.url.split(separator: ":").last ?? "")),
            plan: FaultPlan { $0.number == 0 ? ending.fault : .none })
        let stage = try Stage(settings: ["ANTHROPIC_BASE_URL": relay.url])
        try await stage.label(Self.mergeRequest)
        #expect(model.calls.count == ending.calls)
        let notes = stage.gitlab.notes(of: Self.mergeRequest)
        #expect(notes.count == 1 && notes[0].body.contains("Looks good."))
        #expect(try stage.rows().count == 1)
        let held = try await stage.stats()["held_tokens"]?.integer ?? -1
        #expect(ending.isHeld ? held > 8192 : held == 0)
        #expect(try stage.keptAnswers.isEmpty)
        try await stage.strike()
        relay.stop()
        model.stop()
    }

    @Test(arguments: [Fault.dropAfter, .cut, .errorAfterEffect(504)])
    func `two calls of unknown outcome are told, with what stays held, and there is no third`(
        _ fault: Fault
    ) async throws {
        let model = ScriptedModel { _ in .answer() }
        try model.start()
        let relay = try FaultyRelay(
            to: try #require(Int(model.url.split(separator: ":").last ?? "")), plan: FaultPlan { _ in fault })
        let stage = try Stage(
            settings: FallbackTests.ladder.merging(["ANTHROPIC_BASE_URL": relay.url]) { $1 })
        try await stage.label(Self.mergeRequest)
        #expect(model.calls.count == 2)
        let notes = stage.gitlab.notes(of: Self.mergeRequest)
        #expect(notes.count == 1 && notes[0].body.contains("Code Review Failed") && notes[0].body.contains("stay held"))
        #expect(try stage.rows().isEmpty)
        #expect(try await stage.stats()["held_tokens"]?.integer ?? 0 > 2 * 8192)
        try await stage.strike()
        relay.stop()
        model.stop()
    }
}
