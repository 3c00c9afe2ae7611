import Testing

// The cases of the wire, by the rule they belong to. Every accepted form stands beside a refused neighbour.

struct WireCase: Sendable, CustomTestStringConvertible {
    let rule: String
    let bytes: [UInt8]
    /// Nil: accepted.
    let status: Int?
    /// What the body must be, where there is one.
    let body: String

    var testDescription: String {
        let text = bytes.prefix(90).map { 0x20...0x7E ~= $0 ? String(UnicodeScalar($0)) : "<\($0)>" }.joined()
        return "\(rule): \(text) → \(status.map(String.init) ?? "accepted")"
    }
}

private func yes(_ rule: String, _ text: String, body: String = "") -> WireCase {
    WireCase(rule: rule, bytes: octets(text), status: nil, body: body)
}

private func no(_ rule: String, _ text: String, _ status: Int = 400) -> WireCase {
    WireCase(rule: rule, bytes: octets(text), status: status, body: "")
}

private func line(_ line: String) -> String { "\(line)\r\nHost: a\r\n\r\n" }
private func fields(_ fields: String) -> String { "POST / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\r\n" }
private func target(_ target: String) -> String { line("GET \(target) HTTP/1.1") }
private func host(_ value: String) -> String { "GET / HTTP/1.1\r\nHost:\(value)\r\n\r\n" }
private func chunks(_ text: String) -> String { fields("Transfer-Encoding: chunked") + text }
private func repeated(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }

let wireCases: [WireCase] = lineCases + targetCases + fieldCases + framingCases + chunkCases

