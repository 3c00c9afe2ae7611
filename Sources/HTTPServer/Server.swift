import Dispatch
import HTTPWire
public import Platform
import Synchronization

/// An HTTP/1.1 server: routes in front, one thread behind.
public final class Server: Sendable {
    private enum State {
        case new
        case running(Mailbox)
        case stopped
    }

    private let router: Router
    private let limits: ServerLimits
    private let time: TimeSource
    private let log: Log
    private let counters = ServerCounters()
    private let state = Mutex(State.new)
    /// Has the thread in it while it runs.
    private let thread = DispatchGroup()

    /// A server of `routes` that is not started.
    public init(routes: [Route], limits: ServerLimits = ServerLimits(), time: TimeSource = .system, log: Log) {
        router = Router(routes)
        self.limits = limits
        self.time = time
        self.log = log
    }

    /// What was done so far; may be asked from any thread.
    public var statistics: ServerStatistics { counters.statistics }

    /// Listens and serves, on a thread of its own.
    ///
    /// - Parameters:
    ///   - host: IPv4, IPv6, or a name; all addresses of a name are listened at.
    ///   - port: 0 lets the system choose one.
    /// - Returns: the port.
    /// - Throws: `ListeningFailure`, `POSIXFailure`; `ServerError.startedBefore` the second time.
    public func start(host: String, port: Int) throws -> Int {
        try state.withLock { state in
            guard case .new = state else { throw ServerError.startedBefore }
            let listeners = try ListeningSocket.listen(host: host, port: port, backlog: limits.backlog)
            let mailbox = try Mailbox()
            Allocator.returnsLargeStorage()
            let bound = listeners.first?.socket.address.port ?? port
            // The loop must be the only owner of the listeners, or they stay open when it stops.
            try startThread(mailbox, Handover(listeners))
            state = .running(mailbox)
            return bound
        }
    }

    private func startThread(_ mailbox: Mailbox, _ handover: Handover) throws(POSIXFailure) {
        thread.enter()
        do throws(POSIXFailure) {
            try LoopThread.start { [self] in
                EventLoop(
                    router: router, limits: limits, time: time, log: log, mailbox: mailbox, counters: counters,
                    listeners: handover.take()
                ).run()
                thread.leave()
            }
        } catch {
            thread.leave()
            throw error
        }
    }

    /// Takes no more connections, answers what is in hand with `Connection: close`, closes what is idle; after
    /// `graceSeconds` closes the rest. Returns when all is closed.
    ///
    /// May be called more than once and from any thread but the server's own: not from a handler that answers at once.
    public func stop(graceSeconds: Int = 10) {
        let grace = UInt64(clamping: graceSeconds).multipliedReportingOverflow(by: 1_000_000_000)
        let (deadline, overflow) = time.monotonicNanoseconds().addingReportingOverflow(
            grace.overflow ? .max : grace.partialValue)
        state.withLock { state in
            if case .running(let mailbox) = state { mailbox.put(.stop(deadline: overflow ? .max : deadline)) }
            state = .stopped
        }
        thread.wait()
    }
}

/// Gives the listeners to the thread that will own them alone.
private final class Handover: Sendable {
    private let listeners: Mutex<[ListeningHandle]>

    init(_ listeners: [ListeningHandle]) { self.listeners = Mutex(listeners) }

    func take() -> [ListeningHandle] {
        listeners.withLock { listeners in
            defer { listeners = [] }
            return listeners
        }
    }
}

/// Why a server was not started.
public enum ServerError: Error, CustomStringConvertible {
    /// A server serves once; make another.
    case startedBefore

    /// What to do.
    public var description: String { "this server was started before; make a new one to serve again" }
}
