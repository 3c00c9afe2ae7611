import Review
import Testing

@Suite struct ModelEndpointTests {
    @Test(arguments: [
        ("https://api.anthropic.com", "https://api.anthropic.com/v1/messages"),
        ("https://api.anthropic.com/", "https://api.anthropic.com/v1/messages"),
        ("https://api.anthropic.com/v1", "https://api.anthropic.com/v1/messages"),
        ("https://api.anthropic.com/v1//", "https://api.anthropic.com/v1/messages"),
        ("https://proxy.example:8443/anthropic/", "https://proxy.example:8443/anthropic/v1/messages"),
        ("http://[::1]:9000/v1/messages", "http://[::1]:9000/v1/messages"),
    ])
    func `takes an Anthropic base with or without slash and version`(_ base: String, _ url: String) throws {
        #expect(try ModelEndpoint.anthropic(baseURL: base, key: "k").url == url)
    }

    @Test(arguments: [
        ("https://api.openai.com/v1", "https://api.openai.com/v1/chat/completions", "api.openai.com"),
        ("https://api.openai.com", "https://api.openai.com/v1/chat/completions", "api.openai.com"),
        ("http://LLM:8000/v1/", "http://LLM:8000/v1/chat/completions", "llm"),
        ("http://127.0.0.1:11434/v1/chat/completions", "http://127.0.0.1:11434/v1/chat/completions", "127.0.0.1"),
        (
            "https://generativelanguage.googleapis.com/v1beta/openai/",
            "https://generativelanguage.googleapis.com/v1beta/openai/chat/completions",
            "generativelanguage.googleapis.com"
        ),
        ("http://[::1]:8000", "http://[::1]:8000/v1/chat/completions", "[::1]"),
        ("http://[::1]", "http://[::1]/v1/chat/completions", "[::1]"),
    ])
    func `takes an OpenAI base as servers and people write it`(_ base: String, _ url: String, _ host: String) throws {
        let endpoint = try ModelEndpoint.openAI(baseURL: base, key: nil)
        #expect(endpoint.url == url && endpoint.host == host)
    }

    @Test(arguments: [
        "", "api.openai.com", "ftp://host", "https://", "https:///v1", "https://host:", "https://host:x",
        "https://host:123456",
        "https://user:secret@host/v1", "https://host/v1?key=1", "https://host/#v1", "https://ho st", "https://höst",
        "https://::1", "https://[::1", "https://[]", "https://a:b:1", "https://host\\@evil", "https://host/\n",
    ])
    func `refuses other texts`(_ base: String) {
        let error = #expect(throws: ModelEndpoint.Failure.self) { try ModelEndpoint.openAI(baseURL: base, key: nil) }
        #expect(throws: ModelEndpoint.Failure.self) { try ModelEndpoint.anthropic(baseURL: base, key: "k") }
        #expect(error?.description.contains("secret") == false)
    }

    @Test(arguments: ["x y", "key\n", "key\r\nX-Evil: 1", "schlüssel", "\u{7F}"])
    func `refuses a key that no header may carry, without repeating it`(_ key: String) {
        let error = #expect(throws: ModelEndpoint.Failure.key) { try ModelEndpoint.openAI(baseURL: nil, key: key) }
        #expect(error?.description.contains(key) == false)
    }
}
