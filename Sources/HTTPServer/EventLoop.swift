import Glibc
import HTTPWire
import Platform

/// The one thread that owns every socket: it waits in poll(2), reads, lets requests be answered, writes.
///
/// Nothing of it is shared. Other threads reach it through the mailbox; the counters are the only other thing they see.
final class EventLoop {
    let router: Router
    let limits: ServerLimits
    let time: TimeSource
    let log: Log
    let mailbox: Mailbox
    let counters: ServerCounters

    private var listeners: [ListeningHandle]
    private var acceptPause: AcceptPause
    private var acceptPausedUntil: UInt64?

    /// The mailbox, then the listeners, then the connections in the order of `connections`.
    private var polls: [pollfd]
    private let firstConnection: Int
    private var connections: [Connection] = []
    private var bySerial: [UInt64: Connection] = [:]
    private var nextSerial: UInt64 = 0
    /// Scratch of one turn, empty between turns.
    private var ready: [Connection] = []
    private var turn: UInt64 = 0

    /// When the time of this turn of the loop was read (monotonic nanoseconds).
    private(set) var now: UInt64
    /// No deadline passes before this. It may be too early, never too late.
    private var sweepAt = UInt64.max
    private var stopDeadline: UInt64?

    private let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 * 1024, alignment: 16)
    /// The response being made; its storage serves the next one too.
    var output: [UInt8] = []
    var dateLine = DateLine()
    var bodies: BodyBudget
    /// Responses that are made while they are sent.
    var streamCount = 0

    init(
        router: Router, limits: ServerLimits, time: TimeSource, log: Log, mailbox: Mailbox, counters: ServerCounters,
        listeners: [ListeningHandle]
    ) {
        self.router = router
        self.limits = limits
        self.time = time
        self.log = log
        self.mailbox = mailbox
        self.counters = counters
        bodies = BodyBudget(limits: limits)
        self.listeners = listeners
        acceptPause = AcceptPause(limits: limits)
        polls = [pollfd(fd: mailbox.number, events: Int16(POLLIN), revents: 0)]
        polls += listeners.map { pollfd(fd: $0.socket.number, events: Int16(POLLIN), revents: 0) }
        firstConnection = polls.count
        now = time.monotonicNanoseconds()
    }

    deinit { scratch.deallocate() }

    /// Serves until it is told to stop and the last connection is closed.
    func run() {
        while !isDone {
            wait()
            now = time.monotonicNanoseconds()
            dateLine.update(time.now())
            serveConnections()
            if polls[0].revents != 0 { mailbox.takeAll().forEach(handle) }
            if let until = acceptPausedUntil, now >= until { acceptPausedUntil = nil }
            for index in listeners.indices where polls[1 + index].revents != 0 { accept(listeners[index]) }
            if now >= sweepAt { sweep() }
            pollListeners()
        }
        for connection in connections { close(connection) }
        mailbox.close()
    }

    private var isDone: Bool {
        guard let stopDeadline else { return false }
        return connections.isEmpty || now >= stopDeadline
    }

    /// Waits until something happens or the next deadline comes, rounded up to whole milliseconds.
    private func wait() {
        let deadline = min(sweepAt, acceptPausedUntil ?? .max, stopDeadline ?? .max)
        var milliseconds: CInt = -1
        if deadline != .max {
            let rest = deadline > now ? deadline - now : 0
            milliseconds = CInt(clamping: min(rest / 1_000_000 + (rest % 1_000_000 == 0 ? 0 : 1), 60_000))
        }
        // EINTR and ENOMEM leave `revents` as they were: clear them, so that nothing old is taken for new.
        if poll(&polls, nfds_t(polls.count), milliseconds) < 0 {
            for index in polls.indices { polls[index].revents = 0 }
        }
    }

    // MARK: Connections

    /// Handles those for which something happened, each turn beginning with another: in a fixed order the last would
    /// always wait for all the others.
    private func serveConnections() {
        for index in connections.indices where polls[firstConnection + index].revents != 0 {
            ready.append(connections[index])
        }
        guard !ready.isEmpty else { return }
        turn &+= 1
        let start = Int(turn % UInt64(ready.count))
        for offset in ready.indices {
            let place = offset + start
            let connection = ready[place < ready.count ? place : place - ready.count]
            handle(polls[firstConnection + connection.slot].revents, connection)
        }
        ready.removeAll(keepingCapacity: true)
    }

    private func handle(_ events: Int16, _ connection: Connection) {
        if connection.machine.wantsInput {
            read(connection)
        } else if events & Int16(POLLERR | POLLHUP | POLLNVAL) != 0 {
            close(connection)
        } else if events & Int16(POLLOUT) != 0 {
            flush(connection)
        }
        settle(connection)
    }

    private func read(_ connection: Connection) {
        // Heads are small; what pipelined requests leave over would have to be kept.
        let countMax = connection.machine.isReadingBody ? scratch.count : scratch.count / 4
        switch connection.socket.receive(into: scratch, countMax: countMax) {
        case .bytes(let count):
            // The span covers bytes that `recv` has just written, and nothing writes to `scratch` while it is read.
            feed(connection, UnsafeRawBufferPointer(rebasing: scratch[..<count]).bindMemory(to: UInt8.self).span)
        case .blocked: break
        case .end: if connection.machine.endInput() { close(connection) }
        case .failed(let code):
            log(.debug, "connection lost", ["peer": connection.peer.address, "cause": POSIXFailure.text(code)])
            close(connection)
        }
    }

    /// Goes on with pipelined input after a response, then sets what to wait for.
    func settle(_ connection: Connection) {
        while !connection.isClosed, connection.machine.wantsInput, !connection.input.isEmpty {
            let input = connection.input
            connection.input = []
            feed(connection, input.span)
        }
        guard !connection.isClosed else { return }
        let wanted = connection.machine.wantsInput ? POLLIN : connection.output.isEmpty ? 0 : POLLOUT
        polls[firstConnection + connection.slot].events = Int16(wanted)
        if let deadline = connection.machine.deadline { sweepAt = min(sweepAt, deadline) }
    }

    func close(_ connection: Connection) {
        guard !connection.isClosed else { return }
        connection.isClosed = true
        uncountBody(connection)
        endStream(connection)
        let slot = connection.slot
        let last = connections.count - 1
        connections.swapAt(slot, last)
        polls.swapAt(firstConnection + slot, firstConnection + last)
        connections[slot].slot = slot
        connections.removeLast()
        polls.removeLast()
        bySerial[connection.serial] = nil
        counters.connectionClosed()
    }

    // MARK: Deadlines

    private func sweep() {
        sweepAt = .max
        for connection in connections.reversed() {
            switch connection.machine.expire(now: now) {
            case .wait: break
            case .close: close(connection)
            case .refused(let refusal): refuse(connection, refusal)
            }
            settle(connection)
        }
    }

    // MARK: Messages

    private func handle(_ message: Mailbox.Message) {
        switch message {
        case .answer(let key, let response):
            guard let connection = waiting(for: key) else { return }
            respond(connection, response)
            settle(connection)
        case .stream(let stream, let response): begin(stream, response)
        case .moreOf(let stream): sendMore(of: stream)
        case .stop(let deadline):
            guard stopDeadline == nil else { return }
            stopDeadline = deadline
            listeners = []
            for index in 1..<firstConnection { polls[index] = pollfd(fd: -1, events: 0, revents: 0) }
            for connection in connections.reversed() {
                if connection.machine.drain() { close(connection) } else { endStreams(of: connection) }
            }
        }
    }

    /// The connection of the request that `key` names, while it is the one in hand.
    func connection(of key: RequestKey) -> Connection? {
        guard let connection = bySerial[key.connection], connection.machine.requestCount == key.request else {
            return nil
        }
        return connection
    }

    /// The connection whose request `key` names and nobody has answered yet.
    func waiting(for key: RequestKey) -> Connection? {
        guard let connection = connection(of: key), case .awaitingResponse = connection.machine.phase else {
            return nil
        }
        return connection
    }

    // MARK: Listeners

    private func accept(_ listener: ListeningHandle) {
        while acceptPausedUntil == nil, connections.count < limits.connectionsMax {
            switch listener.socket.accept() {
            case .none: return
            case .connection(let socket, let peer):
                acceptPause.succeeded()
                add(socket, Peer(address: peer.address, isLoopback: peer.isLoopback))
            case .failed(let code):
                guard case .pause(let until, let logs) = acceptPause.failed(code, now: now) else { continue }
                acceptPausedUntil = until
                if logs {
                    log(.error, "cannot take connections, trying again", ["cause": POSIXFailure.text(code)])
                }
            }
        }
    }

    private func add(_ socket: consuming StreamSocket, _ peer: Peer) {
        let number = socket.number
        let connection = Connection(
            serial: nextSerial, socket: socket, peer: peer,
            machine: ConnectionMachine(limits: limits.http, now: now), slot: connections.count)
        nextSerial += 1
        connections.append(connection)
        polls.append(pollfd(fd: number, events: Int16(POLLIN), revents: 0))
        bySerial[connection.serial] = connection
        counters.connectionOpened()
        settle(connection)
    }

    /// Leaves the listeners alone while there is no place for a connection: those who come wait in the kernel.
    private func pollListeners() {
        let isTaking = acceptPausedUntil == nil && connections.count < limits.connectionsMax
        for (index, listener) in listeners.enumerated() {
            polls[1 + index].fd = isTaking ? listener.socket.number : -1
        }
    }
}
