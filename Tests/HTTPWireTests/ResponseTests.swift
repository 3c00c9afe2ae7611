import HTTPWire
import Testing

@Suite struct ResponseTests {
    private func text(_ response: Response, note: ConnectionNote = .none, isHead: Bool = false) -> String {
        var output: [UInt8] = []
        response.write(to: &output, dateLine: Array("Date: now\r\n".utf8), note: note, isHead: isHead)
        return String(decoding: output, as: UTF8.self)
    }

    @Test func `writes status, fields, date, length and content`() {
        let response = Response(status: 200, fields: [("Content-Type", "a/b"), ("X", "é")], body: Array("hi".utf8))
        let head = "HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nX: é\r\nContent-Length: 2\r\nDate: now\r\n"
        #expect(text(response) == head + "\r\nhi")
        #expect(text(response, isHead: true) == head + "\r\n")
        #expect(text(response, note: .close) == head + "Connection: close\r\n\r\nhi")
        #expect(text(response, note: .keepAlive) == head + "Connection: keep-alive\r\n\r\nhi")
        #expect(response.fields["content-type"] == "a/b")
    }

    @Test func `content has a type, and its absence a length`() {
        #expect(text(Response(status: 200, body: [65])).contains("Content-Type: text/plain; charset=utf-8\r\n"))
        #expect(text(Response(status: 200)) == "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nDate: now\r\n\r\n")
    }

    @Test(arguments: [204, 304]) func `some have neither content nor length`(_ status: Int) {
        let text = text(Response(status: status, body: [65]))
        #expect(text.hasSuffix("Date: now\r\n\r\n"))
        #expect(!text.contains("Content-"))
    }

    @Test(arguments: [
        ("X", "a\r\nSet-Cookie: b"), ("X", "a\nb"), ("X", "a\rb"), ("X", "a\u{0}"), ("X", "\u{7F}"), ("X", "\u{1B}"),
        ("", "a"), ("X ", "a"), ("X:", "a"), ("X\r\nY", "a"), ("É", "a"), ("Content-Length", "5"),
        ("transfer-encoding", "chunked"), ("Connection", "close"), ("Date", "now"),
    ]) func `a field that could split the response replaces it`(_ name: String, _ value: String) {
        let response = Response(status: 200, fields: [("A", "b"), (name, value)], body: [65])
        #expect(response.status == 500)
        #expect(response.fault == "field \(name)")
        #expect(text(response) == text(Response(status: 500)))
    }

    @Test(arguments: [("X", "a\tb"), ("X", ""), ("X", "é"), ("!#", "x")])
    func `other fields pass`(_ name: String, _ value: String) {
        #expect(Response(status: 200, fields: [(name, value)]).fault == nil)
    }

    @Test(arguments: [(199, 500), (200, 200), (599, 599), (600, 500), (-1, 500), (.max, 500)])
    func `a status has three digits that end a request`(_ status: Int, _ sent: Int) {
        #expect(text(Response(status: status)).hasPrefix("HTTP/1.1 \(sent) "))
    }
}
