import Glibc

/// The sole right to write in a directory, for as long as the value lives.
///
/// flock(2) on a file kept open: unlike the locks of fcntl(2) it does not vanish when the process opens and closes the
/// same file elsewhere, and the kernel gives it back however the process ends.
public struct DirectoryLock: ~Copyable {
    private let calls: FileCalls
    private let descriptor: CInt

    private init(descriptor: CInt, calls: FileCalls) {
        self.descriptor = descriptor
        self.calls = calls
    }

    /// Takes the lock on the file at `path`.
    public static func taking(_ path: String, calls: FileCalls) throws(DirectoryLockError) -> DirectoryLock {
        let descriptor: CInt
        do throws(POSIXFailure) {
            descriptor = try calls.opening(path, for: .lock)
        } catch {
            throw .failed(error)
        }
        var result = calls.lock(descriptor)
        while result == -Int(EINTR) { result = calls.lock(descriptor) }
        if result < 0 {
            _ = calls.close(descriptor)
            guard result == -Int(EWOULDBLOCK) else {
                throw .failed(POSIXFailure("flock", path, code: CInt(truncatingIfNeeded: -result)))
            }
            throw .taken(by: note(at: path, calls: calls))
        }
        return DirectoryLock(descriptor: descriptor, calls: calls)
    }

    /// Leaves this process's id in the file: a courtesy to whoever comes second. The lock holds without it, on a full disk
    /// too.
    public func leaveNote() {
        let note = Array((String(getpid()) + "\n").utf8)
        if calls.truncate(descriptor, 0) >= 0 { _ = note.withUnsafeBytes { calls.write(descriptor, $0) } }
    }

    deinit { _ = calls.close(descriptor) }

    private static func note(at path: String, calls: FileCalls) -> Int? {
        guard let bytes = try? calls.contents(of: path, limit: 32) else { return nil }
        var value = 0
        for byte in bytes.prefix(10) where byte != 0x0A {
            guard 0x30...0x39 ~= byte else { return nil }
            value = value * 10 + Int(byte - 0x30)
        }
        return value > 0 ? value : nil
    }
}

/// Why a directory could not be locked.
public enum DirectoryLockError: Error, Sendable, Equatable {
    /// Another process has it; its id when it left one.
    case taken(by: Int?)
    /// A call failed.
    case failed(POSIXFailure)
}
