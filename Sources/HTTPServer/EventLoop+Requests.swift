import HTTPWire
import JSON
import Platform

extension EventLoop {
    /// Feeds `input` to the connection and does what comes of it, until all is eaten or a response is pending.
    func feed(_ connection: Connection, _ input: Span<UInt8>) {
        var position = 0
        while !connection.isClosed {
            switch connection.machine.receive(input, from: &position, now: now) {
            case .more:
                if connection.machine.isReadingBody { _ = countBody(connection) }
                guard position < input.count else { return }
            case .busy:
                if position < input.count {
                    connection.input = input.extracting(position...).withUnsafeBufferPointer { Array($0) }
                }
                return
            case .head(let head): decide(connection, head, hasInput: position < input.count)
            case .body(let body):
                if countBody(connection), let pending = connection.pending {
                    connection.pending = nil
                    run(connection, pending.head, body, pending.endpoint, pending.parameters)
                }
            case .refused(let refusal): refuse(connection, refusal)
            case .close: close(connection)
            }
        }
    }

    /// Keeps account of the body in hand. False when there is no room for it: then it was refused.
    private func countBody(_ connection: Connection) -> Bool {
        let bytes = connection.machine.bodyStorageBytes
        let old = connection.countedBodyBytes
        connection.countedBodyBytes = bytes
        guard !bodies.replace(old, with: bytes, isProven: connection.isProven) else { return true }
        connection.machine.abandon(now: now)
        refuse(connection, HTTPRefusal(503, "Too many large requests are being received."))
        return false
    }

    /// Forgets the body of a request that is answered or lost.
    func uncountBody(_ connection: Connection) {
        _ = bodies.replace(connection.countedBodyBytes, with: 0, isProven: connection.isProven)
        connection.countedBodyBytes = 0
    }

    /// Refuses in the fixed order 404, 405, 401 (or what the access check answers), 413, 415, 417, or goes on.
    private func decide(_ connection: Connection, _ head: RequestHead, hasInput: Bool) {
        switch router.match(head) {
        case .noPath: respond(connection, .problem(404, detail: "There is nothing at this path."))
        case .noMethod(let allowed):
            respond(
                connection,
                .problem(405, detail: "This path takes \(allowed).", fields: [("Allow", allowed)]))
        case .options(let allowed): respond(connection, Response(status: 204, fields: [("Allow", allowed)]))
        case .route(let endpoint, let parameters):
            switch endpoint.check(head, connection.peer) {
            case .refused(let response): return respond(connection, response)
            case .proven: connection.isProven = true
            case .unproven: connection.isProven = false
            }
            if let refusal = Self.contentRefusal(head, endpoint) {
                respond(connection, refusal)
            } else {
                take(connection, head, endpoint, parameters, hasInput: hasInput)
            }
        }
    }

    private static func contentRefusal(_ head: RequestHead, _ endpoint: Router.Endpoint) -> Response? {
        if case .length(let count) = head.framing, count > endpoint.bodyBytesMax {
            return .problem(413, detail: "The body is longer than \(endpoint.bodyBytesMax) bytes.")
        }
        if head.framing != .none, let refusal = ContentType.refusal(head, endpoint.route) { return refusal }
        guard head.expectation != .unknown else {
            return .problem(417, detail: "The only expectation met here is 100-continue.")
        }
        return nil
    }

    private func take(
        _ connection: Connection, _ head: RequestHead, _ endpoint: Router.Endpoint, _ parameters: PathParameters,
        hasInput: Bool
    ) {
        let acceptance = connection.machine.takeBody(
            bodyBytesMax: endpoint.bodyBytesMax, hasInput: hasInput, now: now)
        switch acceptance {
        case .run: run(connection, head, [], endpoint, parameters)
        case .read: connection.pending = (head, endpoint, parameters)
        case .sendContinue:
            connection.pending = (head, endpoint, parameters)
            let sent = Response.continuation.withUnsafeBytes { connection.socket.send($0) }
            // Nothing else is on its way, so it fits; a client for which it does not is not reading.
            if sent != .bytes(Response.continuation.count) { close(connection) }
        case .refused(let refusal): refuse(connection, refusal)
        }
    }

    private func run(
        _ connection: Connection, _ head: RequestHead, _ body: [UInt8], _ endpoint: Router.Endpoint,
        _ parameters: PathParameters
    ) {
        // The handler holds the body until it answers, so it stays counted until then.
        let request = RoutedRequest(
            request: Request(head: head, body: body), parameters: parameters, peer: connection.peer)
        switch endpoint.handler {
        case .now(let answer): respond(connection, answer(request))
        case .later(let begin):
            let key = RequestKey(connection: connection.serial, request: connection.machine.requestCount)
            begin(request, Responder(key: key, mailbox: mailbox, streamBytesMax: limits.streamBytesMax))
        }
    }

    /// Answers a refusal; the machine closes the connection after it.
    func refuse(_ connection: Connection, _ refusal: HTTPRefusal) {
        let isOverload = refusal.status == 503
        log(
            .debug, "request refused",
            ["peer": connection.peer.address, "status": String(refusal.status), "detail": refusal.detail])
        respond(
            connection,
            .problem(
                refusal.status, detail: refusal.detail,
                fields: isOverload ? [("Retry-After", String(limits.retryAfterSeconds))] : []))
    }

    /// Begins to send `response`: one write, and what does not fit when there is room.
    func respond(_ connection: Connection, _ response: Response) {
        if let fault = response.fault {
            log(.error, "a handler's response was replaced by a 500", ["fault": fault])
        }
        uncountBody(connection)
        connection.pending = nil
        let note = connection.machine.beginResponse(now: now)
        // Taken out while it is written, so that the class is asked for it twice and not at every step.
        var bytes = output
        output = []
        bytes.removeAll(keepingCapacity: true)
        response.write(to: &bytes, dateLine: dateLine.bytes, note: note, isHead: connection.machine.isHead)
        counters.responded(response.status)
        switch bytes.withUnsafeBytes({ connection.socket.send($0) }) {
        case .bytes(let count) where count == bytes.count:
            if bytes.capacity <= Self.outputBytesKept { output = bytes }
            finish(connection)
        case .bytes(let count):
            connection.output = bytes
            connection.outputSentCount = count
        case .blocked:
            connection.output = bytes
            connection.outputSentCount = 0
        case .end, .failed: close(connection)
        }
    }

    /// Storage of a larger response is given back.
    private static let outputBytesKept = 64 * 1024

    /// Sends more of the response on its way, and of what has been made of it meanwhile: not more than one piece, for the
    /// others wait.
    func flush(_ connection: Connection) {
        if connection.output.isEmpty, !refill(connection) { return }
        let sent = connection.output.withUnsafeBytes {
            connection.socket.send(UnsafeRawBufferPointer(rebasing: $0[connection.outputSentCount...]))
        }
        switch sent {
        case .bytes(let count):
            connection.outputSentCount += count
            connection.machine.progressed(now: now)
            guard connection.outputSentCount == connection.output.count else { return }
            connection.output = []
            guard let stream = connection.stream else { return finish(connection) }
            stream.buffer.sent()
            _ = refill(connection)
        case .blocked: break
        case .end, .failed: close(connection)
        }
    }

    func finish(_ connection: Connection) {
        if connection.machine.endResponse(now: now) == .linger { connection.socket.endSending() }
    }
}
