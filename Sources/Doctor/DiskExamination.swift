import Glibc
import Ledger
import Platform

/// Whether the books can be kept in their directory: rights, room, the kind of file system, and who else writes there.
struct DiskExamination: Sendable {
    /// Bytes below which the books are about to stop.
    static let freeBytesMin = 64 << 20
    /// Bytes below which somebody should look.
    static let freeBytesRemarked = 1 << 30

    let directory: String

    var checks: [Check] { [access] + (nearest.map { [room($0), kind($0)] } ?? []) }

    /// The directory, or the one above it that is there: where the books would be made.
    private var nearest: String? {
        var path = directory
        for _ in 0..<64 {
            if case .success = FileCalls.system.status(path) { return path }
            let parent = FileCalls.parent(of: path)
            if parent == path { return nil }
            path = parent
        }
        return nil
    }

    private var access: Check {
        let name = "data directory"
        guard let nearest else { return .failed(name, "'\(directory)' cannot be found", "Set TOKEN_DATA_DIR.") }
        guard case .success(let status) = FileCalls.system.status(nearest), status.kind != .file else {
            return .failed(name, "'\(nearest)' is a file, not a directory", "Set TOKEN_DATA_DIR to a directory.")
        }
        guard Glibc.access(nearest, W_OK | X_OK) == 0 else {
            let failure = POSIXFailure("access", nearest)
            return .failed(
                name, "'\(nearest)' cannot be written by uid \(getuid()): \(POSIXFailure.text(failure.code))",
                failure.code == EROFS
                    ? "Mount it for writing."
                    : "Run this as the daemon's user, or give that user the directory (chown).")
        }
        let layout = LedgerLayout(directory: directory)
        for path in [layout.state, layout.lock, layout.logs, layout.summaries, layout.audits] {
            guard case .success = FileCalls.system.status(path), Glibc.access(path, W_OK) != 0 else { continue }
            let failure = POSIXFailure("access", path)
            return .failed(
                name, "'\(path)' cannot be written by uid \(getuid()): \(POSIXFailure.text(failure.code))",
                "Another user wrote there before: give it to the daemon's user (chown -R).")
        }
        return nearest == directory
            ? .ok(name, "'\(directory)' can be written") : .ok(name, "'\(directory)' will be made in '\(nearest)'")
    }

    private func room(_ path: String) -> Check {
        let name = "free space"
        switch FileCalls.system.space(path) {
        case .failure(let failure): return .skipped(name, failure.description)
        case .success(let space):
            let words = "\(space.availableBytes >> 20) MiB free of \(space.totalBytes >> 20) MiB"
            if space.availableBytes < Self.freeBytesMin {
                return .failed(
                    name, words, "Make room, or move TOKEN_DATA_DIR; TOKEN_ARCHIVE_DIR takes old files elsewhere.")
            }
            return space.availableBytes < Self.freeBytesRemarked
                ? .warning(name, words, "Make room before the books fill it.") : .ok(name, words)
        }
    }

    private func kind(_ path: String) -> Check {
        let name = "file system"
        guard let bytes = Self.contents(ofKernelFile: "/proc/self/mountinfo"),
            let kind = Self.fileSystem(of: Self.resolved(path), in: String(decoding: bytes, as: UTF8.self))
        else { return .skipped(name, "the system does not tell what '\(path)' is on") }
        return Self.judge(kind, path: path)
    }

    /// What kind of file system the books should not be on.
    static func judge(_ kind: String, path: String) -> Check {
        let name = "file system"
        switch kind {
        case "nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "ceph", "afs":
            return .warning(
                name, "'\(path)' is on a network (\(kind)): its locks and its flushes may not hold what they promise",
                "Keep the books on a local disk.")
        case "tmpfs", "ramfs":
            return .warning(
                name, "'\(path)' is in memory (\(kind)): the books are gone after a restart of the machine",
                "Set TOKEN_DATA_DIR to a directory on a disk.")
        case "overlay", "aufs":
            return .warning(
                name, "'\(path)' is in a container's own layer (\(kind)): the books are gone with the container",
                "Mount a volume and set TOKEN_DATA_DIR to it.")
        case _ where kind == "fuse" || kind.hasPrefix("fuse."):
            return .warning(
                name, "'\(path)' is on \(kind), whose flushes may not last", "Keep the books on a local disk.")
        default: return .ok(name, "\(kind), local")
        }
    }

    /// The type of the mount that holds `path`, from the lines of /proc/self/mountinfo (proc(5)): the longest mount point that leads to
    /// it, of two alike the later.
    static func fileSystem(of path: String, in mounts: String) -> String? {
        var best: (length: Int, kind: String)?
        for line in mounts.split(separator: "\n") {
            // 36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw
            let words = line.split(separator: " ")
            guard words.count > 6, let dash = words[6...].firstIndex(of: "-"), dash + 1 < words.count else { continue }
            let point = words[4].replacing("\\040", with: " ")
            guard point == "/" || path == point || path.hasPrefix(point + "/"), point.utf8.count >= best?.length ?? 0
            else { continue }
            best = (point.utf8.count, String(words[dash + 1]))
        }
        return best?.kind
    }

    private static func resolved(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }

    /// The process that holds the books; nil when none does. Read from the kernel's list: taking the lock to see whether it is free
    /// could keep a daemon from starting.
    var holder: Int? {
        let path = LedgerLayout(directory: directory).lock
        var facts = stat()
        guard lstat(path, &facts) == 0, let bytes = Self.contents(ofKernelFile: "/proc/locks") else { return nil }
        let note = (try? FileCalls.system.contents(of: path, limit: 32)).map { String(decoding: $0, as: UTF8.self) }
        return Self.holder(
            inode: UInt64(facts.st_ino), device: UInt64(facts.st_dev), note: note ?? "",
            in: String(decoding: bytes, as: UTF8.self))
    }

    /// The process that has a lock of flock(2) on a file, from the lines of /proc/locks (proc(5)). Some file systems show another device
    /// there than stat(2) does; then the id that the process left in the file has to be the same.
    static func holder(inode: UInt64, device: UInt64, note: String, in locks: String) -> Int? {
        let major = (device >> 8) & 0xFFF | (device >> 32) & 0xFFFF_F000
        let minor = device & 0xFF | (device >> 12) & 0xFFFF_FF00
        let noted = note.prefix { $0 != "\n" }
        for line in locks.split(separator: "\n") {
            // 1: FLOCK  ADVISORY  WRITE 4711 fd:01:131074 0 EOF
            let words = line.split(separator: " ")
            guard words.count >= 6, words[1] == "FLOCK", let process = Int(words[4]) else { continue }
            let place = words[5].split(separator: ":")
            guard place.count == 3, UInt64(place[2]) == inode else { continue }
            let isDevice = UInt64(place[0], radix: 16) == major && UInt64(place[1], radix: 16) == minor
            if isDevice || words[4] == noted { return process }
        }
        return nil
    }

    /// A file of the kernel's has no size: it is read to its end, at most 1 MiB.
    private static func contents(ofKernelFile path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while bytes.count < 1 << 20 {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            bytes += buffer.prefix(count)
        }
        return bytes
    }
}
