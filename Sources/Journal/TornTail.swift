import Glibc
public import Platform
public import UTCTime

/// The bytes behind the last line break of a file of lines: a line that a crash cut off.
///
/// They are copied aside and cut off, or else the next line would be glued to them and the file would
/// look damaged in the middle. A line that is whole but for its line break gets that.
public struct TornTail {
    /// Bytes that were there.
    public let size: Int
    /// Where they are now; nil when the line was whole.
    public let copy: String?

    /// Mends the end of the file at `path`; nil when there was nothing to mend. Copies go to the directory `recovered`;
    /// lines longer than `lineBytesMax` cost reading the whole file. `isWhole` says of a line that lacks nothing but
    /// its line break that it is to be kept.
    public static func mending(
        _ path: String, recovered: String, lineBytesMax: Int, now: Instant, calls: FileCalls,
        isWhole: (UnsafeBufferPointer<UInt8>) -> Bool = { _ in false }
    ) throws(POSIXFailure) -> TornTail? {
        let found: FileStatus
        switch calls.status(path) {
        case .success(let status): found = status
        case .failure(let failure):
            if failure.code == ENOENT { return nil }
            throw failure
        }
        guard found.kind == .file, found.size > 0 else { return nil }
        var bytes = try calls.contents(of: path, from: max(0, found.size - lineBytesMax))
        if !bytes.contains(0x0A) { bytes = try calls.contents(of: path) }
        let tail = Array(bytes[((bytes.lastIndex(of: 0x0A) ?? -1) + 1)...])
        guard !tail.isEmpty else { return nil }
        var file = try AppendFile.opening(path, calls: calls)
        if tail.withUnsafeBufferPointer(isWhole) {
            try [0x0A as UInt8].withUnsafeBufferPointer { (bytes) throws(POSIXFailure) in
                try file.append(UnsafeRawBufferPointer(bytes))
            }
            try file.synchronize()
            return TornTail(size: tail.count, copy: nil)
        }
        try calls.makingDirectories(recovered)
        let name = path.split(separator: "/").last.map(String.init) ?? "file"
        let copy = "\(recovered)/\(name)-\(now.milliseconds).torn"
        try calls.replacing(copy, with: tail)
        try file.cut(to: file.size - tail.count)
        try file.synchronizeCut()
        return TornTail(size: tail.count, copy: copy)
    }
}
