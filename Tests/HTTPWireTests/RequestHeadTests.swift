import HTTPWire
import Testing

@Suite struct RequestHeadTests {
    private func head(_ line: String, _ fields: String = "Host: a\r\n") throws -> RequestHead {
        var reader = RequestReader()
        var position = 0
        let bytes = octets("\(line)\r\n\(fields)\r\n")
        let event = try reader.read(bytes.span, from: &position)
        guard case .head(let head) = try #require(event) else { throw HTTPRefusal(0, "no head") }
        return head
    }

    @Test(arguments: [
        ("/", [""]), ("/a", ["a"]), ("/a/", ["a", ""]), ("/a//b", ["a", "", "b"]), ("/a%20b/%E2%82%AC", ["a b", "€"]),
        ("/%252F", ["%2F"]), ("http://h", [""]), ("http://h/x?y", ["x"]), ("/a+b", ["a+b"]),
    ]) func `splits the path, then decodes each segment once`(_ target: String, _ path: [String]) throws {
        #expect(try head("GET \(target) HTTP/1.1").path == path)
    }

    @Test(arguments: [
        ("/", []), ("/?", []), ("/?a", ["a", ""]), ("/?a=1&b=2&a=3", ["a", "1", "b", "2", "a", "3"]),
        ("/?a=b+c%2Bd&&=x", ["a", "b c+d", "", "x"]), ("/?a=b=c?d", ["a", "b=c?d"]), ("http://h?z=1", ["z", "1"]),
    ]) func `reads the query in its order`(_ target: String, _ wanted: [String]) throws {
        #expect(try head("GET \(target) HTTP/1.1").query.flatMap { [$0.name, $0.value] } == wanted)
    }

    @Test func `finds fields in any letter case and keeps all of them`() throws {
        let head = try head("GET / HTTP/1.1", "Host: a\r\nX-A:  1\t\r\nx-a: 2\r\nRaw: \u{FF}\r\nEmpty:\r\n")
        #expect(head.fields["X-a"] == "1")
        #expect(head.fields.all("x-A") == ["1", "2"])
        #expect(head.fields["raw"] == nil)
        #expect(head.fields.bytes(of: "raw") == [0xFF])
        #expect(head.fields["empty"] == "")
        #expect(head.fields["x"] == nil)
        #expect(head.fields["x_a"] == nil)
        #expect(head.fields.map(\.name) == ["Host", "X-A", "x-a", "Raw", "Empty"])
    }

    @Test func `the host of an absolute target goes before the line`() throws {
        #expect(try head("GET http://b:1/x HTTP/1.1").host == "b:1")
        #expect(try head("GET /x HTTP/1.1").host == "a")
        #expect(try head("GET /x HTTP/1.0", "").host == nil)
        #expect(try head("GET http://b HTTP/1.1").rawPath == "/")
    }

    @Test(arguments: [
        ("1.1", "", true), ("1.1", "Connection: close\r\n", false), ("1.1", "Connection: x, CLOSE ,y\r\n", false),
        ("1.1", "Connection: closed\r\n", true), ("1.1", "Connection: a\r\nConnection: close\r\n", false),
        ("1.1", "Connection: close, keep-alive\r\n", false), ("1.0", "", false),
        ("1.0", "Connection: Keep-Alive\r\n", true), ("1.0", "Connection: keep-alive, close\r\n", false),
    ]) func `stays or closes as Connection says`(_ version: String, _ line: String, _ keepsAlive: Bool) throws {
        #expect(try head("GET / HTTP/\(version)", "Host: a\r\n\(line)").keepsAlive == keepsAlive)
    }

    @Test(arguments: [
        ("1.1", "Expect: 100-Continue", RequestHead.Expectation.continuation), ("1.0", "Expect: 100-continue", .none),
        ("1.1", "Expect: 200-ok", .unknown), ("1.1", "Expect:", .unknown), ("1.1", "X-Expect: 100-continue", .none),
    ]) func `knows one expectation`(_ version: String, _ line: String, _ wanted: RequestHead.Expectation) throws {
        #expect(try head("POST / HTTP/\(version)", "Host: a\r\n\(line)\r\n").expectation == wanted)
    }

    @Test func `compares the raw path without building it`() throws {
        let head = try head("GET /a/b?c HTTP/1.1")
        #expect(head.isPath(Array("/a/b".utf8)))
        #expect(!head.isPath(Array("/a/c".utf8)))
        #expect(!head.isPath(Array("/a".utf8)))
        #expect(try !self.head("GET /%61 HTTP/1.1").isPath(Array("/%61".utf8)))
    }
}
