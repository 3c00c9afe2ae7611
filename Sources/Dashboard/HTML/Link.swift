/// An address within the dashboard: a path that is written out, and a query whose values are escaped.
///
/// Nothing that comes from outside can become a scheme, a host or a path.
public struct Link: Sendable, Equatable {
    private let path: String
    private var query: [(name: String, value: String)] = []

    /// The page at `path`.
    public init(_ path: StaticString) { self.path = "\(path)" }

    /// The same page with `name` set to `value` in the query, once; nil or empty takes it out.
    public func with(_ name: StaticString, _ value: String?) -> Link {
        var link = self
        let name = "\(name)"
        link.query.removeAll { $0.name == name }
        if let value, !value.isEmpty { link.query.append((name, value)) }
        return link
    }

    /// The address as text: `/dashboard/session?id=group%2Fapp%2112`.
    public var text: String {
        guard !query.isEmpty else { return path }
        return path + "?" + query.map { "\($0.name)=\(Self.escaped($0.value))" }.joined(separator: "&")
    }

    /// Escapes everything but the unreserved characters of RFC 3986 section 2.3.
    static func escaped(_ value: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in value.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                bytes.append(byte)
            default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Whether both lead to the same place.
    public static func == (left: Link, right: Link) -> Bool { left.text == right.text }
}
