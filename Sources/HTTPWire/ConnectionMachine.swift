/// The life of one connection as a value: which bytes are read when, what each deadline does, whether it stays open.
///
/// It neither reads a clock nor touches a socket: *now* is handed in, in monotonic nanoseconds, and what is to be done
/// is handed out. One request is in hand at a time; pipelined ones wait in the input, in order (RFC 9112 section 9.3.2).
public struct ConnectionMachine: Sendable {
    /// What came of a piece of input.
    public enum Input: Sendable {
        /// All was eaten; more is needed.
        case more
        /// A head: decide, then call `takeBody` or `beginResponse`.
        case head(RequestHead)
        /// The body is complete: run the handler, then call `beginResponse`.
        case body([UInt8])
        /// Answer with this status and close.
        case refused(HTTPRefusal)
        /// Nothing is read now: a response is pending. What was not eaten must be kept.
        case busy
        /// Close the connection without a word.
        case close
    }

    /// What to do once a head was accepted.
    public enum Acceptance: Sendable {
        /// There is no body: run the handler.
        case run
        /// Go on reading.
        case read
        /// Send `100 Continue`, then go on reading.
        case sendContinue
        /// Answer with this status and close.
        case refused(HTTPRefusal)
    }

    /// What to do when a deadline has passed.
    public enum Expiry: Sendable, Equatable {
        /// It has not.
        case wait
        /// Close without a word.
        case close
        /// Answer with this status and close.
        case refused(HTTPRefusal)
    }

    /// What follows a response.
    public enum Next: Sendable, Equatable {
        /// The next request: first from input that was kept, then from the socket.
        case read
        /// End the sending side and drop what comes in.
        case linger
    }

    private var reader: RequestReader
    /// What the connection is doing.
    public private(set) var phase: ConnectionPhase
    /// Requests whose head was complete.
    public private(set) var requestCount = 0
    private var isDraining = false
    private var mustClose = false
    private var request = Facts()
    private var droppedBytes = 0

    /// What must be remembered of the request in hand.
    private struct Facts {
        var keepsAlive = true
        var minorVersion = 1
        var expectsContinue = false
        var hasBody = false
    }

    /// A connection that was accepted at `now`.
    public init(limits: HTTPLimits = HTTPLimits(), now: UInt64) {
        reader = RequestReader(limits: limits)
        phase = .idle(since: now)
    }

    /// Whether bytes from the socket are wanted; while a response is pending they are left to the kernel.
    public var wantsInput: Bool {
        switch phase {
        case .idle, .readingHead, .readingBody, .lingering: true
        case .deciding, .awaitingResponse, .writing, .streaming, .closed: false
        }
    }

    /// Whether a body is coming, for which large reads are worth it.
    public var isReadingBody: Bool { if case .readingBody = phase { true } else { false } }

    /// Bytes of body held now.
    public var bodyBytes: Int { reader.bodyBytes }

    /// Bytes of storage that the body of the request in hand takes, here or, once it was handed out, with its handler.
    public var bodyStorageBytes: Int { reader.bodyStorageBytes }

    /// Whether the answer to the request in hand must have no content.
    public var isHead: Bool { reader.isHead }

    // MARK: Input

    /// Reads from `position` on and moves it behind what was eaten.
    public mutating func receive(_ input: Span<UInt8>, from position: inout Int, now: UInt64) -> Input {
        switch phase {
        case .idle, .readingHead, .readingBody: read(input, &position, now)
        case .lingering: drop(input, &position)
        case .deciding, .awaitingResponse, .writing, .streaming: .busy
        case .closed: .close
        }
    }

    private mutating func read(_ input: Span<UInt8>, _ position: inout Int, _ now: UInt64) -> Input {
        do throws(HTTPRefusal) {
            let event = try reader.read(input, from: &position)
            switch event {
            case nil:
                if case .idle = phase, reader.hasBegun { phase = .readingHead(since: now) }
                return .more
            case .head(let head):
                phase = .deciding(since: now)
                requestCount += 1
                request = Facts(
                    keepsAlive: head.keepsAlive, minorVersion: head.minorVersion,
                    expectsContinue: head.expectation == .continuation, hasBody: head.framing != .none)
                return .head(head)
            case .end(let body):
                request.hasBody = false
                phase = .awaitingResponse(since: now)
                return .body(body)
            }
        } catch {
            return refuse(error, now)
        }
    }

    private mutating func drop(_ input: Span<UInt8>, _ position: inout Int) -> Input {
        droppedBytes += input.count - position
        position = input.count
        guard droppedBytes < reader.limits.lingerBytesMax else { return close() }
        return .more
    }

    private mutating func close() -> Input {
        phase = .closed
        return .close
    }

    private mutating func refuse(_ refusal: HTTPRefusal, _ now: UInt64) -> Input {
        abandon(now: now)
        return .refused(refusal)
    }

