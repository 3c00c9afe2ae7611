import Foundation
import Glibc
import Platform
import Synchronization

/// A relay on loopback before a server, which fails as networks, proxies and overloaded servers do. For tests: no product links it.
///
/// ```swift
/// let relay = try FaultyRelay(to: gitlab.port, plan: .seeded(7))   // a StandInGitLab that listens there
/// defer { relay.stop() }
/// // GITLAB_URL=relay.url; then, when all is quiet:
/// relay.plan = .calm                                               // the storm is over
/// #expect(relay.passages.contains { $0.fault == .dropAfter })      // it did rage
/// ```
///
/// Bursar's own server refuses paths with an escaped slash, and GitLab's API is full of them (`/projects/group%2Fapp`): the
/// relay hands them on as `%1F`, a character that no path has.
///
/// The server behind sees real requests and takes effect or not as the fault says, so a test can count what it did. One
/// request a connection: answers are read to their end, and the client is told `Connection: close` by closing.
package final class FaultyRelay: Sendable {
    /// One request that came through, or did not.
    package struct Passage: Sendable, Equatable {
        /// What was asked.
        package let question: FaultPlan.Question
        /// What it met.
        package let fault: Fault
    }

    /// Bytes of one request or one answer at most; beyond, the connection is closed.
    package static let messageBytesMax = 64 << 20
    /// Passages that are remembered; those after are relayed and forgotten.
    package static let passagesMax = 100_000

    private struct State {
        var plan: FaultPlan
        var passages: [Passage] = []
        var count = 0
        var repetitions: [String: Int] = [:]
        var open: Set<CInt> = []
        var isStopped = false
    }

    /// The port it listens on.
    package let port: Int
    private let upstreamPort: Int
    private let listener: CInt
    private let state: Mutex<State>

    /// Where it listens: `http://127.0.0.1:PORT`.
    package var url: String { "http://127.0.0.1:\(port)" }
    /// What came so far, in order of arrival.
    package var passages: [Passage] { state.withLock { $0.passages } }
    /// The plan in force; may be changed at any time.
    package var plan: FaultPlan {
        get { state.withLock { $0.plan } }
        set { state.withLock { $0.plan = newValue } }
    }

    /// A relay to 127.0.0.1:`upstreamPort` that listens on a free port.
    package init(to upstreamPort: Int, plan: FaultPlan) throws {
        let (listener, port) = try RelaySocket.listen()
        self.listener = listener
        self.port = port
        self.upstreamPort = upstreamPort
        state = Mutex(State(plan: plan))
        // The thread alone closes the listener: closed elsewhere, its number could be another's by the next accept.
        Thread.detachNewThread { [weak self] in
            defer { close(listener) }
            while true {
                let connection = accept(listener, nil, nil)
                if connection < 0, [EINTR, ECONNABORTED, EMFILE, ENFILE].contains(errno), self?.isStopped == false {
                    usleep(1000)
                    continue
                }
                guard connection >= 0 else { return }
                guard let relay = self, relay.begin(connection) else {
                    close(connection)
                    return
                }
                Thread.detachNewThread { relay.serve(connection) }
            }
        }
    }

    deinit { stop() }

    /// Takes no more connections and breaks those that are open.
    package func stop() {
        // Under the lock, and once: after it the numbers of these sockets may be others'.
        state.withLock { state in
            guard !state.isStopped else { return }
            state.isStopped = true
            shutdown(listener, CInt(SHUT_RDWR))
            for connection in state.open { shutdown(connection, CInt(SHUT_RDWR)) }
        }
    }

    private var isStopped: Bool { state.withLock { $0.isStopped } }

    private func begin(_ connection: CInt) -> Bool {
        state.withLock { state in
            if !state.isStopped { state.open.insert(connection) }
            return !state.isStopped
        }
    }

    private func serve(_ connection: CInt) {
        relay(connection)
        // Out of the set first: `stop` must not shut down a number that is another's by then.
        state.withLock { _ = $0.open.remove(connection) }
        close(connection)
    }

    private func relay(_ connection: CInt) {
        guard let request = RelaySocket.readRequest(connection), let (method, target) = RelaySocket.requestLine(request)
        else { return }
        let fault = meet(method, target)
        guard fault.reachesServer else {
            switch fault {
            case .error(let status): RelaySocket.write(Self.page(status), to: connection)
            case .tooManyRequests(let seconds):
                RelaySocket.write(
                    Self.answer(
                        429, fields: seconds.map { "Retry-After: \($0)\r\n" } ?? "", type: "text/plain", "Retry later\n"
                    ),
                    to: connection)
            case .answer(let text): RelaySocket.write(Array(text.utf8), to: connection)
            case .hang: RelaySocket.waitUntilGone(connection)
            default: RelaySocket.reset(connection)
            }
            return
        }
        guard let answer = RelaySocket.exchange(Self.withoutEscapedSlashes(request), port: upstreamPort) else { return }
        switch fault {
        case .errorAfterEffect(let status): RelaySocket.write(Self.page(status), to: connection)
        case .dropAfter: RelaySocket.reset(connection)
        case .cut:
            let head = RelaySocket.headEnd(answer) ?? 0
            RelaySocket.write(Array(answer.prefix(head + (answer.count - head) / 2)), to: connection)
        case .hangAfterEffect: RelaySocket.waitUntilGone(connection)
        case .slow(let milliseconds):
            usleep(UInt32(min(max(0, milliseconds), 60_000)) * 1000)
            RelaySocket.write(answer, to: connection)
        default: RelaySocket.write(answer, to: connection)
        }
    }

    private func meet(_ method: String, _ target: String) -> Fault {
        state.withLock { state in
            let key = "\(method) \(target.prefix { $0 != "?" })"
            let question = FaultPlan.Question(
                method: method, target: target, repetition: state.repetitions[key, default: 0], number: state.count)
            state.repetitions[key, default: 0] += 1
            state.count += 1
            let fault = state.plan.decide(question)
            if state.passages.count < Self.passagesMax {
                state.passages.append(Passage(question: question, fault: fault))
            }
            return fault
        }
    }

    private static func withoutEscapedSlashes(_ request: [UInt8]) -> [UInt8] {
        let line = request.prefix { $0 != 0x0D }
        return Array(String(decoding: line, as: UTF8.self).replacing("%2F", with: "%1F").utf8) + request[line.count...]
    }

    private static func page(_ status: Int) -> [UInt8] {
        answer(
            status, fields: "", type: "text/html",
            "<!DOCTYPE html><html><head><title>\(status) from the proxy</title></head><body>Sorry.</body></html>\n")
    }

    private static func answer(_ status: Int, fields: String, type: String, _ body: String) -> [UInt8] {
        Array(
            """
            HTTP/1.1 \(status) X\r
            Content-Type: \(type)\r
            \(fields)Content-Length: \(body.utf8.count)\r
            Connection: close\r
            \r
            \(body)
            """.utf8)
    }
}
