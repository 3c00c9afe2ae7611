import Glibc
import Platform

/// A thread of its own for the loop: not one of a pool, since it waits for as long as the server runs.
enum LoopThread {
    private final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Runs `body` on a new thread.
    static func start(_ body: @escaping @Sendable () -> Void) throws(POSIXFailure) {
        // The box is retained here and released by the thread, once; when there is no thread, below.
        let box = Unmanaged.passRetained(Body(body))
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { pointer in
                guard let pointer else { return nil }
                Unmanaged<Body>.fromOpaque(pointer).takeRetainedValue().run()
                return nil
            }, box.toOpaque())
        guard code == 0 else {
            box.release()
            throw POSIXFailure("pthread_create", code: code)
        }
        pthread_detach(thread)
    }
}
