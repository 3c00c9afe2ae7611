/// One HTTP request that Bursar makes, with all that it may cost to wait for and to hold.
public struct ClientRequest: Sendable, Equatable {
    /// `GET`, `POST`, …
    public var method: String
    /// The absolute `http` or `https` URL.
    public var url: String
    /// The header fields. `Host`, `Content-Length` and `Connection` are the transport's.
    public var fields: FieldList
    /// The body; nil for none.
    public var body: [UInt8]?
    /// Seconds from the call until the last byte of the answer; then the request is given up.
    public var deadlineSeconds: Double
    /// Bytes of answer, after decompression, beyond which the request is given up.
    public var answerBytesMax: Int

    /// A request with these parts.
    public init(
        method: String = "GET", url: String, fields: FieldList = [:], body: [UInt8]? = nil,
        deadlineSeconds: Double = 30, answerBytesMax: Int = 8 << 20
    ) {
        self.method = method
        self.url = url
        self.fields = fields
        self.body = body
        self.deadlineSeconds = deadlineSeconds
        self.answerBytesMax = answerBytesMax
    }
}

/// The whole answer to a request, whatever its status.
public struct ClientResponse: Sendable, Equatable {
    /// The status code; 3xx are answers like any other, never followed.
    public var status: Int
    /// The header fields; repeated ones are joined by commas.
    public var fields: FieldList
    /// The body, decompressed.
    public var body: [UInt8]

    /// An answer with these parts.
    public init(status: Int, fields: FieldList = [:], body: [UInt8] = []) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    /// Whether the status is 2xx.
    public var isSuccess: Bool { 200..<300 ~= status }
}
