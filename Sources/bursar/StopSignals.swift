import Dispatch
import Glibc
import Synchronization

/// SIGTERM and SIGINT: the first asks for an orderly stop, the second ends the process at once.
final class StopSignals: Sendable {
    private struct State {
        var first: String?
        var waiter: CheckedContinuation<String, Never>?
    }

    private let state = Mutex(State())

    /// Begins to listen.
    init() {
        for (number, name) in [(SIGTERM, "SIGTERM"), (SIGINT, "SIGINT")] {
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            // The handler holds its own source: signals are listened to for as long as the process lives.
            source.setEventHandler { withExtendedLifetime(source) { self.arrived(name, number) } }
            source.resume()
        }
    }

    /// Waits for the first signal and returns its name. Called once.
    func first() async -> String {
        await withCheckedContinuation { continuation in
            let name = state.withLock { state -> String? in
                if state.first == nil { state.waiter = continuation }
                return state.first
            }
            if let name { continuation.resume(returning: name) }
        }
    }

    private func arrived(_ name: String, _ number: CInt) {
        let (isSecond, waiter) = state.withLock { state -> (Bool, CheckedContinuation<String, Never>?) in
            guard state.first == nil else { return (true, nil) }
            state.first = name
            defer { state.waiter = nil }
            return (false, state.waiter)
        }
        if isSecond { _exit(128 + number) }
        waiter?.resume(returning: name)
    }
}

/// SIGHUP: asks for the settings to be read again.
enum ReloadSignal {
    /// Calls `body` at each signal for as long as the process lives, one call at a time.
    static func listen(_ body: @escaping @Sendable () -> Void) {
        let source = DispatchSource.makeSignalSource(signal: SIGHUP, queue: DispatchQueue(label: "bursar.reload"))
        // The handler holds its own source, as above.
        source.setEventHandler { withExtendedLifetime(source) { body() } }
        source.resume()
    }
}
