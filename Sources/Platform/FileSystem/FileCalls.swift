/// The system calls the books are kept with. Tests put failing or forgetful ones in their place.
///
/// Every call answers with a number that is not negative, or with `-errno`; none throws, none keeps state of its own.
public struct FileCalls: Sendable {
    /// open(2); answers with the descriptor.
    public var open: @Sendable (_ path: String, _ purpose: FilePurpose) -> Int
    /// close(2).
    public var close: @Sendable (_ descriptor: CInt) -> Int
    /// write(2); answers with the number of bytes that were taken, which may be fewer than were offered.
    public var write: @Sendable (_ descriptor: CInt, _ bytes: UnsafeRawBufferPointer) -> Int
    /// pread(2).
    public var read: @Sendable (_ descriptor: CInt, _ bytes: UnsafeMutableRawBufferPointer, _ offset: Int) -> Int
    /// fdatasync(2): the bytes and the size, but not the times.
    public var synchronizeData: @Sendable (_ descriptor: CInt) -> Int
    /// fsync(2).
    public var synchronize: @Sendable (_ descriptor: CInt) -> Int
    /// ftruncate(2).
    public var truncate: @Sendable (_ descriptor: CInt, _ size: Int) -> Int
    /// flock(2) with LOCK_EX and LOCK_NB.
    public var lock: @Sendable (_ descriptor: CInt) -> Int
    /// rename(2).
    public var rename: @Sendable (_ from: String, _ to: String) -> Int
    /// unlink(2).
    public var unlink: @Sendable (_ path: String) -> Int
    /// mkdir(2) with mode 0750.
    public var makeDirectory: @Sendable (_ path: String) -> Int
    /// lstat(2).
    public var status: @Sendable (_ path: String) -> Result<FileStatus, POSIXFailure>
    /// fstat(2): the size of an open file; `-ENOENT` when no name leads to it any more, for it was deleted or replaced.
    public var linkedSize: @Sendable (_ descriptor: CInt) -> Int
    /// The names in a directory but `.` and `..`, in no order.
    public var names: @Sendable (_ directory: String) -> Result<[String], POSIXFailure>
    /// statvfs(3).
    public var space: @Sendable (_ path: String) -> Result<FileSystemSpace, POSIXFailure>

    /// A table of these calls.
    public init(
        open: @escaping @Sendable (String, FilePurpose) -> Int, close: @escaping @Sendable (CInt) -> Int,
        write: @escaping @Sendable (CInt, UnsafeRawBufferPointer) -> Int,
        read: @escaping @Sendable (CInt, UnsafeMutableRawBufferPointer, Int) -> Int,
        synchronizeData: @escaping @Sendable (CInt) -> Int, synchronize: @escaping @Sendable (CInt) -> Int,
        truncate: @escaping @Sendable (CInt, Int) -> Int, lock: @escaping @Sendable (CInt) -> Int,
        rename: @escaping @Sendable (String, String) -> Int, unlink: @escaping @Sendable (String) -> Int,
        makeDirectory: @escaping @Sendable (String) -> Int,
        status: @escaping @Sendable (String) -> Result<FileStatus, POSIXFailure>,
        linkedSize: @escaping @Sendable (CInt) -> Int,
        names: @escaping @Sendable (String) -> Result<[String], POSIXFailure>,
        space: @escaping @Sendable (String) -> Result<FileSystemSpace, POSIXFailure>
    ) {
        self.open = open
        self.close = close
        self.write = write
        self.read = read
        self.synchronizeData = synchronizeData
        self.synchronize = synchronize
        self.truncate = truncate
        self.lock = lock
        self.rename = rename
        self.unlink = unlink
        self.makeDirectory = makeDirectory
        self.status = status
        self.linkedSize = linkedSize
        self.names = names
        self.space = space
    }
}

/// What a file is opened for. No purpose follows a symbolic link in the last part of the path or waits for a pipe.
public enum FilePurpose: Sendable, Equatable {
    /// To read it.
    case read
    /// To write at its end, whoever else does so; it is made when missing, with mode 0640.
    case append
    /// To write a file that must not exist yet, with mode 0640.
    case create
    /// As `create`, for nobody but the process's own user: with mode 0600.
    case createPrivate
    /// To lock it and leave a note in it; it is made when missing, with mode 0640.
    case lock
    /// To synchronise the names in a directory.
    case directory
}

/// What lstat(2) says of a name.
public struct FileStatus: Sendable, Equatable {
    /// What kind of file a name stands for.
    public enum Kind: Sendable {
        /// A regular file.
        case file
        /// A directory.
        case directory
        /// A symbolic link, pipe, socket or device.
        case other
    }

    /// What the name stands for.
    public var kind: Kind
    /// Size in bytes.
    public var size: Int
    /// Tells the file from another that takes its name (the inode's number).
    public var identity: UInt64
    /// When its content was last changed, in nanoseconds since 1970.
    public var modifiedNanoseconds: Int64

    /// A status of these parts.
    public init(kind: Kind, size: Int, identity: UInt64 = 0, modifiedNanoseconds: Int64 = 0) {
        self.kind = kind
        self.size = size
        self.identity = identity
        self.modifiedNanoseconds = modifiedNanoseconds
    }
}

/// How much room a file system has.
public struct FileSystemSpace: Sendable, Equatable {
    /// Bytes this process may still write.
    public var availableBytes: Int
    /// Size of the file system in bytes.
    public var totalBytes: Int

    /// A space of these figures.
    public init(availableBytes: Int, totalBytes: Int) {
        self.availableBytes = availableBytes
        self.totalBytes = totalBytes
    }
}
