public import HTTPWire
import Synchronization

/// The right to answer one request, once, from any thread.
///
/// One that goes away without an answer answers 500: no client is left waiting for a handler that forgot it.
public final class Responder: Sendable {
    private let key: RequestKey
    private let mailbox: Mailbox
    private let streamBytesMax: Int
    private let isSpent = Atomic(false)

    init(key: RequestKey, mailbox: Mailbox, streamBytesMax: Int) {
        self.key = key
        self.mailbox = mailbox
        self.streamBytesMax = streamBytesMax
    }

    deinit { send(.problem(500, detail: "The request was dropped without an answer.")) }

    /// Sends the answer. A second call does nothing, and so does an answer to a client that is gone.
    public func send(_ response: Response) {
        guard !isSpent.exchange(true, ordering: .acquiringAndReleasing) else { return }
        mailbox.put(.answer(key, response))
    }

    /// Sends the beginning of the answer; its content is what is written to the stream.
    ///
    /// Without a client that is there, or when the request was answered before, the stream is closed from the start. So it
    /// is soon when `ServerLimits.streamsMax` others are open: the client gets a 503.
    ///
    /// - Parameter endsAtStop: Whether the content ends, as a whole one, when the server stops: for streams that have no
    ///   end of their own. Others have the server's grace to come to theirs.
    public func stream(_ status: Int = 200, fields: [(String, String)], endsAtStop: Bool = false) -> ResponseStream {
        let buffer = StreamBuffer(key: key, bytesMax: streamBytesMax, endsAtStop: endsAtStop, mailbox: mailbox)
        if isSpent.exchange(true, ordering: .acquiringAndReleasing) {
            buffer.close()
        } else {
            mailbox.put(.stream(buffer, Response(beginning: status, fields: fields)))
        }
        return ResponseStream(buffer)
    }
}
