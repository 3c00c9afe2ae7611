import Glibc

// Whole files and directories, by the calls of the table.

extension FileCalls {
    /// Opens `path`, again when a signal interrupts.
    public func opening(_ path: String, for purpose: FilePurpose) throws(POSIXFailure) -> CInt {
        while true {
            let result = open(path, purpose)
            if result >= 0 { return CInt(truncatingIfNeeded: result) }
            guard result == -Int(EINTR) else { throw failure("open", path, result) }
        }
    }

    /// Writes all of `bytes`, again when a signal interrupts. A short count is a failure (the disk is full, or there is
    /// a limit): it throws ENOSPC and leaves what was taken for the caller to undo.
    public func writing(_ bytes: UnsafeRawBufferPointer, to descriptor: CInt, path: String) throws(POSIXFailure) {
        while true {
            let result = write(descriptor, bytes)
            if result == bytes.count { return }
            if result == -Int(EINTR) { continue }
            throw result < 0 ? failure("write", path, result) : POSIXFailure("write", path, code: ENOSPC)
        }
    }

    /// Throws when `result` of `operation` on `path` is a failure.
    public func checking(_ result: Int, _ operation: String, _ path: String) throws(POSIXFailure) {
        if result < 0 { throw failure(operation, path, result) }
    }

    private func failure(_ operation: String, _ path: String, _ result: Int) -> POSIXFailure {
        POSIXFailure(operation, path, code: CInt(truncatingIfNeeded: -result))
    }

