import Glibc

/// A file that only grows, and knows how much of it is certain to be on the disk.
///
/// - `append` is all or nothing: what a failed write left is cut off again, and if even that fails the file is poisoned.
/// - A failed fdatasync(2) poisons it for good. The kernel marks the pages clean all the same, so a second call would
///   report success without having written anything; only a new file (`rebuild`) can be trusted again.
public struct AppendFile: ~Copyable {
    /// Where it is.
    public let path: String
    /// Bytes in the file, certain or not.
    public private(set) var size: Int
    /// Bytes that are certain to survive a power cut.
    public private(set) var durableSize: Int
    /// Why nothing more is written to it; nil while all is well.
    public private(set) var poison: POSIXFailure?

    private let calls: FileCalls
    private var descriptor: CInt

    private init(path: String, size: Int, descriptor: CInt, calls: FileCalls) {
        self.path = path
        self.size = size
        durableSize = size
        self.descriptor = descriptor
        self.calls = calls
    }

    /// Opens the file at `path` for appending; makes it, and makes its name last, when it is missing.
    ///
    /// What is in it already is taken for durable: `rebuild` it where there is doubt.
    public static func opening(_ path: String, calls: FileCalls) throws(POSIXFailure) -> AppendFile {
        let size: Int?
        switch calls.status(path) {
        case .success(let found):
            guard found.kind == .file else {
                throw POSIXFailure("open", path, code: found.kind == .directory ? EISDIR : EINVAL)
            }
            size = found.size
        case .failure(let failure):
            guard failure.code == ENOENT else { throw failure }
            size = nil
        }
        let descriptor = try calls.opening(path, for: .append)
        if size == nil {
            do throws(POSIXFailure) {
                try calls.checking(calls.synchronize(descriptor), "fsync", path)
                try calls.synchronizingDirectory(FileCalls.parent(of: path))
            } catch {
                _ = calls.close(descriptor)
                throw error
            }
        }
        return AppendFile(path: path, size: size ?? 0, descriptor: descriptor, calls: calls)
    }

    deinit { _ = calls.close(descriptor) }

    /// Whether the file is as it was left: the same size, and still the one that its name leads to. Somebody else may have
    /// saved another in its place.
    public var isUntouched: Bool { calls.linkedSize(descriptor) == size }

    /// Writes `bytes` at the end, all or nothing. They are not certain before `synchronize`.
    public mutating func append(_ bytes: UnsafeRawBufferPointer) throws(POSIXFailure) {
        if let poison { throw poison }
        guard bytes.count > 0 else { return }
        do throws(POSIXFailure) {
            try calls.writing(bytes, to: descriptor, path: path)
            size += bytes.count
        } catch {
            try cut(to: size)
            throw error
        }
    }

    /// Cuts off what lies behind `newSize`. Poisons the file when it cannot: nobody knows then how it ends.
    public mutating func cut(to newSize: Int) throws(POSIXFailure) {
        var result = calls.truncate(descriptor, newSize)
        while result == -Int(EINTR) { result = calls.truncate(descriptor, newSize) }
        if result < 0 {
            let failure = POSIXFailure("ftruncate", path, code: CInt(truncatingIfNeeded: -result))
            poison = failure
            throw failure
        }
        size = newSize
        durableSize = min(durableSize, newSize)
    }

    /// Makes everything written so far certain.
    public mutating func synchronize() throws(POSIXFailure) {
        if let poison { throw poison }
        guard durableSize < size else { return }
        var result = calls.synchronizeData(descriptor)
        while result == -Int(EINTR) { result = calls.synchronizeData(descriptor) }
        if result < 0 {
            let failure = POSIXFailure("fdatasync", path, code: CInt(truncatingIfNeeded: -result))
            poison = failure
            throw failure
        }
        durableSize = size
    }

    /// Makes a `cut` certain.
    public mutating func synchronizeCut() throws(POSIXFailure) {
        try calls.checking(calls.synchronize(descriptor), "fsync", path)
    }

    /// Puts a new file with the certain bytes of this one, and `more`, in its place, and goes on with that.
    public mutating func rebuild(adding more: [UInt8] = []) throws(POSIXFailure) {
        var bytes: [UInt8]
        if durableSize > 0 {
            bytes = try calls.contents(of: path)
            guard bytes.count >= durableSize else { throw POSIXFailure("read", path, code: EIO) }
            bytes.removeLast(bytes.count - durableSize)
        } else {
            bytes = []
        }
        bytes.append(contentsOf: more)
        try calls.replacing(path, with: bytes)
        let fresh = try calls.opening(path, for: .append)
        _ = calls.close(descriptor)
        descriptor = fresh
        size = bytes.count
        durableSize = size
        poison = nil
    }
}
