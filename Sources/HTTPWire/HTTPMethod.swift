/// The request methods Bursar knows (RFC 9110 section 9.3, RFC 5789). Any other is answered 501.
public enum HTTPMethod: String, Sendable, CaseIterable {
    /// Reads.
    case get = "GET"
    /// Reads the fields without the content; served by the routes of `get`.
    case head = "HEAD"
    /// Does what the resource says.
    case post = "POST"
    /// Creates or replaces.
    case put = "PUT"
    /// Removes.
    case delete = "DELETE"
    /// Changes in part.
    case patch = "PATCH"
    /// Asks which methods there are.
    case options = "OPTIONS"
    /// Opens a tunnel; known so that it is refused as a method not allowed.
    case connect = "CONNECT"
    /// Sends the request back; known so that it is refused as a method not allowed.
    case trace = "TRACE"

    /// The method whose name these bytes are, case-sensitive; nil for any other.
    init?(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        let found: HTTPMethod? =
            switch range.count {
            case 3: equals(bytes, range, "GET") ? .get : equals(bytes, range, "PUT") ? .put : nil
            case 4: equals(bytes, range, "POST") ? .post : equals(bytes, range, "HEAD") ? .head : nil
            case 5: equals(bytes, range, "PATCH") ? .patch : equals(bytes, range, "TRACE") ? .trace : nil
            case 6: equals(bytes, range, "DELETE") ? .delete : nil
            case 7: equals(bytes, range, "OPTIONS") ? .options : equals(bytes, range, "CONNECT") ? .connect : nil
            default: nil
            }
        guard let found else { return nil }
        self = found
    }
}
