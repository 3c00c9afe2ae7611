import HTTPWire

/// Whether a route takes the content that a head announces.
enum ContentType {
    /// The 415 for content that `route` does not take; nil when it does.
    ///
    /// Asked only of methods whose content means something. Encoded content (`gzip`) is refused: nothing here unpacks it.
    static func refusal(_ head: RequestHead, _ route: Route) -> Response? {
        guard Route.takesContent(route.method) else { return nil }
        if let encoding = head.fields.bytes(of: "content-encoding"),
            String(decoding: encoding, as: UTF8.self).lowercased() != "identity"
        {
            return .problem(
                415, detail: "Content must come without Content-Encoding.", fields: [("Accept-Encoding", "identity")])
        }
        guard !route.mediaTypes.isEmpty, let bytes = head.fields.bytes(of: "content-type") else { return nil }
        let type = bytes.prefix { $0 != UInt8(ascii: ";") }.map {
            UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 ? $0 | 0x20 : $0
        }
        let trimmed = type.reversed().drop { $0 == 0x20 || $0 == 0x09 }.reversed()
        guard !route.mediaTypes.contains(where: { trimmed.elementsEqual($0.utf8) }) else { return nil }
        return .problem(
            415, detail: "This path takes \(route.mediaTypes.joined(separator: ", ")).",
            fields: [("Accept", route.mediaTypes.joined(separator: ", "))])
    }
}
