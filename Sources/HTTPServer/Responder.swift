public import HTTPWire
import Synchronization

/// The right to answer one request, once, from any thread.
///
/// One that goes away without an answer answers 500: no client is left waiting for a handler that forgot it.
public final class Responder: Sendable {
    private let key: RequestKey
    private let mailbox: Mailbox
    private let isSpent = Atomic(false)

    init(key: RequestKey, mailbox: Mailbox) {
        self.key = key
        self.mailbox = mailbox
    }

    deinit { send(.problem(500, detail: "The request was dropped without an answer.")) }

    /// Sends the answer. A second call does nothing, and so does an answer to a client that is gone.
    public func send(_ response: Response) {
        guard !isSpent.exchange(true, ordering: .acquiringAndReleasing) else { return }
        mailbox.put(.answer(key, response))
    }
}