private let lineCases: [WireCase] = [
    yes("plain", line("GET / HTTP/1.1")),
    no("D2 bare LF", "GET / HTTP/1.1\nHost: a\n\n"),
    no("D2 bare LF after a field", "GET / HTTP/1.1\r\nHost: a\n\r\n"),
    no("D2 bare LF at the end", "GET / HTTP/1.1\r\nHost: a\r\n\n"),
    no("D3 bare CR in the request line", line("GET /\r HTTP/1.1")),
    no("D3 bare CR in a value", fields("A: b\rc")),
    no("D3 bare CR for a line end", "GET / HTTP/1.1\rHost: a\r\r"),
    no("D3 CR CR LF", "GET / HTTP/1.1\r\nHost: a\r\r\n\r\n"),
    yes("D4 two empty lines", "\r\n\r\n" + line("GET / HTTP/1.1")),
    no("D4 three empty lines", "\r\n\r\n\r\n" + line("GET / HTTP/1.1")),
    no("D4 LF first", "\n" + line("GET / HTTP/1.1")),
    no("D4 CR first", "\r" + line("GET / HTTP/1.1")),
    no("D5 blank before the first field", "GET / HTTP/1.1\r\n Host: a\r\n\r\n"),
    no("D6 two blanks", line("GET  / HTTP/1.1")),
    no("D6 two blanks before the version", line("GET /  HTTP/1.1")),
    no("D6 tab", line("GET\t/ HTTP/1.1")),
    no("D6 leading blank", line(" GET / HTTP/1.1")),
    no("D6 trailing blank", line("GET / HTTP/1.1 ")),
    no("D6 only a method", line("GET")),
    no("D6 four words", line("GET / HTTP/1.1 x")),
    no("D7 lower case", line("get / HTTP/1.1"), 501),
    no("D7 not a token", line("GE(T / HTTP/1.1")),
    no("D7 24 bytes", line(repeated("A", 24) + " / HTTP/1.1"), 501),
    no("D7 25 bytes", line(repeated("A", 25) + " / HTTP/1.1")),
    no("D8 unknown", line("PROPFIND / HTTP/1.1"), 501),
    yes("D8 patch", line("PATCH / HTTP/1.1")),
    yes("D9 1.0", line("GET / HTTP/1.0")),
    yes("D9 1.2 as 1.1", line("GET / HTTP/1.2")),
    yes("D9 1.9 as 1.1", line("GET / HTTP/1.9")),
    no("D9 2.0", line("GET / HTTP/2.0"), 505),
    no("D9 0.9", line("GET / HTTP/0.9"), 505),
    no("D9 lower case", line("GET / http/1.1")),
    no("D9 01.1", line("GET / HTTP/01.1")),
    no("D9 1.10", line("GET / HTTP/1.10")),
    no("D9 no minor", line("GET / HTTP/1")),
    no("D9 none", line("GET /")),
    no("D9 sign", line("GET / HTTP/+.1")),
    no("D9 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    no("D9 a TLS hello", "\u{16}\u{03}\u{01}\u{02}\u{00}\u{01}"),
]

private let targetCases: [WireCase] = [
    yes("D10 asterisk", line("OPTIONS * HTTP/1.1")),
    no("D10 asterisk with GET", target("*")),
    yes("D10 absolute", target("http://example.com/x")),
    yes("D10 absolute, https, upper case", target("HTTPS://example.com:8443")),
    no("D10 absolute with user", target("http://u@example.com/")),
    no("D10 absolute without host", target("http:///x")),
    no("D10 other scheme", target("ftp://example.com/")),
    no("D10 authority form", line("CONNECT example.com:443 HTTP/1.1")),
    yes("D10 a known method nobody routes", line("TRACE / HTTP/1.1")),
    no("D10 fragment", target("/a#b")),
    no("D10 no slash", target("a")),
    no("D10 beyond ASCII", target("/\u{E9}")),
    no("D10 DEL", target("/\u{7F}")),
    yes("D11 8,192 bytes", target("/" + repeated("a", 8191))),
    no("D11 8,193 bytes", target("/" + repeated("a", 8192)), 414),
    no("D11 9,000 bytes", target("/" + repeated("a", 8999)), 414),
    no("D11 without end", "GET /" + repeated("a", 9000), 414),
    yes("D12 escapes", target("/a%20b/%E2%82%AC?q=%2F%00")),
    no("D12 NUL", target("/a%00")),
    no("D12 slash", target("/a%2fb")),
    no("D12 backslash", target("/a%5Cb")),
    no("D12 raw backslash", target("/a\\b")),
    no("D12 half an escape", target("/a%2")),
    no("D12 no escape", target("/a%zz")),
    no("D12 half an escape in the query", target("/?a=%2")),
    no("D12 not UTF-8", target("/%ff")),
    no("D12 overlong", target("/%c0%af")),
    no("D12 dot", target("/./a")),
    no("D12 dots", target("/a/..")),
    no("D12 escaped dots", target("/a/%2e%2E/b")),
    yes("D12 three dots", target("/a/...")),
    yes("D12 decoded once", target("/%252e%252e")),
    yes("D13 port", host(" a:8000")),
    yes("D13 IPv6", host(" [::1]:80")),
    yes("D13 none in 1.0", "GET / HTTP/1.0\r\n\r\n"),
    no("D13 none", "GET / HTTP/1.1\r\n\r\n"),
    no("D13 empty", host("")),
    no("D13 two", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"),
    no("D13 two in 1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n"),
    no("D13 list", host(" a,b")),
    no("D13 blank", host(" a b")),
    no("D13 user", host(" u@a")),
    no("D13 path", host(" a/b")),
    no("D13 port not digits", host(" a:8x")),
    no("D13 only a port", host(" :80")),
    no("D13 open bracket", host(" [::1")),
    no("D13 none beside an absolute target", "GET http://a/ HTTP/1.1\r\n\r\n"),
]

private let fieldCases: [WireCase] = [
    yes("D14 token", fields("!#$%&'*+-.^_`|~09az: x")),
    no("D14 no name", fields(": x")),
    no("D14 no colon", fields("abc")),
    no("D14 not a token", fields("a(b: x")),
    no("D14 beyond ASCII", fields("\u{E9}: x")),
    yes("D14 underscore is no hyphen", fields("Content_Length: 5")),
    no("D15 blank before the colon", fields("Content-Length : 0")),
    no("D15 tab before the colon", fields("A\t: x")),
    no("D16 fold", fields("A: b\r\n c")),
    no("D16 fold with a tab", fields("A: b\r\n\tc")),
    yes("D17 tab and bytes beyond ASCII", fields("A: b\tc\u{80}\u{FF}")),
    no("D17 NUL", fields("A: b\u{0}c")),
    no("D17 VT", fields("A: \u{B}b")),
    no("D17 ESC", fields("A: \u{1B}[2J")),
    no("D17 DEL", fields("A: b\u{7F}")),
    yes("D18 blanks and tabs around", fields("Content-Length: \t 0 \t")),
    no("D18 no other white space", fields("Content-Length: \u{A0}0")),
    yes("D19 field of 8,192 bytes", fields("A: " + repeated("b", 8189))),
    no("D19 field of 8,193 bytes", fields("A: " + repeated("b", 8190)), 431),
    no("D19 long name", fields(repeated("b", 8190) + ": a"), 431),
    yes("D19 100 fields", fields(repeated("A: b\r\n", 98) + "A: b")),
    no("D19 101 fields", fields(repeated("A: b\r\n", 99) + "A: b"), 431),
    yes("D19 16,384 bytes of fields", fields("A: " + repeated("b", 8189) + "\r\nB: " + repeated("b", 8174))),
    no("D19 16,385 bytes of fields", fields("A: " + repeated("b", 8189) + "\r\nB: " + repeated("b", 8175)), 431),
    no("D19 fields without end", "GET / HTTP/1.1\r\n" + repeated("A: b\r\n", 3000), 431),
    yes("D20 two lines of no weight", fields("Accept: a\r\nAccept: b")),
    no("D20 Authorization", fields("Authorization: a\r\nauthorization: a")),
    no("D20 Content-Type", fields("Content-Type: a/b\r\nContent-Type: a/b")),
    no("D20 GitLab token", fields("X-Gitlab-Token: a\r\nX-Gitlab-Token: b")),
    no("D20 GitLab signature", fields("webhook-signature: a\r\nWebhook-Signature: b")),
]

private let framingCases: [WireCase] = [
    yes("D21 digits", fields("Content-Length: 5") + "hello", body: "hello"),
    yes("D21 leading zeros", fields("Content-Length: 0005") + "hello", body: "hello"),
    no("D21 plus", fields("Content-Length: +5") + "hello"),
    no("D21 minus zero", fields("Content-Length: -0")),
    no("D21 minus", fields("Content-Length: -1")),
    no("D21 hexadecimal", fields("Content-Length: 0x5") + "hello"),
    no("D21 underscore", fields("Content-Length: 1_0") + "hello"),
    no("D21 blank inside", fields("Content-Length: 1 0")),
    no("D21 empty", fields("Content-Length:")),
    no("D21 list", fields("Content-Length: 5, 5") + "hello"),
    no("D21 list in two lines", fields("Content-Length: 5\r\nContent-Length: 5") + "hello"),
    no("D21 overflow", fields("Content-Length: 9223372036854775808")),
    no("D21 far overflow", fields("Content-Length: 18446744073709551621") + "hello"),
    no("D21 other digits", fields("Content-Length: \u{D9}\u{A5}")),
    yes("D22 limit", fields("Content-Length: 1000") + repeated("x", 1000), body: repeated("x", 1000)),
    no("D22 limit and one", fields("Content-Length: 1001"), 413),
    no("D23 both", fields("Content-Length: 5\r\nTransfer-Encoding: chunked") + "0\r\n\r\n"),
    no("D23 both, the other way", fields("Transfer-Encoding: chunked\r\nContent-Length: 5") + "0\r\n\r\n"),
    yes("D24 chunked", fields("Transfer-Encoding: chunked") + "0\r\n\r\n"),
    yes("D24 letter case", fields("transfer-encoding: cHuNkEd") + "0\r\n\r\n"),
    no("D24 gzip, chunked", fields("Transfer-Encoding: gzip, chunked"), 501),
    no("D24 gzip", fields("Transfer-Encoding: gzip"), 501),
    no("D24 identity", fields("Transfer-Encoding: identity"), 501),
    no("D24 chunked not last", fields("Transfer-Encoding: chunked, gzip")),
    no("D24 chunked twice", fields("Transfer-Encoding: chunked, chunked")),
    no("D24 two lines", fields("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked")),
    no("D24 parameter", fields("Transfer-Encoding: chunked;q=1")),
    no("D24 empty", fields("Transfer-Encoding:")),
    no("D24 empty element", fields("Transfer-Encoding: chunked,")),
    no("D24 xchunked", fields("Transfer-Encoding: xchunked")),
    no("D24 quoted", fields("Transfer-Encoding: \"chunked\"")),
    no("D24 control byte", fields("Transfer-Encoding: \u{B}chunked")),
    no("D24 Kelvin sign", fields("Transfer-Encoding: chun\u{E2}\u{84}\u{AA}ed")),
    no("D25 in 1.0", "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
]

private let chunkCases: [WireCase] = [
    yes("D26 sizes", chunks("5\r\nhello\r\n00000001\r\n \r\nA\r\n0123456789\r\n0\r\n\r\n"), body: "hello 0123456789"),
    no("D26 nine digits", chunks("000000005\r\nhello\r\n0\r\n\r\n")),
    no("D26 none", chunks("\r\nhello\r\n0\r\n\r\n")),
    no("D26 sign", chunks("+5\r\nhello\r\n0\r\n\r\n")),
    no("D26 minus", chunks("-5\r\nhello\r\n0\r\n\r\n")),
    no("D26 0x", chunks("0x5\r\nhello\r\n0\r\n\r\n")),
    no("D26 underscore", chunks("1_0\r\nhello\r\n0\r\n\r\n")),
    no("D26 leading blank", chunks(" 5\r\nhello\r\n0\r\n\r\n")),
    no("D26 trailing blank", chunks("5 \r\nhello\r\n0\r\n\r\n")),
    no("D26 not hexadecimal", chunks("g\r\nhello\r\n0\r\n\r\n")),
    yes("D27 extension", chunks("5;a=b;c=\"d e\"\r\nhello\r\n0;x\r\n\r\n"), body: "hello"),
    no("D27 blank before it", chunks("5 ;a\r\nhello\r\n0\r\n\r\n")),
    no("D27 control", chunks("5;a\u{0}\r\nhello\r\n0\r\n\r\n")),
    no("D27 tab", chunks("5;\ta\r\nhello\r\n0\r\n\r\n")),
    no("D27 bare LF", chunks("5;a\nhello\r\n0\r\n\r\n")),
    no("D27 bare CR", chunks("5;a\rb\r\nhello\r\n0\r\n\r\n")),
    yes("D27 256 bytes", chunks("5;" + repeated("a", 255) + "\r\nhello\r\n0\r\n\r\n"), body: "hello"),
    no("D27 257 bytes", chunks("5;" + repeated("a", 256) + "\r\nhello\r\n0\r\n\r\n")),
    yes(
        "D27 4,096 bytes in all", chunks(repeated("1;" + repeated("a", 255) + "\r\nx\r\n", 16) + "0\r\n\r\n"),
        body: repeated("x", 16)),
    no("D27 4,097 bytes in all", chunks(repeated("1;" + repeated("a", 255) + "\r\nx\r\n", 16) + "0;\r\n\r\n")),
    no("D28 LF after the size", chunks("5\nhello\r\n0\r\n\r\n")),
    no("D28 LF after the data", chunks("5\r\nhello\n0\r\n\r\n")),
    no("D28 two other bytes", chunks("5\r\nhelloXX0\r\n\r\n")),
    no("D28 one other byte", chunks("5\r\nhello\rX0\r\n\r\n")),
    no("D28 longer than said", chunks("5\r\nhello!\r\n0\r\n\r\n")),
    yes("D29 trailers", chunks("0\r\nX-Sum: 1\r\nY:\r\n\r\n")),
    no("D29 not a field", chunks("0\r\nX-Sum\r\n\r\n")),
    no("D29 fold", chunks("0\r\nA: b\r\n c\r\n\r\n")),
    no("D29 bare LF", chunks("0\r\nA: b\n\r\n")),
    no("D29 bare CR", chunks("0\r\nA: b\rc\r\n\r\n")),
    no("D29 Content-Length", chunks("0\r\nContent-Length: 5\r\n\r\n")),
    no("D29 Transfer-Encoding", chunks("0\r\nTRANSFER-ENCODING: chunked\r\n\r\n")),
    no("D29 Host", chunks("0\r\nhost: a\r\n\r\n")),
    yes("D29 100 fields", chunks("0\r\n" + repeated("A: b\r\n", 98) + "\r\n")),
    no("D29 101 fields", chunks("0\r\n" + repeated("A: b\r\n", 99) + "\r\n"), 431),
    // The head has 39 bytes of fields, its empty line included.
    yes("D29 16,384 bytes", chunks("0\r\n" + trailers(16384 - 39))),
    no("D29 16,385 bytes", chunks("0\r\n" + trailers(16385 - 39)), 431),
    yes(
        "D30 limit", chunks("3E7\r\n" + repeated("x", 999) + "\r\n1\r\nx\r\n0\r\n\r\n"), body: repeated("x", 1000)),
    no("D30 limit and one", chunks("3E7\r\n" + repeated("x", 999) + "\r\n2\r\nxx\r\n0\r\n\r\n"), 413),
    no("D30 a promise", chunks("FFFFFFFF\r\n"), 413),
]

/// Two trailers of `count` bytes in all, with their line ends and the empty line.
private func trailers(_ count: Int) -> String {
    "A: " + repeated("b", 8189) + "\r\nB: " + repeated("b", count - 8201) + "\r\n\r\n"
}
