import Glibc
import HTTPServer
import HTTPWire
import Synchronization

/// Holds the answers of handlers back until a test lets them go.
final class Gate: Sendable {
    private struct State {
        var held: [@Sendable () -> Void] = []
        var isOpen = false
    }

    private let state = Mutex(State())

    /// Answers waiting.
    var heldCount: Int { state.withLock { $0.held.count } }

    func add(_ response: Response, _ responder: Responder) {
        let isOpen = state.withLock { state in
            if !state.isOpen { state.held.append { responder.send(response) } }
            return state.isOpen
        }
        if isOpen { responder.send(response) }
    }

    /// Lets all go, now and from now on.
    func open() {
        let held = state.withLock { state in
            defer { state = State(isOpen: true) }
            return state.held
        }
        held.forEach { $0() }
    }

    /// Waits until `count` answers wait; false after five seconds.
    func wait(for count: Int) -> Bool {
        for _ in 0..<5000 {
            if heldCount >= count { return true }
            usleep(1000)
        }
        return false
    }
}
