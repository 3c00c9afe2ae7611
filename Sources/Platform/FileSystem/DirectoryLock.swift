import Glibc

/// The sole right to write in a directory, for as long as the value lives.
///
/// flock(2) on a file kept open: unlike the locks of fcntl(2) it does not vanish when the process opens and closes the
/// same file elsewhere, and the kernel gives it back however the process ends.
public struct DirectoryLock: ~Copyable {
    private let path: String
    private let calls: FileCalls
    private let descriptor: CInt

    private init(path: String, descriptor: CInt, calls: FileCalls) {
        self.path = path
        self.descriptor = descriptor
        self.calls = calls
    }

    /// Takes the lock on the file at `path`. An address that the last holder left is gone when this returns.
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
            throw .taken(by: LockNote.read(path, calls: calls)?.pid)
        }
        let lock = DirectoryLock(path: path, descriptor: descriptor, calls: calls)
        // A holder that was killed left its address, and somebody else may listen there by now.
        if LockNote.read(path, calls: calls)?.address != nil { lock.leave(.held()) }
        return lock
    }

    /// Leaves a note in the file: a courtesy to whoever comes second. The lock holds without it, on a full disk too.
    ///
    /// It is written over the old one and then cut to its length, so that a full disk cannot make an empty file of it.
    public func leave(_ note: LockNote) {
        // A descriptor of its own begins at the start of the file; closing it does not give the lock back (flock(2)).
        guard let fresh = try? calls.opening(path, for: .lock) else { return }
        defer { _ = calls.close(fresh) }
        let bytes = Array(note.text.utf8)
        guard bytes.withUnsafeBytes({ calls.write(fresh, $0) }) == bytes.count else { return }
        _ = calls.truncate(fresh, bytes.count)
    }

    deinit { _ = calls.close(descriptor) }
}

/// What the holder of a lock says about itself in the locked file.
public enum LockNote: Sendable, Equatable {
    /// A process has it, and can be reached at an address if there is one.
    case held(pid: Int, address: String?)
    /// The last holder ended in order: everything that it wrote is on the disk.
    case ended

    /// The note of this process.
    public static func held(address: String? = nil) -> LockNote { .held(pid: Int(getpid()), address: address) }

    /// The id of the process that has it.
    public var pid: Int? { if case .held(let pid, _) = self { pid } else { nil } }

    /// Where it can be reached.
    public var address: String? { if case .held(_, let address) = self { address } else { nil } }

    /// The id on the first line, the address on the second.
    var text: String {
        switch self {
        case .held(let pid, let address): "\(pid)\n" + (address.map { $0 + "\n" } ?? "")
        case .ended: "ended\n"
        }
    }

    /// Bytes a note may have.
    static let bytesMax = 1024

    /// Reads the note in the file at `path`; nil when there is none that can be read.
    public static func read(_ path: String, calls: FileCalls) -> LockNote? {
        guard let bytes = try? calls.contents(of: path, limit: bytesMax) else { return nil }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        guard let first = lines.first else { return nil }
        if first == "ended" { return .ended }
        guard 1...10 ~= first.utf8.count, first.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) else { return nil }
        let pid = first.utf8.reduce(0) { $0 * 10 + Int($1 - 0x30) }
        return pid > 0 ? .held(pid: pid, address: lines.count > 1 ? String(lines[1]) : nil) : nil
    }
}

/// Why a directory could not be locked.
public enum DirectoryLockError: Error, Sendable, Equatable {
    /// Another process has it; its id when it left one.
    case taken(by: Int?)
    /// A call failed.
    case failed(POSIXFailure)
}
