import Glibc
public import Platform

extension DotEnvFile {
    /// The file at `path`; nil where there is none. Throws where there is one and it cannot be read.
    ///
    /// Reads at most one byte more than a `.env` may have, so that `load` can name a file that is too large.
    public static func read(_ path: String) throws(POSIXFailure) -> DotEnvFile? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw POSIXFailure("open", path)
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while bytes.count <= DotEnv.bytesMax {
            let count = Glibc.read(descriptor, &buffer, min(buffer.count, DotEnv.bytesMax + 1 - bytes.count))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw POSIXFailure("read", path) }
            if count == 0 { break }
            bytes += buffer.prefix(count)
        }
        return DotEnvFile(path: path, bytes: bytes)
    }
}
