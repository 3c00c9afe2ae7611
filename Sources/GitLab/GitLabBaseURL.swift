/// Where GitLab is: the one host that the token is sent to. It comes from the settings, never from a payload.
public struct GitLabBaseURL: Sendable, Equatable, CustomStringConvertible {
    /// Why a text is not GitLab's address.
    public struct Failure: Error, Sendable, Equatable, CustomStringConvertible {
        /// What is wrong and what is accepted; never shows a password.
        public let description: String
    }

    /// The address as people open it, without a slash at its end: `https://gitlab.example.com/git`.
    public let description: String

    /// Where the REST API is: `https://gitlab.example.com/git/api/v4`.
    public var api: String { description + "/api/v4" }

    /// Reads `https://gitlab.example.com`, with a port and a path prefix where GitLab has them; `/api/v4` at the end may stand there.
    public init(_ text: String) throws(Failure) {
        let accepted = "; expected the address of GitLab, such as https://gitlab.example.com"
        var rest = text[...]
        while rest.last == "/" { rest.removeLast() }
        if rest.hasSuffix("/api/v4") { rest = rest.dropLast(7) }
        while rest.last == "/" { rest.removeLast() }
        guard let scheme = ["https://", "http://"].first(where: { rest.lowercased().hasPrefix($0) }) else {
            throw Failure(description: "it starts with neither https:// nor http://" + accepted)
        }
        let address = rest.dropFirst(scheme.count)
        guard !address.contains("@") else {
            throw Failure(
                description: "it has a user name or password in it" + accepted + "; the token goes into GITLAB_TOKEN")
        }
        guard !address.contains(where: { $0 == "?" || $0 == "#" }) else {
            throw Failure(description: "it has a query or a fragment" + accepted)
        }
        guard address.unicodeScalars.allSatisfy({ $0.isASCIIWord || "-._~%:/[]".unicodeScalars.contains($0) }) else {
            throw Failure(description: "it has blanks or other characters in it that an address cannot have" + accepted)
        }
        let host = address.prefix { $0 != "/" }
        guard let first = host.first, first != ":", Self.hasValidPort(host) else {
            throw Failure(description: "it has no host, or a port that is none" + accepted)
        }
        description = scheme + address
    }

    private static func hasValidPort(_ host: Substring) -> Bool {
        let end = host.lastIndex(of: "]") ?? host.startIndex
        guard let colon = host[end...].lastIndex(of: ":") else { return true }
        let digits = host[host.index(after: colon)...]
        guard 1...5 ~= digits.utf8.count, digits.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), let port = Int(digits) else {
            return false
        }
        return 1...65_535 ~= port
    }

    /// `text` as one segment of a path or one value of a query: everything but letters, digits, `-` and `_` percent-encoded.
    static func encoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var output: [UInt8] = []
        for byte in text.utf8 {
            if Unicode.Scalar(byte).isASCIIWord || byte == UInt8(ascii: "-") {
                output.append(byte)
            } else {
                output += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: output, as: UTF8.self)
    }
}
