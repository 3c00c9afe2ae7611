public import Platform

/// A journal on the disk: groups of lines are added to it, and now and then a new file takes its place.
public struct JournalFile: ~Copyable {
    private let path: String
    private let calls: FileCalls
    private var file: AppendFile
    /// Whether a replacement failed half way, which leaves open which file the name stands for after a power cut.
    private var isUncertain = false

    private init(path: String, calls: FileCalls, file: consuming AppendFile) {
        self.path = path
        self.calls = calls
        self.file = file
    }

    /// Opens the file at `path`.
    public static func opening(_ path: String, calls: FileCalls) throws(POSIXFailure) -> JournalFile {
        JournalFile(path: path, calls: calls, file: try AppendFile.opening(path, calls: calls))
    }

    /// Whether only a new file can be trusted: also after a failed fsync(2), for a second one would prove nothing.
    public var mustReplace: Bool { isUncertain || file.poison != nil }

    /// Bytes in the file.
    public var size: Int { file.size }

    /// Adds whole lines; they are on the disk when this returns, and none of them is when it throws.
    public mutating func append(_ lines: [UInt8]) throws(POSIXFailure) {
        try lines.withUnsafeBufferPointer { (lines) throws(POSIXFailure) in
            try file.append(UnsafeRawBufferPointer(lines))
        }
        try file.synchronize()
    }

    /// Puts a new file of `lines` in place of this one. When it throws and this one can be trusted still (`mustReplace` is
    /// false), lines can go on being added to it.
    public mutating func replace(with lines: [UInt8]) throws(POSIXFailure) {
        do throws(POSIXFailure) {
            try calls.replacing(path, with: lines)
            file = try AppendFile.opening(path, calls: calls)
        } catch {
            if !error.leavesInPlace(path) { isUncertain = true }
            throw error
        }
        isUncertain = false
    }

    /// What the file says for certain; in doubt which file it is, what the one there says.
    public func certainContents() throws(POSIXFailure) -> [UInt8] {
        let bytes = try calls.contents(of: path)
        return isUncertain ? bytes : Array(bytes.prefix(file.durableSize))
    }
}
