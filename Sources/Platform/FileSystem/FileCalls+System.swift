import Glibc

extension FileCalls {
    /// The kernel's own.
    public static let system = FileCalls(
        open: { path, purpose in checked(Int(Glibc.open(path, flags(of: purpose), mode(of: purpose)))) },
        close: { checked(Int(Glibc.close($0))) },
        write: { checked(Glibc.write($0, $1.baseAddress, $1.count)) },
        read: { checked(pread($0, $1.baseAddress, $1.count, off_t($2))) },
        synchronizeData: { checked(Int(fdatasync($0))) },
        synchronize: { checked(Int(fsync($0))) },
        truncate: { checked(Int(ftruncate($0, off_t($1)))) },
        lock: { checked(Int(flock($0, LOCK_EX | LOCK_NB))) },
        rename: { checked(Int(Glibc.rename($0, $1))) },
        unlink: { checked(Int(Glibc.unlink($0))) },
        makeDirectory: { checked(Int(mkdir($0, 0o750))) },
        status: { status(of: $0) },
        linkedSize: { linkedSize(of: $0) },
        names: { names(in: $0) },
        space: { space(at: $0) })

    private static func checked(_ result: Int) -> Int { result < 0 ? -Int(errno) : result }

    private static func mode(of purpose: FilePurpose) -> mode_t { purpose == .createPrivate ? 0o600 : 0o640 }

    private static func flags(of purpose: FilePurpose) -> CInt {
        let common = O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK
        return switch purpose {
        case .read: common | O_RDONLY
        case .append: common | O_WRONLY | O_APPEND | O_CREAT
        case .create, .createPrivate: common | O_WRONLY | O_APPEND | O_CREAT | O_EXCL
        case .lock: common | O_RDWR | O_CREAT
        case .directory: O_CLOEXEC | O_RDONLY | O_DIRECTORY
        }
    }

    private static func status(of path: String) -> Result<FileStatus, POSIXFailure> {
        var status = stat()
        guard lstat(path, &status) == 0 else { return .failure(POSIXFailure("lstat", path)) }
        let kind: FileStatus.Kind =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .directory
            default: .other
            }
        return .success(
            FileStatus(
                kind: kind, size: Int(status.st_size), identity: UInt64(status.st_ino),
                modifiedNanoseconds: Int64(status.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(status.st_mtim.tv_nsec)))
    }

    private static func linkedSize(of descriptor: CInt) -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return -Int(errno) }
        return status.st_nlink == 0 ? -Int(ENOENT) : Int(status.st_size)
    }

    private static func names(in directory: String) -> Result<[String], POSIXFailure> {
        guard let stream = opendir(directory) else { return .failure(POSIXFailure("opendir", directory)) }
        defer { closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                return errno == 0 ? .success(names) : .failure(POSIXFailure("readdir", directory))
            }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
    }

    private static func space(at path: String) -> Result<FileSystemSpace, POSIXFailure> {
        var figures = statvfs()
        guard statvfs(path, &figures) == 0 else { return .failure(POSIXFailure("statvfs", path)) }
        return .success(
            FileSystemSpace(
                availableBytes: product(figures.f_bavail, figures.f_frsize),
                totalBytes: product(figures.f_blocks, figures.f_frsize)))
    }

    private static func product(_ blocks: UInt, _ size: UInt) -> Int {
        let (bytes, overflow) = blocks.multipliedReportingOverflow(by: size)
        return overflow ? .max : Int(clamping: bytes)
    }
}
