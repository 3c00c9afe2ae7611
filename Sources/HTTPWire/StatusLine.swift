/// The status lines, from a fixed table: no text from outside ever reaches the first line of a response.
enum StatusLine {
    /// `HTTP/1.1 404 Not Found` with its CR LF; without a phrase for a status that has no name here.
    static func bytes(_ status: Int) -> [UInt8] { lines.indices.contains(status) ? lines[status] : lines[500] }

    private static let lines: [[UInt8]] = (0...599).map { Array("HTTP/1.1 \($0) \(phrase($0))\r\n".utf8) }

    /// The phrase of RFC 9110 section 15, RFC 6585 for 428, 429 and 431.
    static func phrase(_ status: Int) -> String {
        switch status {
        case 200: "OK"
        case 201: "Created"
        case 202: "Accepted"
        case 204: "No Content"
        case 206: "Partial Content"
        case 301: "Moved Permanently"
        case 302: "Found"
        case 303: "See Other"
        case 304: "Not Modified"
        case 307: "Temporary Redirect"
        case 308: "Permanent Redirect"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 406: "Not Acceptable"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 410: "Gone"
        case 411: "Length Required"
        case 412: "Precondition Failed"
        case 413: "Content Too Large"
        case 414: "URI Too Long"
        case 415: "Unsupported Media Type"
        case 416: "Range Not Satisfiable"
        case 417: "Expectation Failed"
        case 422: "Unprocessable Content"
        case 428: "Precondition Required"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        case 505: "HTTP Version Not Supported"
        case 507: "Insufficient Storage"
        default: ""
        }
    }
}

extension Response {
    /// The phrase that belongs to `status`: `Not Found`. Empty for a status without a name.
    public static func phrase(_ status: Int) -> String { StatusLine.phrase(status) }
}
