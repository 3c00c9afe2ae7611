public import Dispatch
import HTTPWire
import Synchronization

/// The content of one response, made while it is sent: a file too large for memory, or events as they happen.
///
/// At most `bytesMax` bytes wait here for the client. What to do when it is slow is the writer's choice: wait for room
/// (`pull`), or give the client up (`abort`), as with events that are worth nothing when they are late. A client that takes
/// none of what waits for `HTTPLimits.stallNanoseconds` is cut. When nothing waits, nothing is waited for: the stream may
/// be silent for hours; a line now and then keeps proxies from ending it, and finds out that a client is gone.
///
/// A stream that goes away before `finish` was called is aborted.
public final class ResponseStream: Sendable {
    /// What became of bytes.
    public enum Outcome: Sendable, Equatable {
        /// They are on their way.
        case taken
        /// They were not taken, for there is no room: others wait for the client.
        case full
        /// They were not taken, for nobody reads any more.
        case closed
    }

    private let buffer: StreamBuffer

    init(_ buffer: StreamBuffer) { self.buffer = buffer }

    deinit { buffer.end(.aborted) }

    /// Bytes that may wait for the client.
    public var bytesMax: Int { buffer.bytesMax }

    /// Whether nobody reads any more.
    public var isClosed: Bool { buffer.isClosed }

    /// Sends `bytes`, all or none. May be called from any thread, and never waits.
    ///
    /// More than `bytesMax` at once never fit.
    @discardableResult public func write(_ bytes: [UInt8]) -> Outcome { buffer.write(bytes) }

    /// Ends the content behind what was written.
    public func finish() { buffer.end(.finished) }

    /// Ends the connection so that the client knows that the content is not whole.
    public func abort() { buffer.end(.aborted) }

    /// Calls `body` once, when there is room for `count` bytes, or when nobody reads any more: at once if so now, else on
    /// the thread that serves all connections, so it must be short. A later call takes the place of one that still waits.
    public func whenThereIsRoom(for count: Int, _ body: @escaping @Sendable () -> Void) {
        buffer.whenThereIsRoom(for: count, body)
    }

    /// Sends what `next` makes, piece after piece as the client takes them, from `queue`. Nil ends the content; an error
    /// aborts it. A piece of more than `bytesMax` bytes does too, for it never fits.
    ///
    /// `next` is called by one thread at a time, and not again when nobody reads any more.
    public func pull(on queue: DispatchQueue = .global(), _ next: @escaping @Sendable () throws -> [UInt8]?) {
        queue.async { [self] in pump(queue, next, waiting: nil) }
    }

    private func pump(
        _ queue: DispatchQueue, _ next: @escaping @Sendable () throws -> [UInt8]?, waiting: [UInt8]?
    ) {
        var piece = waiting
        while true {
            do {
                guard let bytes = try piece ?? next() else { return finish() }
                switch bytes.count > bytesMax ? .closed : write(bytes) {
                case .taken: piece = nil
                case .closed: return abort()
                case .full:
                    return whenThereIsRoom(for: bytes.count) { [self] in
                        queue.async { [self] in pump(queue, next, waiting: bytes) }
                    }
                }
            } catch {
                return abort()
            }
        }
    }
}

/// What a writer has left for the loop, and what the loop has told him.
final class StreamBuffer: Sendable {
    /// How a content ends.
    enum End: Sendable { case finished, aborted }

    /// What there is for the loop to do.
    enum Portion {
        /// Send this.
        case bytes([UInt8])
        /// Nothing, until there is more.
        case nothing
        case end(End)
    }

    private struct State {
        var pending: [UInt8] = []
        /// Bytes that the loop has taken and not sent.
        var takenCount = 0
        var end: End?
        var isClosed = false
        /// Whether the loop has been asked to look and has not looked yet.
        var isAnnounced = false
        var waiting: (count: Int, body: @Sendable () -> Void)?

        var count: Int { pending.count + takenCount }
    }

    let key: RequestKey
    let bytesMax: Int
    /// Whether it ends by itself when the server stops.
    let endsAtStop: Bool
    private let mailbox: Mailbox
    private let state = Mutex(State())

    init(key: RequestKey, bytesMax: Int, endsAtStop: Bool, mailbox: Mailbox) {
        self.key = key
        self.bytesMax = bytesMax
        self.endsAtStop = endsAtStop
        self.mailbox = mailbox
    }

    var isClosed: Bool { state.withLock { $0.isClosed } }

    func write(_ bytes: [UInt8]) -> ResponseStream.Outcome {
        let (outcome, mustAnnounce) = state.withLock { state -> (ResponseStream.Outcome, Bool) in
            guard !state.isClosed, state.end == nil else { return (.closed, false) }
            guard isRoom(for: bytes.count, state) else { return (.full, false) }
            state.pending += bytes
            return (.taken, Self.announce(&state))
        }
        if mustAnnounce { mailbox.put(.moreOf(self)) }
        return outcome
    }

    func end(_ end: End) {
        let mustAnnounce = state.withLock { state in
            guard !state.isClosed, state.end == nil else { return false }
            state.end = end
            return Self.announce(&state)
        }
        if mustAnnounce { mailbox.put(.moreOf(self)) }
    }

    private static func announce(_ state: inout State) -> Bool {
        defer { state.isAnnounced = true }
        return !state.isAnnounced
    }

    func whenThereIsRoom(for count: Int, _ body: @escaping @Sendable () -> Void) {
        let isNow = state.withLock { state in
            if state.isClosed || state.end != nil || isRoom(for: count, state) { return true }
            state.waiting = (count, body)
            return false
        }
        if isNow { body() }
    }

    private func isRoom(for count: Int, _ state: borrowing State) -> Bool { count <= bytesMax - state.count }

    // MARK: The loop's side

    /// Takes what waits.
    func take() -> Portion {
        state.withLock { state in
            state.isAnnounced = false
            if state.end == .aborted { return .end(.aborted) }
            guard state.pending.isEmpty else {
                state.takenCount = state.pending.count
                defer { state.pending = [] }
                return .bytes(state.pending)
            }
            return state.end.map { .end($0) } ?? .nothing
        }
    }

    /// What was taken last is sent.
    func sent() {
        let body = state.withLock { state -> (@Sendable () -> Void)? in
            state.takenCount = 0
            guard let waiting = state.waiting, isRoom(for: waiting.count, state) else { return nil }
            state.waiting = nil
            return waiting.body
        }
        body?()
    }

    /// Nobody reads any more.
    func close() {
        let body = state.withLock { state -> (@Sendable () -> Void)? in
            state.isClosed = true
            state.pending = []
            state.takenCount = 0
            defer { state.waiting = nil }
            return state.waiting?.body
        }
        body?()
    }
}
