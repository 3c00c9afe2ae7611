import Dashboard
import HTTPWire

extension Response {
    /// What a browser may do with a page of ours: load our own files, talk to us, and nothing else.
    static let pagePolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

    private static let safety: [(String, String)] = [
        ("Content-Security-Policy", pagePolicy), ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"), ("Referrer-Policy", "same-origin"), ("Cache-Control", "no-store"),
        ("Cross-Origin-Opener-Policy", "same-origin"), ("Cross-Origin-Resource-Policy", "same-origin"),
    ]

    /// A page of the dashboard.
    static func page(_ html: HTML, status: Int = 200, fields: [(String, String)] = []) -> Response {
        Response(
            status: status, fields: [("Content-Type", "text/html; charset=utf-8")] + safety + fields, body: html.bytes)
    }

    /// Leads to `address`, to be asked for with GET (RFC 9110 section 15.4.4).
    static func redirect(to address: String, fields: [(String, String)] = []) -> Response {
        Response(status: 303, fields: [("Location", address)] + safety + fields)
    }
}
