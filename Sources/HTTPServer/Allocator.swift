import Glibc

/// How the C library gives large storage back.
enum Allocator {
    /// Storage from this size on is mapped for itself, and goes back to the system when it is freed.
    private static let mappedBytesMin: CInt = 1 << 20

    private typealias Option = @convention(c) (CInt, CInt) -> CInt
    /// `M_MMAP_THRESHOLD` of glibc's malloc.h.
    private static let mapThreshold: CInt = -3

    // Left alone, glibc raises this bound to the largest storage freed so far, up to 32 MiB (mallopt(3),
    // M_MMAP_THRESHOLD): after one large body all later ones would lie in its heap, and their memory would stay.
    private static let isSet: Bool = {
        // Swift's Glibc module has no malloc.h, so the function is looked up; a library without it is left as it is.
        guard let function = dlsym(dlopen(nil, RTLD_NOW), "mallopt") else { return false }
        // The type is the one that mallopt(3) declares.
        return unsafeBitCast(function, to: Option.self)(mapThreshold, mappedBytesMin) == 1
    }()

    /// Sees to it, once for the whole process, that the memory of large bodies returns to the system. True when it does.
    @discardableResult static func returnsLargeStorage() -> Bool { isSet }
}
