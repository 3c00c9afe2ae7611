import Glibc

extension ListeningSocket {
    /// An address that a host name stands for.
    struct Candidate {
        let family: CInt
        let length: socklen_t
        private let address: sockaddr_storage

        init?(_ info: addrinfo) {
            guard let source = info.ai_addr, info.ai_family == AF_INET || info.ai_family == AF_INET6,
                Int(info.ai_addrlen) <= MemoryLayout<sockaddr_storage>.size
            else { return nil }
            var storage = sockaddr_storage()
            // The system says how long its address is; it was just checked to fit.
            withUnsafeMutableBytes(of: &storage) {
                $0.copyMemory(from: UnsafeRawBufferPointer(start: source, count: Int(info.ai_addrlen)))
            }
            family = info.ai_family
            length = info.ai_addrlen
            address = storage
        }

        /// Whether both are one address; a hosts file may name it twice.
        func isSame(as other: Candidate) -> Bool { SocketAddress(address) == SocketAddress(other.address) }

        /// The address with `port`, which lies at the same place in both families.
        func storage(port: Int) -> sockaddr_storage {
            var storage = address
            withUnsafeMutableBytes(of: &storage) {
                $0.storeBytes(
                    of: in_port_t(truncatingIfNeeded: port).bigEndian,
                    toByteOffset: MemoryLayout<sockaddr_in>.offset(of: \.sin_port) ?? 2, as: in_port_t.self)
            }
            return storage
        }
    }

    /// The addresses of `host`, in the system's order.
    static func resolve(host: String, port: Int) throws(ListeningFailure) -> [Candidate] {
        guard 0...65535 ~= port else {
            throw ListeningFailure(host: host, port: port, reason: "a port is a number from 0 to 65535")
        }
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE
        var list: UnsafeMutablePointer<addrinfo>?
        let result = getaddrinfo(host, nil, &hints, &list)
        defer { if let list { freeaddrinfo(list) } }
        guard result == 0 else {
            let reason = gai_strerror(result).map { String(cString: $0) } ?? "error \(result)"
            throw ListeningFailure(host: host, port: port, reason: "getaddrinfo: \(reason)")
        }
        var candidates: [Candidate] = []
        var next = list
        while let info = next {
            if let candidate = Candidate(info.pointee), !candidates.contains(where: { $0.isSame(as: candidate) }) {
                candidates.append(candidate)
            }
            next = info.pointee.ai_next
        }
        return candidates
    }
}
