import Glibc

/// An IPv4 or IPv6 address with its port.
public struct SocketAddress: Sendable, Equatable {
    /// The address as text, without port: `127.0.0.1`, `::1`. An IPv4 address inside IPv6 is written as IPv4.
    public let address: String
    /// The port; 0 when there is none.
    public let port: Int
    /// Whether the address is this machine's own: 127.0.0.0/8 or ::1.
    public let isLoopback: Bool

    /// The address in `storage`; nil for other families.
    init?(_ storage: sockaddr_storage) {
        var storage = storage
        let bytes: [UInt8]
        switch CInt(storage.ss_family) {
        case AF_INET:
            let address = withUnsafeBytes(of: &storage) { $0.load(as: sockaddr_in.self) }
            port = Int(UInt16(bigEndian: address.sin_port))
            bytes = withUnsafeBytes(of: address.sin_addr) { Array($0) }
        case AF_INET6:
            let address = withUnsafeBytes(of: &storage) { $0.load(as: sockaddr_in6.self) }
            port = Int(UInt16(bigEndian: address.sin6_port))
            let all = withUnsafeBytes(of: address.sin6_addr) { Array($0) }
            let isMapped = all[..<10].allSatisfy { $0 == 0 } && all[10] == 0xFF && all[11] == 0xFF
            bytes = isMapped ? Array(all[12...]) : all
        default: return nil
        }
        isLoopback = bytes.count == 4 ? bytes[0] == 127 : bytes.last == 1 && bytes.dropLast().allSatisfy { $0 == 0 }
        address = Self.text(bytes)
    }

    /// Of a socket's own end; nil when the system does not say.
    public static func local(of number: CInt) -> SocketAddress? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = withUnsafeMutablePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(number, $0, &length) }
        }
        return result == 0 ? SocketAddress(storage) : nil
    }

    private static func text(_ bytes: [UInt8]) -> String {
        var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        guard inet_ntop(family, bytes, &buffer, socklen_t(buffer.count)) != nil else { return "" }
        return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
