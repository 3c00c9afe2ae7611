import Glibc
import Platform
import Synchronization
import Testing

/// A folder of its own for one test, removed with the value.
private final class Folder: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/bursar-files-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw POSIXFailure("mkdtemp") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { Self.remove(path) }

    private static func remove(_ path: String) {
        if case .success(let names) = FileCalls.system.names(path) {
            for name in names where unlink(path + "/" + name) != 0 { remove(path + "/" + name) }
        }
        rmdir(path)
    }

    func text(_ name: String) throws -> String {
        String(decoding: try FileCalls.system.contents(of: path + "/" + name), as: UTF8.self)
    }
}

extension AppendFile {
    fileprivate mutating func append(_ text: String) throws(POSIXFailure) {
        try Array(text.utf8).withUnsafeBufferPointer { (bytes) throws(POSIXFailure) in
            try append(UnsafeRawBufferPointer(bytes))
        }
    }
}

@Suite struct AppendFileTests {
    @Test func `appends and knows what is certain`() throws {
        let folder = try Folder()
        var file = try AppendFile.opening(folder.path + "/a", calls: .system)
        try file.append("one\n")
        #expect(file.size == 4 && file.durableSize == 0)
        try file.synchronize()
        #expect(file.durableSize == 4)
        try file.append("two\n")
        try file.cut(to: 4)
        try file.append("three\n")
        #expect(try folder.text("a") == "one\nthree\n")
    }

    @Test(arguments: [ENOSPC, EIO, EROFS, EDQUOT, EFBIG, 0])
    func `a write that fails leaves nothing behind`(_ code: CInt) throws {
        let folder = try Folder()
        let fails = Atomic(false)
        var calls = FileCalls.system
        calls.write = { descriptor, bytes in
            guard fails.load(ordering: .relaxed) else { return FileCalls.system.write(descriptor, bytes) }
            // A full disk takes a part and only then refuses; 0 stands for the short count alone.
            let part = UnsafeRawBufferPointer(rebasing: bytes.prefix(2))
            _ = FileCalls.system.write(descriptor, part)
            return code == 0 ? 2 : -Int(code)
        }
        var file = try AppendFile.opening(folder.path + "/a", calls: calls)
        try file.append("one\n")
        fails.store(true, ordering: .relaxed)
        #expect(throws: POSIXFailure("write", folder.path + "/a", code: code == 0 ? ENOSPC : code)) {
            try file.append("two\n")
        }
        #expect(try folder.text("a") == "one\n")
        fails.store(false, ordering: .relaxed)
        try file.append("two\n")
        #expect(try folder.text("a") == "one\ntwo\n" && file.poison == nil)
    }

    @Test func `a write that cannot be undone poisons the file`() throws {
        let folder = try Folder()
        var calls = FileCalls.system
        calls.write = { _, _ in -Int(EIO) }
        calls.truncate = { _, _ in -Int(EIO) }
        var file = try AppendFile.opening(folder.path + "/a", calls: calls)
        #expect(throws: POSIXFailure.self) { try file.append("one\n") }
        #expect(file.poison == POSIXFailure("ftruncate", folder.path + "/a", code: EIO))
        #expect(throws: POSIXFailure.self) { try file.append("two\n") }
    }

    @Test func `a failed synchronisation is final until the file is made anew`() throws {
        let folder = try Folder()
        let count = Atomic(0)
        var calls = FileCalls.system
        calls.synchronizeData = { descriptor in
            count.add(1, ordering: .relaxed).newValue == 2 ? -Int(EIO) : FileCalls.system.synchronizeData(descriptor)
        }
        var file = try AppendFile.opening(folder.path + "/a", calls: calls)
        try file.append("one\n")
        try file.synchronize()
        try file.append("two\n")
        #expect(throws: POSIXFailure.self) { try file.synchronize() }
        #expect(throws: POSIXFailure.self) { try file.synchronize() }
        #expect(throws: POSIXFailure.self) { try file.append("three\n") }
        #expect(count.load(ordering: .relaxed) == 2)
        try file.rebuild(adding: Array("2\n".utf8))
        #expect(try folder.text("a") == "one\n2\n")
        try file.append("three\n")
        try file.synchronize()
        #expect(try folder.text("a") == "one\n2\nthree\n")
    }

    @Test func `repeats what a signal interrupts`() throws {
        let folder = try Folder()
        let count = Atomic(0)
        var calls = FileCalls.system
        calls.write = { descriptor, bytes in
            count.add(1, ordering: .relaxed).newValue % 2 == 1 ? -Int(EINTR) : FileCalls.system.write(descriptor, bytes)
        }
        var file = try AppendFile.opening(folder.path + "/a", calls: calls)
        try file.append("one\n")
        #expect(try folder.text("a") == "one\n")
    }

    @Test func `takes neither directories nor links nor pipes`() throws {
        let folder = try Folder()
        mkdir(folder.path + "/directory", 0o700)
        symlink("/etc/passwd", folder.path + "/link")
        mkfifo(folder.path + "/pipe", 0o600)
        for name in ["directory", "link", "pipe"] {
            #expect(throws: POSIXFailure.self) { try FileCalls.system.contents(of: folder.path + "/" + name) }
            var isOpen = false
            if case .some(_) = try? AppendFile.opening(folder.path + "/" + name, calls: .system) { isOpen = true }
            #expect(!isOpen)
        }
    }
}

