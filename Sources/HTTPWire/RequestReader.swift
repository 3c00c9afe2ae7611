/// Bytes of a connection in, one request after the other out: first its head, then, once a limit was set, its body.
///
/// After a refusal nothing more is read: what follows on the connection cannot be told apart from an attack.
public struct RequestReader: Sendable {
    /// What the bytes so far amount to.
    public enum Event: Sendable {
        /// A head. Reading goes on after `readBody`.
        case head(RequestHead)
        /// The end of the request, with its body.
        case end(body: [UInt8])
    }

    private enum Stage {
        /// In a head, or before it.
        case head
        /// The head was handed out; whoever has it decides whether its body may come.
        case deciding
        /// `restBytes` are still to come.
        case counted
        /// Chunks are coming.
        case chunked
        /// A refusal was thrown; it is thrown again.
        case refused
    }

    let limits: HTTPLimits
    private var stage = Stage.head
    private var head = HeadReader()
    private var restBytes = 0
    private var chunks: ChunkedReader?
    private var refusal: HTTPRefusal?
    private var body = BodyBuffer()
    private var bodyBytesMax = 0
    private var framing = RequestHead.Framing.none

    /// Whether the request in hand is for HEAD, as far as it is known: then a refusal has no content either.
    public var isHead: Bool { head.isHead }

    /// A reader at the beginning of a connection.
    public init(limits: HTTPLimits = HTTPLimits()) { self.limits = limits }

    /// Whether bytes of a request have arrived; empty lines before it do not count.
    public var hasBegun: Bool { stage != .head || head.hasBegun }

    /// Bytes of body held now.
    public var bodyBytes: Int { body.count }

    /// Bytes of storage that the body of the request in hand takes, here or, once it was handed out, with its owner.
    public private(set) var bodyStorageBytes = 0

    /// Reads from `position` on and moves it behind what was eaten. Nil when all was eaten and more bytes are needed.
    public mutating func read(_ input: Span<UInt8>, from position: inout Int) throws(HTTPRefusal) -> Event? {
        do throws(HTTPRefusal) {
            return try readOn(input, &position)
        } catch {
            throw refuse(error)
        }
    }

    /// Lets the body come, up to `bytesMax` decoded bytes. Refuses at once when more is announced.
    public mutating func readBody(bytesMax: Int) throws(HTTPRefusal) {
        guard stage == .deciding else { return }
        switch framing {
        case .none: (stage, restBytes) = (.counted, 0)
        case .length(let count):
            guard count <= bytesMax else { throw refuse(.bodyTooLarge(bytesMax)) }
            (stage, restBytes) = (.counted, count)
            bodyBytesMax = count
        case .chunked:
            stage = .chunked
            chunks = ChunkedReader(
                bodyBytesMax: bytesMax, fieldSectionBytes: head.fieldSectionBytes, fieldCount: head.fieldCount)
        }
    }

    /// Goes on behind a head whose request has no body, once it was answered or is about to be.
    mutating func skipBody() {
        if stage == .deciding, framing == .none { stage = .head }
    }

    /// Gives the request in hand up: what was read of its body is freed, and nothing more is read.
    mutating func abandon() {
        guard stage != .refused else { return }
        _ = refuse(.syntax("The request was given up."))
    }

    private mutating func refuse(_ refusal: HTTPRefusal) -> HTTPRefusal {
        stage = .refused
        self.refusal = refusal
        body = BodyBuffer()
        bodyStorageBytes = 0
        return refusal
    }

    private mutating func readOn(_ input: Span<UInt8>, _ position: inout Int) throws(HTTPRefusal) -> Event? {
        switch stage {
        case .head:
            if head.isComplete { head = HeadReader() }
            bodyStorageBytes = 0
            guard let head = try head.read(input, from: &position, limits: limits) else { return nil }
            framing = head.framing
            stage = .deciding
            return .head(head)
        case .deciding: return nil
        case .counted:
            let end = position + min(restBytes, input.count - position)
            body.append(input.extracting(position..<end), bytesMax: bodyBytesMax)
            bodyStorageBytes = body.reservedBytes
            restBytes -= end - position
            position = end
            return restBytes == 0 ? finish() : nil
        case .chunked:
            let isComplete = try chunks?.read(input, from: &position, into: &body, limits: limits)
            bodyStorageBytes = body.reservedBytes
            return isComplete ?? true ? finish() : nil
        case .refused: throw refusal ?? .syntax("The connection was refused.")
        }
    }

    private mutating func finish() -> Event {
        let whole = body.bytes
        body = BodyBuffer()
        chunks = nil
        stage = .head
        return .end(body: whole)
    }
}
