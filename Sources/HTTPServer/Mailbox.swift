import HTTPWire
import Platform
import Synchronization

/// What other threads tell the loop. Wakes it when the first message is put in, not for every one.
final class Mailbox: Sendable {
    enum Message: Sendable {
        /// The answer to a request.
        case answer(RequestKey, Response)
        /// The beginning of an answer whose content comes piece by piece.
        case stream(StreamBuffer, Response)
        /// There is more of a content, or it has ended.
        case moreOf(StreamBuffer)
        /// Take no more connections, answer what is in hand, and be done by `deadline` (monotonic nanoseconds).
        case stop(deadline: UInt64)
    }

    private struct State {
        var messages: [Message] = []
        var isClosed = false
    }

    private let state = Mutex(State())
    private let signal: WakeSignal

    init() throws { signal = try WakeSignal() }

    /// The number to poll for reading.
    var number: CInt { signal.number }

    /// Puts a message in; it is dropped when the loop has ended.
    func put(_ message: Message) {
        let (wasEmpty, isClosed) = state.withLock { state in
            guard !state.isClosed else { return (false, true) }
            state.messages.append(message)
            return (state.messages.count == 1, false)
        }
        if wasEmpty { signal.raise() }
        if isClosed { message.drop() }
    }

    /// Takes all messages out. The signal is lowered first: a message put in meanwhile raises it again or is taken.
    func takeAll() -> [Message] {
        signal.lower()
        return state.withLock { state in
            defer { state.messages = [] }
            return state.messages
        }
    }

    /// Drops what is in it and what will be put in.
    func close() {
        let messages = state.withLock { state in
            defer { state = State(isClosed: true) }
            return state.messages
        }
        messages.forEach { $0.drop() }
    }
}

extension Mailbox.Message {
    /// Nobody will handle it: whoever writes to a stream must know.
    fileprivate func drop() {
        switch self {
        case .stream(let stream, _), .moreOf(let stream): stream.close()
        case .answer, .stop: break
        }
    }
}

/// Names one request of one connection. Serial numbers are never used again, unlike descriptors.
struct RequestKey: Sendable, Equatable {
    let connection: UInt64
    let request: Int
}
