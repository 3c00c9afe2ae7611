import Glibc
import Platform
import Synchronization

/// A disk in memory that loses what was not synchronised when the power fails, and fails when told to.
///
/// Fault model: after a power cut a file has its synchronised bytes and any prefix of what was appended since; a
/// truncation that was not synchronised may or may not have happened; names that were made, changed or removed since the
/// directory was synchronised are there up to some moment. After a failed fsync the bytes that it should have written
/// look written, and are not: a later success does not write them.
final class FakeDisk: Sendable {
    private struct Inode {
        var cached: [UInt8] = []
        var durable: [UInt8] = []
        /// Bytes that look written and are not.
        var lost = 0..<0
    }

    private enum NameChange {
        case link(path: String, inode: Int)
        case rename(from: String, to: String)
        case unlink(path: String)

        var paths: [String] {
            switch self {
            case .link(let path, _), .unlink(let path): [path]
            case .rename(let from, let to): [from, to]
            }
        }
    }

    private struct State {
        var inodes: [Int: Inode] = [:]
        var names: [String: Int] = [:]
        var durableNames: [String: Int] = [:]
        var changes: [NameChange] = []
        var directories: Set<String> = ["/"]
        var descriptors: [CInt: (inode: Int?, path: String, isLock: Bool)] = [:]
        var nextDescriptor: CInt = 100
        var nextInode = 1
        var locks: [Int: CInt] = [:]
        var calls = 0
        var fault: Fault?
        var faultsMet = 0
        var capacity = Int.max
        /// Files that may not be opened to be read, and files that cannot be written, with the errno.
        var unreadable: Set<String> = []
        var unwritable: [String: CInt] = [:]
        /// What lies below it is another file system.
        var foreign: String?
        /// Counts the processes: calls of one that was killed do nothing.
        var process = 0
    }

    /// Which calls fail, by their number, and how.
    struct Fault: Sendable {
        var calls: ClosedRange<Int>
        /// 0: a write takes only half of its bytes.
        var code: CInt
    }

    private let state = Mutex(State())

    /// Calls that could fail so far.
    var calls: Int { state.withLock { $0.calls } }
    /// Calls that did fail.
    var faultsMet: Int { state.withLock { $0.faultsMet } }

    func setFault(_ fault: Fault?) { state.withLock { $0.fault = fault } }
    /// Makes the next `count` calls fail.
    func fail(next count: Int, code: CInt) {
        state.withLock { $0.fault = Fault(calls: ($0.calls + 1)...($0.calls + count), code: code) }
    }
    func setUnreadable(_ path: String, _ isUnreadable: Bool = true) {
        state.withLock { state in
            if isUnreadable { state.unreadable.insert(path) } else { state.unreadable.remove(path) }
        }
    }
    func setUnwritable(_ path: String, _ code: CInt?) { state.withLock { $0.unwritable[path] = code } }
    func setForeign(_ directory: String) { state.withLock { $0.foreign = directory + "/" } }
    func setCapacity(_ bytes: Int) { state.withLock { $0.capacity = bytes } }
    var usedBytes: Int { state.withLock { Self.used($0) } }

    private static func used(_ state: State) -> Int {
        Set(state.names.values).reduce(0) { $0 + (state.inodes[$1]?.cached.count ?? 0) }
    }

    func contents(_ path: String) -> [UInt8]? {
        state.withLock { state in state.names[path].flatMap { state.inodes[$0]?.cached } }
    }

    func setContents(_ path: String, _ bytes: [UInt8]?) {
        state.withLock { state in
            state.names[path] = nil
            state.durableNames[path] = nil
            guard let bytes else { return }
            state.inodes[state.nextInode] = Inode(cached: bytes, durable: bytes)
            state.names[path] = state.nextInode
            state.durableNames[path] = state.nextInode
            state.nextInode += 1
        }
    }

    var paths: [String] { state.withLock { $0.names.keys.sorted() } }

    /// The process is gone; the machine is not.
    func kill() {
        state.withLock { state in
            state.descriptors = [:]
            state.locks = [:]
            state.fault = nil
            state.process += 1
        }
    }

    private func isAlive(_ process: Int) -> Bool { state.withLock { $0.process == process } }

    /// The power is gone.
    func cutPower(_ random: inout some RandomNumberGenerator) {
        kill()
        state.withLock { state in
            for (id, inode) in state.inodes {
                var inode = inode
                let common = zip(inode.durable, inode.cached).prefix { $0 == $1 }.count
                if common < inode.durable.count, Bool.random(using: &random) {
                    // The truncation, or what replaced the old bytes, did not get there.
                } else {
                    let kept = Int.random(in: common...max(common, inode.cached.count), using: &random)
                    inode.durable = Self.onDisk(inode, upTo: kept)
                }
                inode.cached = inode.durable
                inode.lost = 0..<0
                state.inodes[id] = inode
            }
            for change in state.changes.prefix(Int.random(in: 0...state.changes.count, using: &random)) {
                Self.apply(change, to: &state.durableNames)
            }
            state.changes = []
            state.names = state.durableNames
        }
    }

