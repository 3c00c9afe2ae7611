import Glibc

/// Bytes with a margin on both sides, in memory that ends in a fault: whoever reads past the margin stops the tests.
final class GuardedBytes {
    /// Which margin lies against memory that cannot be read.
    enum Edge: CaseIterable { case front, back }

    private let mapping: UnsafeMutableRawPointer
    private let length: Int
    let base: UnsafePointer<UInt8>
    let count: Int

    /// `bytes` between margins of `margin` bytes, which are full of `filling`.
    init?(_ bytes: [UInt8], margin: Int, filling: UInt8, edge: Edge) {
        let page = sysconf(Int32(_SC_PAGESIZE))
        let inner = (bytes.count + 2 * margin + page - 1) / page * page
        length = inner + 2 * page
        guard let mapping = mmap(nil, length, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), mapping != MAP_FAILED,
            mprotect(mapping + page, inner, PROT_READ | PROT_WRITE) == 0
        else { return nil }
        self.mapping = mapping
        memset(mapping + page, CInt(filling), inner)
        let place = mapping + page + (edge == .front ? margin : inner - margin - bytes.count)
        bytes.withUnsafeBytes { source in
            if let from = source.baseAddress { memcpy(place, from, source.count) }
        }
        base = UnsafePointer(place.assumingMemoryBound(to: UInt8.self))
        count = bytes.count
    }

    deinit { munmap(mapping, length) }
}