@Suite struct ReplacingTests {
    @Test func `replaces whole files`() throws {
        let folder = try Folder()
        try FileCalls.system.replacing(folder.path + "/a", with: Array("old".utf8))
        try FileCalls.system.replacing(folder.path + "/a", with: Array("new".utf8))
        #expect(try folder.text("a") == "new")
        #expect(try FileCalls.system.names(folder.path).get() == ["a"])
    }

    /// 1 write, 2 fsync of the file, 3 rename; the directory's fsync comes when the new file is there already.
    @Test(arguments: ["write", "fsync", "rename"])
    func `a failure leaves the old file and nothing else`(_ failing: String) throws {
        let folder = try Folder()
        try FileCalls.system.replacing(folder.path + "/a", with: Array("old".utf8))
        var calls = FileCalls.system
        switch failing {
        case "write": calls.write = { _, _ in -Int(ENOSPC) }
        case "fsync": calls.synchronize = { _ in -Int(EIO) }
        default: calls.rename = { _, _ in -Int(EROFS) }
        }
        #expect(throws: POSIXFailure.self) { try calls.replacing(folder.path + "/a", with: Array("new".utf8)) }
        #expect(try folder.text("a") == "old")
        #expect(try FileCalls.system.names(folder.path).get() == ["a"])
    }

    @Test func `removes only its own temporaries`() throws {
        let folder = try Folder()
        let ours = [".tmp-journal-4711", ".tmp-2025-12-13.json-1"]
        let others = [".tmp-journal-47x", ".tmp-", ".tmp--", "tmp-a-1", ".tmp-a-", "2025-12.csv", ".tmp-1"]
        for name in ours + others { try FileCalls.system.replacing(folder.path + "/" + name, with: []) }
        try FileCalls.system.removingTemporaries(in: folder.path)
        #expect(try FileCalls.system.names(folder.path).get().sorted() == others.sorted())
    }

    @Test func `makes directories with what leads to them`() throws {
        let folder = try Folder()
        try FileCalls.system.makingDirectories(folder.path + "/a/b/c")
        try FileCalls.system.makingDirectories(folder.path + "/a/b/c")
        #expect(try FileCalls.system.status(folder.path + "/a/b/c").get().kind == .directory)
        try FileCalls.system.replacing(folder.path + "/file", with: [])
        #expect(throws: POSIXFailure.self) { try FileCalls.system.makingDirectories(folder.path + "/file/c") }
    }
}

@Suite struct DirectoryLockTests {
    @Test func `one at a time, and the second learns who`() throws {
        let folder = try Folder()
        func take() throws { _ = try DirectoryLock.taking(folder.path + "/lock", calls: .system) }
        do {
            let lock = try DirectoryLock.taking(folder.path + "/lock", calls: .system)
            #expect(throws: DirectoryLockError.taken(by: nil)) { try take() }
            lock.leave(.held(address: "http://127.0.0.1:8000"))
            #expect(throws: DirectoryLockError.taken(by: Int(getpid()))) { try take() }
            #expect(
                LockNote.read(folder.path + "/lock", calls: .system)
                    == .held(pid: Int(getpid()), address: "http://127.0.0.1:8000"))
            // A shorter note leaves nothing of a longer one.
            lock.leave(.ended)
            #expect(LockNote.read(folder.path + "/lock", calls: .system) == .ended)
            #expect(throws: DirectoryLockError.taken(by: nil)) { try take() }
            _ = consume lock
        }
        try take()
    }

    @Test(arguments: [
        ("4711\nhttp://127.0.0.1:8000\n", false), ("4711\n", true), ("ended\n", true), ("", true), ("odd\nodd\n", true),
    ])
    func `the address of a holder that was killed goes with the lock, and nothing else does`(
        _ note: String, _ stays: Bool
    ) throws {
        let folder = try Folder()
        let path = folder.path + "/lock"
        try FileCalls.system.replacing(path, with: Array(note.utf8))
        let lock = try DirectoryLock.taking(path, calls: .system)
        let found = String(decoding: try FileCalls.system.contents(of: path), as: UTF8.self)
        #expect(found == (stays ? note : "\(getpid())\n"))
        _ = consume lock
    }

    @Test func `a lock without a note is a lock`() throws {
        let folder = try Folder()
        var calls = FileCalls.system
        calls.write = { _, _ in -Int(ENOSPC) }
        let lock = try DirectoryLock.taking(folder.path + "/lock", calls: calls)
        lock.leave(.held())
        #expect(throws: DirectoryLockError.taken(by: nil)) {
            _ = try DirectoryLock.taking(folder.path + "/lock", calls: .system)
        }
        _ = consume lock
    }
}