    /// The bytes of a regular file from `offset` on, at most `limit`. Throws EFBIG when there are more, and EISDIR or
    /// EINVAL when it is no regular file.
    public func contents(of path: String, from offset: Int = 0, limit: Int = .max) throws(POSIXFailure) -> [UInt8] {
        let found = try status(path).get()
        guard found.kind == .file else {
            throw POSIXFailure("read", path, code: found.kind == .directory ? EISDIR : EINVAL)
        }
        let descriptor = try opening(path, for: .read)
        defer { _ = close(descriptor) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(min(max(0, found.size - offset), limit) + 1)
        let chunk = min(max(found.size - offset + 1, 4096), 1 << 20)
        while true {
            let position = offset + bytes.count
            var result = 0
            let piece = [UInt8](unsafeUninitializedCapacity: chunk) { buffer, count in
                result = read(descriptor, UnsafeMutableRawBufferPointer(buffer), position)
                count = max(0, result)
            }
            if result == -Int(EINTR) { continue }
            try checking(result, "read", path)
            if result == 0 { return bytes }
            bytes.append(contentsOf: piece)
            guard bytes.count <= limit else { throw POSIXFailure("read", path, code: EFBIG) }
        }
    }

    /// Reads from `offset` on until `room` is full or the file ends; answers how many bytes there were. `path` is for the
    /// error.
    public func filling(
        _ room: UnsafeMutableRawBufferPointer, from descriptor: CInt, at offset: Int, path: String
    ) throws(POSIXFailure) -> Int {
        var count = 0
        while count < room.count {
            let result = read(descriptor, UnsafeMutableRawBufferPointer(rebasing: room[count...]), offset + count)
            if result == -Int(EINTR) { continue }
            try checking(result, "read", path)
            if result == 0 { break }
            count += result
        }
        return count
    }

    /// The bytes of a file from `offset` on, as many as there are but at most `countMax`.
    public func piece(of path: String, from offset: Int, countMax: Int) throws(POSIXFailure) -> [UInt8] {
        let descriptor = try opening(path, for: .read)
        defer { _ = close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: max(0, countMax))
        let count = try bytes.withUnsafeMutableBufferPointer { (room) throws(POSIXFailure) in
            try filling(UnsafeMutableRawBufferPointer(room), from: descriptor, at: offset, path: path)
        }
        bytes.removeLast(bytes.count - count)
        return bytes
    }

    /// Makes `path` and what leads to it where missing, and makes the new names last.
    public func makingDirectories(_ path: String) throws(POSIXFailure) {
        switch status(path) {
        case .success(let found) where found.kind == .directory: return
        case .success(let found) where found.kind == .file: throw POSIXFailure("mkdir", path, code: ENOTDIR)
        default: break
        }
        let parent = Self.parent(of: path)
        if parent != path, parent != "." { try makingDirectories(parent) }
        let result = makeDirectory(path)
        if result == -Int(EEXIST) { return }
        try checking(result, "mkdir", path)
        try synchronizingDirectory(parent)
    }

    /// Makes the names in `directory` survive a power cut: rename(2) and open(2) with O_CREAT are atomic but not durable,
    /// for the name lives in the directory, and that needs its own fsync(2).
    public func synchronizingDirectory(_ directory: String) throws(POSIXFailure) {
        let descriptor = try opening(directory, for: .directory)
        defer { _ = close(descriptor) }
        try checking(synchronize(descriptor), "fsync", directory)
    }

    /// Puts `bytes` in place of the file at `path` in one step: a reader sees the old bytes or the new ones, after a
    /// power cut too. On failure the old file stays and nothing is left behind.
    ///
    /// Which of the two it is after a power cut is certain only when the name `lasts`, which takes one more fsync(2).
    /// Only the process's own user may read a file that `isPrivate`.
    public func replacing(_ path: String, with bytes: [UInt8], lasts: Bool = true, isPrivate: Bool = false)
        throws(POSIXFailure)
    {
        try bytes.withUnsafeBufferPointer { (bytes) throws(POSIXFailure) in
            try replacing(path, with: UnsafeRawBufferPointer(bytes), lasts: lasts, isPrivate: isPrivate)
        }
    }

    private func replacing(
        _ path: String, with bytes: UnsafeRawBufferPointer, lasts: Bool, isPrivate: Bool
    ) throws(POSIXFailure) {
        let directory = Self.parent(of: path)
        let temporary = Self.temporaryPath(for: path)
        _ = unlink(temporary)
        let descriptor = try opening(temporary, for: isPrivate ? .createPrivate : .create)
        do throws(POSIXFailure) {
            try writing(bytes, to: descriptor, path: temporary)
            try checking(synchronize(descriptor), "fsync", temporary)
        } catch {
            _ = close(descriptor)
            _ = unlink(temporary)
            throw error
        }
        _ = close(descriptor)
        let result = rename(temporary, path)
        if result < 0 { _ = unlink(temporary) }
        try checking(result, "rename", path)
        if lasts { try synchronizingDirectory(directory) }
    }

    /// Removes what a crash between two steps of `replacing` left in `directory`.
    public func removingTemporaries(in directory: String) throws(POSIXFailure) {
        for name in try names(directory).get() where Self.isTemporary(name) {
            _ = unlink(directory + "/" + name)
        }
    }

    /// `/data/state/.tmp-journal-4711` for `/data/state/journal`.
    public static func temporaryPath(for path: String) -> String {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        return parent(of: path) + "/.tmp-" + name + "-" + String(getpid())
    }

    /// Whether `name` is one that `temporaryPath` makes.
    public static func isTemporary(_ name: String) -> Bool {
        guard name.hasPrefix(".tmp-"), let dash = name.lastIndex(of: "-") else { return false }
        let digits = name[name.index(after: dash)...].utf8
        return name.utf8.count > 6 && !digits.isEmpty && digits.allSatisfy { 0x30...0x39 ~= $0 }
    }

    /// The directory that holds the name of `path`.
    public static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}

extension POSIXFailure {
    /// Whether this failure of `FileCalls.replacing` leaves the old file at `path`: the new one was not written, or did not
    /// get the name. After any other it is open which of the two a power cut leaves.
    public func leavesInPlace(_ path: String) -> Bool {
        operation == "rename" || subject == FileCalls.temporaryPath(for: path)
    }
}
