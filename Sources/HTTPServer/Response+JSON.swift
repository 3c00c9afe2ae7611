public import HTTPWire
public import JSON

extension Response {
    /// A response whose content is `value` as one line of JSON.
    public static func json(_ status: Int, _ value: JSONValue, fields: [(String, String)] = []) -> Response {
        Response(
            status: status, fields: [("Content-Type", "application/json; charset=utf-8")] + fields,
            body: value.bytes + [0x0A])
    }

    /// An error as RFC 9457 describes them: `application/problem+json` with `title`, `status`, `detail` and `members`.
    ///
    /// - Parameters:
    ///   - detail: what happened and what to do, for a person.
    ///   - members: more members, for programs; they follow in their order.
    public static func problem(
        _ status: Int, title: String? = nil, detail: String, members: [(String, JSONValue)] = [],
        fields: [(String, String)] = []
    ) -> Response {
        let phrase = Response.phrase(status)
        let object: [(String, JSONValue)] = [
            ("type", "about:blank"), ("title", .string(title ?? (phrase.isEmpty ? "Error" : phrase))),
            ("status", .integer(status)), ("detail", .string(detail)),
        ]
        return Response(
            status: status, fields: [("Content-Type", "application/problem+json; charset=utf-8")] + fields,
            body: JSONValue.object(JSONObject(object + members)).bytes + [0x0A])
    }
}