    private static func onDisk(_ inode: Inode, upTo count: Int) -> [UInt8] {
        var bytes = Array(inode.cached.prefix(count))
        for index in inode.lost where index < bytes.count && index >= inode.durable.count { bytes[index] = 0 }
        return bytes
    }

    private static func apply(_ change: NameChange, to names: inout [String: Int]) {
        switch change {
        case .link(let path, let inode): names[path] = inode
        case .rename(let from, let to):
            if let inode = names.removeValue(forKey: from) { names[to] = inode }
        case .unlink(let path): names[path] = nil
        }
    }

    // MARK: The calls

    /// The calls of the process that is running now.
    var table: FileCalls {
        let process = state.withLock { $0.process }
        let dead = -Int(EIO)
        return FileCalls(
            open: { self.isAlive(process) ? self.open($0, $1) : dead },
            close: { self.isAlive(process) ? self.close($0) : dead },
            write: { self.isAlive(process) ? self.write($0, $1) : dead },
            read: { self.isAlive(process) ? self.read($0, $1, $2) : dead },
            synchronizeData: { self.isAlive(process) ? self.synchronize($0) : dead },
            synchronize: { self.isAlive(process) ? self.synchronize($0) : dead },
            truncate: { self.isAlive(process) ? self.truncate($0, $1) : dead },
            lock: { self.isAlive(process) ? self.lock($0) : dead },
            rename: { self.isAlive(process) ? self.rename($0, $1) : dead },
            unlink: { self.isAlive(process) ? self.unlink($0) : dead },
            makeDirectory: { self.isAlive(process) ? self.makeDirectory($0) : dead },
            status: { self.status($0) }, linkedSize: { self.linkedSize($0) }, names: { self.names($0) },
            space: { _ in self.space() })
    }

    /// The code with which this call fails, if it does.
    private static func meet(_ state: inout State) -> CInt? {
        state.calls += 1
        guard let fault = state.fault, fault.calls.contains(state.calls) else { return nil }
        state.faultsMet += 1
        return fault.code
    }

    private func open(_ path: String, _ purpose: FilePurpose) -> Int {
        state.withLock { state in
            if purpose == .directory {
                guard state.directories.contains(path) else { return -Int(ENOENT) }
            } else if purpose != .read, let code = Self.meet(&state), code != 0 {
                return -Int(code)
            }
            var inode = state.names[path]
            if purpose != .directory, state.directories.contains(path) { return -Int(EISDIR) }
            switch purpose {
            case .read where inode == nil: return -Int(ENOENT)
            case .read where state.unreadable.contains(path): return -Int(EACCES)
            case .create where inode != nil: return -Int(EEXIST)
            case .append, .create, .lock:
                if inode == nil {
                    guard state.directories.contains(FileCalls.parent(of: path)) else { return -Int(ENOENT) }
                    inode = state.nextInode
                    state.nextInode += 1
                    state.inodes[inode ?? 0] = Inode()
                    state.names[path] = inode
                    state.changes.append(.link(path: path, inode: inode ?? 0))
                }
            case .read, .directory: break
            }
            let descriptor = state.nextDescriptor
            state.nextDescriptor += 1
            state.descriptors[descriptor] = (purpose == .directory ? nil : inode, path, purpose == .lock)
            return Int(descriptor)
        }
    }

    private func close(_ descriptor: CInt) -> Int {
        state.withLock { state in
            guard state.descriptors.removeValue(forKey: descriptor) != nil else { return -Int(EBADF) }
            state.locks = state.locks.filter { $0.value != descriptor }
            return 0
        }
    }

    private func write(_ descriptor: CInt, _ bytes: UnsafeRawBufferPointer) -> Int {
        state.withLock { state in
            guard let inode = state.descriptors[descriptor]?.inode else { return -Int(EBADF) }
            if let path = state.descriptors[descriptor]?.path, let code = state.unwritable[path] { return -Int(code) }
            var taken = bytes.count
            var result = bytes.count
            if let code = Self.meet(&state) {
                if code == EINTR { return -Int(code) }
                taken = bytes.count / 2
                result = code == 0 ? taken : -Int(code)
            }
            let room = state.capacity == .max ? .max : max(0, state.capacity - Self.used(state))
            if taken > room {
                taken = room
                result = taken > 0 ? taken : -Int(ENOSPC)
            }
            if state.descriptors[descriptor]?.isLock == true {
                // Not opened to append: it writes over what is there.
                let rest = state.inodes[inode]?.cached.dropFirst(taken) ?? []
                state.inodes[inode]?.cached = Array(bytes.prefix(taken)) + rest
            } else {
                state.inodes[inode]?.cached += bytes.prefix(taken)
            }
            return result
        }
    }

