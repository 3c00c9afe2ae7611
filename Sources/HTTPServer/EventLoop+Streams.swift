import HTTPWire
import Platform

extension EventLoop {
    /// Begins a response whose content comes piece by piece.
    func begin(_ stream: StreamBuffer, _ response: Response) {
        guard let connection = waiting(for: stream.key) else { return stream.close() }
        defer { settle(connection) }
        guard streamCount < limits.streamsMax else {
            stream.close()
            return respond(
                connection,
                .problem(
                    503, detail: "Too many streams are open.",
                    fields: [("Retry-After", String(limits.retryAfterSeconds))]))
        }
        if let fault = response.fault {
            stream.close()
            log(.error, "a handler's response was replaced by a 500", ["fault": fault])
            return respond(connection, .problem(500, detail: "The answer could not be begun."))
        }
        uncountBody(connection)
        connection.pending = nil
        let (note, isChunked) = connection.machine.beginStream(now: now)
        counters.responded(response.status)
        var bytes: [UInt8] = []
        response.writeBeginning(to: &bytes, dateLine: dateLine.bytes, note: note, isChunked: isChunked)
        connection.output = bytes
        connection.outputSentCount = 0
        if connection.machine.isHead {
            // The fields of the answer to GET are all there is.
            stream.close()
        } else {
            connection.stream = (stream, isChunked)
            streamCount += 1
        }
        flush(connection)
    }

    /// Sends what a writer has left, unless something of before is still on its way.
    func sendMore(of stream: StreamBuffer) {
        guard let connection = connection(of: stream.key), connection.stream?.buffer === stream,
            connection.output.isEmpty
        else { return }
        flush(connection)
        settle(connection)
    }

    /// Ends the streams that end when the server stops.
    func endStreams(of connection: Connection) {
        guard let stream = connection.stream?.buffer, stream.endsAtStop else { return }
        stream.end(.finished)
        sendMore(of: stream)
    }

    /// Takes more of the stream of `connection` to be sent. False: there is none now, or the connection is closed.
    func refill(_ connection: Connection) -> Bool {
        guard let (stream, isChunked) = connection.stream else { return false }
        switch stream.take() {
        case .nothing:
            connection.machine.pauseStream()
            return false
        case .bytes(let bytes):
            connection.output = isChunked ? Response.chunk(bytes) : bytes
        case .end(.aborted):
            close(connection)
            return false
        case .end(.finished):
            endStream(connection)
            guard isChunked else {
                connection.machine.resumeStream(now: now)
                finish(connection)
                return false
            }
            connection.output = Response.lastChunk
        }
        connection.outputSentCount = 0
        connection.machine.resumeStream(now: now)
        return true
    }

    /// Lets the stream of `connection` go.
    func endStream(_ connection: Connection) {
        guard let stream = connection.stream else { return }
        connection.stream = nil
        streamCount -= 1
        stream.buffer.close()
    }
}
