import Testing

@testable import HTTPClient

@Suite struct `A host that is asked directly` {
    @Test(
        arguments: [
            ("", "127.0.0.1"), ("a.example", "a.example,127.0.0.1"), ("a, .b", "a,.b,127.0.0.1"),
            ("127.0.0.10", "127.0.0.10,127.0.0.1"), ("*", nil), ("a,127.0.0.1", nil),
        ] as [(String, String?)])
    func `joins those that are so already`(list: String, expected: String?) {
        #expect(ProxyExemption.list(list, with: "127.0.0.1") == expected)
    }
}
