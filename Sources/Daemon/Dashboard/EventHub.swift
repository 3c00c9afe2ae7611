import Dispatch
import HTTPServer
import Synchronization
import UTCTime

/// Tells open pages that something changed: server-sent events (HTML standard, 9.2) without content, for the page that is
/// told fetches itself again and so shows what it may.
///
/// Somebody who listens is told within `lookMilliseconds`; while nobody does, nothing is looked at.
final class EventHub: Sendable {
    /// One page that listens.
    private struct Listener {
        let stream: ResponseStream
        let endsAt: Instant?
    }

    private struct State {
        var listeners: [Listener] = []
        var seen: [UInt64] = []
        var number: UInt64 = 0
        var looksSinceWord = 0
        var isTicking = false
    }

    /// How often is looked whether something changed.
    static let lookMilliseconds = 200
    /// Looks without news after which a comment goes out, so that proxies keep the connection: 15 seconds.
    static let looksUntilComment = 75

    private let now: @Sendable () -> Instant
    /// Numbers of which one is another after each change.
    private let signs: @Sendable () -> [UInt64]
    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "dashboard-events")

    /// A hub that goes by `signs`.
    init(now: @escaping @Sendable () -> Instant, signs: @escaping @Sendable () -> [UInt64]) {
        self.now = now
        self.signs = signs
    }

    /// Tells `stream` of every change until `endsAt`, or until it is closed.
    func add(_ stream: ResponseStream, endsAt: Instant?) {
        // The browser tries again after a second when the connection is lost.
        _ = stream.write(Array("retry: 1000\n\n".utf8))
        let mustStart = state.withLock { state in
            if state.listeners.isEmpty { state.seen = signs() }
            state.listeners.append(Listener(stream: stream, endsAt: endsAt))
            defer { state.isTicking = true }
            return !state.isTicking
        }
        if mustStart { tickLater() }
    }

    private func tickLater() {
        queue.asyncAfter(deadline: .now() + .milliseconds(Self.lookMilliseconds)) { [weak self] in self?.tick() }
    }

    private func tick() {
        let current = signs()
        let time = now()
        let isNeeded = state.withLock { state in
            state.listeners.removeAll { listener in
                if let endsAt = listener.endsAt, endsAt <= time { listener.stream.finish() }
                return listener.stream.isClosed || listener.endsAt.map { $0 <= time } ?? false
            }
            guard !state.listeners.isEmpty else {
                state.isTicking = false
                return false
            }
            var word: String?
            if current != state.seen {
                state.seen = current
                state.number += 1
                word = "event: change\nid: \(state.number)\ndata: \(state.number)\n\n"
            } else if state.looksSinceWord >= Self.looksUntilComment {
                word = ": here\n\n"
            }
            state.looksSinceWord = word == nil ? state.looksSinceWord + 1 : 0
            if let word {
                // Who does not take a few bytes is not there any more; a browser comes back by itself.
                for listener in state.listeners where listener.stream.write(Array(word.utf8)) == .full {
                    listener.stream.abort()
                }
            }
            return true
        }
        if isNeeded { tickLater() }
    }
}
