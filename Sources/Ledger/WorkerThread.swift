import Glibc

/// A thread of its own: writing to a disk may take long, and the cooperative pool is only as wide as the machine.
struct WorkerThread: Sendable {
    private let handle: pthread_t?

    /// Starts `body` on a new thread. Nothing runs when the system has no thread to give: see `isRunning`.
    init(_ body: @escaping @Sendable () -> Void) {
        let box = Unmanaged.passRetained(Body(body))
        var handle = pthread_t()
        let result = pthread_create(
            &handle, nil,
            { argument in
                if let argument { Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run() }
                return nil
            }, box.toOpaque())
        if result != 0 {
            box.release()
            self.handle = nil
            return
        }
        self.handle = handle
    }

    var isRunning: Bool { handle != nil }

    /// Waits until the body has returned.
    func join() { if let handle { pthread_join(handle, nil) } }

    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }
}
