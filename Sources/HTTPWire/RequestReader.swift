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

    private enum State {
        /// In a head, or before it.
        case head(HeadReader)
        /// The head was handed out; whoever has it decides whether its body may come.
        case deciding
        /// So many bytes are still to come.
        case counted(Int)
        /// Chunks are coming.
        case chunked(ChunkedReader)
        /// A refusal was thrown; this one is thrown again.
        case refused(HTTPRefusal)
    }

    private let limits: HTTPLimits
    private var state: State
    private var body: [UInt8] = []
    private var framing = RequestHead.Framing.none
    private var fieldSectionBytes = 0
    private var fieldCount = 0

    /// Whether the request in hand is for HEAD, as far as it is known: then a refusal has no content either.
    public private(set) var isHead = false

    /// A reader at the beginning of a connection.
    public init(limits: HTTPLimits = HTTPLimits()) {
        self.limits = limits
        state = .head(HeadReader(limits: limits))
    }

    /// Whether bytes of a request have arrived; empty lines before it do not count.
    public var hasBegun: Bool { if case .head(let reader) = state { reader.hasBegun } else { true } }

    /// Bytes of body held now.
    public var bodyBytes: Int { body.count }

    /// Reads from `position` on and moves it behind what was eaten. Nil when all was eaten and more bytes are needed.
    public mutating func read(_ input: Span<UInt8>, from position: inout Int) throws(HTTPRefusal) -> Event? {
        do throws(HTTPRefusal) {
            return try readOn(input, &position)
        } catch {
            state = .refused(error)
            body = []
            throw error
        }
    }

    /// Lets the body come, up to `bytesMax` decoded bytes. Refuses at once when more is announced.
    public mutating func readBody(bytesMax: Int) throws(HTTPRefusal) {
        guard case .deciding = state else { return }
        switch framing {
        case .none: state = .counted(0)
        case .length(let count):
            guard count <= bytesMax else {
                let refusal = HTTPRefusal.bodyTooLarge(bytesMax)
                state = .refused(refusal)
                throw refusal
            }
            state = .counted(count)
        case .chunked:
            state = .chunked(
                ChunkedReader(
                    limits: limits, bodyBytesMax: bytesMax, fieldSectionBytes: fieldSectionBytes,
                    fieldCount: fieldCount))
        }
    }

    /// Forgets the request whose head was handed out, which was answered without its body: there is none.
    mutating func skipBody() {
        if case .deciding = state, framing == .none { state = .head(HeadReader(limits: limits)) }
    }

    private mutating func readOn(_ input: Span<UInt8>, _ position: inout Int) throws(HTTPRefusal) -> Event? {
        switch state {
        case .head(var reader):
            // The reader is taken out of `state` while it grows, so that its bytes are not copied at each call.
            state = .deciding
            defer { isHead = reader.isHead }
            guard let head = try reader.read(input, from: &position) else {
                state = .head(reader)
                return nil
            }
            (framing, fieldSectionBytes, fieldCount) = (head.framing, reader.fieldSectionBytes, reader.fieldCount)
            return .head(head)
        case .deciding: return nil
        case .counted(let rest):
            let end = position + min(rest, input.count - position)
            input.extracting(position..<end).withUnsafeBufferPointer { body.append(contentsOf: $0) }
            let left = rest - (end - position)
            position = end
            state = .counted(left)
            return left == 0 ? finish() : nil
        case .chunked(var reader):
            state = .deciding
            let isComplete = try reader.read(input, from: &position, into: &body)
            state = .chunked(reader)
            return isComplete ? finish() : nil
        case .refused(let refusal): throw refusal
        }
    }

    private mutating func finish() -> Event {
        let whole = body
        body = []
        state = .head(HeadReader(limits: limits))
        return .end(body: whole)
    }
}
