import Glibc

/// Addresses to listen on: IPv4 in four decimal parts and IPv6, as inet_pton(3) reads them.
enum Address {
    /// The address `text` names, without brackets; `localhost` is 127.0.0.1. Nil for other names.
    static func numeric(_ text: String) -> String? {
        if text.lowercased() == "localhost" { return "127.0.0.1" }
        if text.hasPrefix("["), text.hasSuffix("]") {
            let inner = text.dropFirst().dropLast()
            return isIPv6(inner) ? String(inner) : nil
        }
        return ipv4(text) != nil || isIPv6(text) ? text : nil
    }

    /// Whether only this machine can reach the address: 127.0.0.0/8 (RFC 1122 section 3.2.1.3) or ::1 (RFC 4291
    /// section 2.5.3).
    static func isLoopback(_ address: String) -> Bool {
        if let number = ipv4(address) { return number >> 24 == 127 }
        return ipv6(address) == [UInt8](repeating: 0, count: 15) + [1]
    }

    static func isIPv6(_ text: some StringProtocol) -> Bool { ipv6(String(text)) != nil }

    private static func ipv4(_ text: String) -> UInt32? {
        var address = in_addr()
        return inet_pton(AF_INET, text, &address) == 1 ? UInt32(bigEndian: address.s_addr) : nil
    }

    private static func ipv6(_ text: String) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 16)
        return inet_pton(AF_INET6, text, &bytes) == 1 ? bytes : nil
    }
}