    private func read(_ descriptor: CInt, _ bytes: UnsafeMutableRawBufferPointer, _ offset: Int) -> Int {
        state.withLock { state in
            guard let inode = state.descriptors[descriptor]?.inode, let file = state.inodes[inode] else {
                return -Int(EBADF)
            }
            let part = file.cached.dropFirst(offset).prefix(bytes.count)
            bytes.copyBytes(from: part)
            return part.count
        }
    }

    private func synchronize(_ descriptor: CInt) -> Int {
        state.withLock { state in
            guard let (inode, path, _) = state.descriptors[descriptor] else { return -Int(EBADF) }
            if let code = Self.meet(&state), code != 0 {
                if code != EINTR, let inode, let file = state.inodes[inode] {
                    state.inodes[inode]?.lost = min(file.durable.count, file.cached.count)..<file.cached.count
                }
                return -Int(code)
            }
            if let inode, let file = state.inodes[inode] {
                state.inodes[inode]?.durable = Self.onDisk(file, upTo: file.cached.count)
            } else {
                let (mine, others) = state.changes.reduce(into: ([NameChange](), [NameChange]())) { result, change in
                    if change.paths.contains(where: { FileCalls.parent(of: $0) == path }) {
                        result.0.append(change)
                    } else {
                        result.1.append(change)
                    }
                }
                for change in mine { Self.apply(change, to: &state.durableNames) }
                state.changes = others
            }
            return 0
        }
    }

    private func truncate(_ descriptor: CInt, _ size: Int) -> Int {
        state.withLock { state in
            guard let inode = state.descriptors[descriptor]?.inode, let file = state.inodes[inode] else {
                return -Int(EBADF)
            }
            if let code = Self.meet(&state), code != 0 { return -Int(code) }
            state.inodes[inode]?.cached = Array(file.cached.prefix(size))
            state.inodes[inode]?.lost = file.lost.clamped(to: 0..<size)
            return 0
        }
    }

    private func lock(_ descriptor: CInt) -> Int {
        state.withLock { state in
            guard let inode = state.descriptors[descriptor]?.inode else { return -Int(EBADF) }
            if let holder = state.locks[inode], holder != descriptor { return -Int(EWOULDBLOCK) }
            state.locks[inode] = descriptor
            return 0
        }
    }

    private func rename(_ from: String, _ to: String) -> Int {
        state.withLock { state in
            if let code = Self.meet(&state), code != 0 { return -Int(code) }
            if let foreign = state.foreign, from.hasPrefix(foreign) != to.hasPrefix(foreign) { return -Int(EXDEV) }
            guard let inode = state.names.removeValue(forKey: from) else { return -Int(ENOENT) }
            state.names[to] = inode
            state.changes.append(.rename(from: from, to: to))
            return 0
        }
    }

    private func unlink(_ path: String) -> Int {
        state.withLock { state in
            if let code = Self.meet(&state), code != 0 { return -Int(code) }
            guard state.names.removeValue(forKey: path) != nil else { return -Int(ENOENT) }
            state.changes.append(.unlink(path: path))
            return 0
        }
    }

    private func makeDirectory(_ path: String) -> Int {
        state.withLock { state in
            if let code = Self.meet(&state), code != 0 { return -Int(code) }
            guard state.directories.insert(path).inserted else { return -Int(EEXIST) }
            return 0
        }
    }

    private func status(_ path: String) -> Result<FileStatus, POSIXFailure> {
        state.withLock { state in
            if state.directories.contains(path) { return .success(FileStatus(kind: .directory, size: 0)) }
            guard let inode = state.names[path], let file = state.inodes[inode] else {
                return .failure(POSIXFailure("lstat", path, code: ENOENT))
            }
            return .success(FileStatus(kind: .file, size: file.cached.count))
        }
    }

    private func linkedSize(_ descriptor: CInt) -> Int {
        state.withLock { state in
            guard let inode = state.descriptors[descriptor]?.inode, let file = state.inodes[inode] else {
                return -Int(EBADF)
            }
            return state.names.values.contains(inode) ? file.cached.count : -Int(ENOENT)
        }
    }

    private func names(_ directory: String) -> Result<[String], POSIXFailure> {
        state.withLock { state in
            guard state.directories.contains(directory) else {
                return .failure(POSIXFailure("opendir", directory, code: ENOENT))
            }
            let all = Array(state.names.keys) + state.directories.filter { $0 != "/" }
            return .success(
                all.filter { FileCalls.parent(of: $0) == directory }
                    .map { String($0.dropFirst(directory.utf8.count + 1)) })
        }
    }

    private func space() -> Result<FileSystemSpace, POSIXFailure> {
        state.withLock { state in
            guard state.capacity < .max else {
                return .success(FileSystemSpace(availableBytes: 1 << 40, totalBytes: 1 << 41))
            }
            return .success(
                FileSystemSpace(
                    availableBytes: max(0, state.capacity - Self.used(state)), totalBytes: state.capacity))
        }
    }
}

/// SplitMix64: small, and the same everywhere.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
