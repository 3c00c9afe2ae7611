/// Sends a request and returns the whole answer; the seam between Bursar's clients and the network.
public protocol HTTPTransport: Sendable {
    /// Sends `request` once. An answer of any status is a return; an error means that there was none.
    func send(_ request: ClientRequest) async throws(HTTPClientError) -> ClientResponse
}