    /// Notes that the client sends no more. True when the connection is to be closed now: an unfinished request is never
    /// run (RFC 9112 section 6.3), and a finished one was handed out before.
    public mutating func endInput() -> Bool {
        guard wantsInput else { return false }
        phase = .closed
        return true
    }

    // MARK: Decisions

    /// Lets the request whose head was handed out go on, with a body of at most `bodyBytesMax` bytes.
    ///
    /// - Parameter hasInput: whether bytes behind the head are here already; then nobody waits for a `100 Continue`.
    public mutating func takeBody(bodyBytesMax: Int, hasInput: Bool, now: UInt64) -> Acceptance {
        guard request.hasBody else {
            reader.skipBody()
            phase = .awaitingResponse(since: now)
            return .run
        }
        do throws(HTTPRefusal) {
            try reader.readBody(bytesMax: bodyBytesMax)
        } catch {
            abandon(now: now)
            return .refused(error)
        }
        phase = .readingBody(since: now)
        return request.expectsContinue && !hasInput ? .sendContinue : .read
    }

    /// Gives the request in hand up, because the server as a whole cannot carry it; it is answered and closed.
    ///
    /// What was read of its body is freed at once.
    public mutating func abandon(now: UInt64) {
        reader.abandon()
        mustClose = true
        phase = .awaitingResponse(since: now)
    }

    // MARK: Output

    /// Begins the response to the request in hand; says what it must say of the connection.
    ///
    /// A body that was not read stays in front of the next request, so such a connection is closed (RFC 9112
    /// section 9.3).
    public mutating func beginResponse(now: UInt64) -> ConnectionNote {
        if request.hasBody || !request.keepsAlive || isDraining
            || requestCount >= reader.limits.requestsPerConnectionMax
        {
            mustClose = true
        }
        phase = .writing(since: now)
        return mustClose ? .close : request.minorVersion == 0 ? .keepAlive : .none
    }

    /// Begins a response whose content is made while it is sent. A client of HTTP/1.0 knows no chunks: for it the end of
    /// the connection is the end of the content.
    public mutating func beginStream(now: UInt64) -> (note: ConnectionNote, isChunked: Bool) {
        let isChunked = request.minorVersion > 0
        if !isChunked { mustClose = true }
        return (beginResponse(now: now), isChunked)
    }

    /// Notes that the client has all that there is of the content so far: nobody waits for it.
    public mutating func pauseStream() {
        if case .writing = phase { phase = .streaming }
    }

    /// Notes that there is more of the content for the client to take.
    public mutating func resumeStream(now: UInt64) {
        if case .streaming = phase { phase = .writing(since: now) }
    }

    /// Notes that the client took some of the response.
    public mutating func progressed(now: UInt64) {
        if case .writing = phase { phase = .writing(since: now) }
    }

    /// Notes that the response is out.
    public mutating func endResponse(now: UInt64) -> Next {
        guard mustClose || isDraining else {
            reader.skipBody()
            request = Facts()
            phase = .idle(since: now)
            return .read
        }
        phase = .lingering(since: now)
        return .linger
    }

    // MARK: Time

    /// When `expire` must be called next; nil when nothing is waited for.
    public var deadline: UInt64? {
        switch phase {
        case .idle(let since): since.addingClamped(reader.limits.idleNanoseconds)
        case .readingHead(let since): since.addingClamped(reader.limits.headNanoseconds)
        case .readingBody(let since): since.addingClamped(reader.limits.bodyNanoseconds)
        case .deciding(let since), .awaitingResponse(let since): since.addingClamped(reader.limits.answerNanoseconds)
        case .writing(let since): since.addingClamped(reader.limits.stallNanoseconds)
        case .lingering(let since): since.addingClamped(reader.limits.lingerNanoseconds)
        case .streaming, .closed: nil
        }
    }

    /// Says what to do at `now`.
    public mutating func expire(now: UInt64) -> Expiry {
        guard let deadline, now >= deadline else { return .wait }
        let refusal: HTTPRefusal
        switch phase {
        case .readingHead, .readingBody: refusal = HTTPRefusal(408, "The request took too long to arrive.")
        case .deciding, .awaitingResponse: refusal = HTTPRefusal(503, "The answer took too long.")
        case .idle, .writing, .streaming, .lingering, .closed:
            phase = .closed
            return .close
        }
        abandon(now: now)
        return .refused(refusal)
    }

    /// Lets what is in hand be answered, with `Connection: close`. True when nothing is, so that it can close now.
    public mutating func drain() -> Bool {
        isDraining = true
        guard case .idle = phase else { return false }
        phase = .closed
        return true
    }
}

extension UInt64 {
    /// The sum, or the largest value when it does not fit.
    func addingClamped(_ other: UInt64) -> UInt64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
