import HTTPClient

/// Ends every request soon: a person waits for the answer.
struct HurriedTransport: HTTPTransport {
    /// Seconds for one request.
    static let deadlineSeconds = 10.0

    let transport: any HTTPTransport

    func send(_ request: ClientRequest) async throws(HTTPClientError) -> ClientResponse {
        var request = request
        request.deadlineSeconds = min(request.deadlineSeconds, Self.deadlineSeconds)
        return try await transport.send(request)
    }
}
