import Daemon
import Glibc
import Platform

/// The diff that a command names: a file, through whatever links, a pipe such as `<(git diff)`, or standard input.
struct DiffInput {
    /// `-` is standard input.
    let path: String

    /// How messages name it.
    var name: String { path == "-" ? "standard input" : "'\(path)'" }

    /// All bytes of it, up to `EstimateService.diffBytesMax`.
    func bytes() throws(EstimateService.Failure) -> [UInt8] {
        guard path != "-" else { return try Self.read(STDIN_FILENO, name) }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.failure(name) }
        defer { close(descriptor) }
        return try Self.read(descriptor, name)
    }

    private static let pieceBytes = 1 << 20

    private static func read(_ descriptor: CInt, _ name: String) throws(EstimateService.Failure) -> [UInt8] {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure(name) }
        let sizeMax = EstimateService.diffBytesMax
        var bytes: [UInt8] = []
        // A pipe has no size. One byte more, so that the last read of a file finds its end.
        bytes.reserveCapacity(min(max(0, Int(status.st_size)), sizeMax) + 1)
        var piece = [UInt8](repeating: 0, count: pieceBytes)
        while true {
            let count = Glibc.read(descriptor, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure(name) }
            guard count > 0 else { return bytes }
            guard bytes.count + count <= sizeMax else {
                throw EstimateService.Failure(description: "\(name) has more than \(sizeMax >> 20) MiB")
            }
            bytes.append(contentsOf: piece[..<count])
        }
    }

    private static func failure(_ name: String, code: CInt = errno) -> EstimateService.Failure {
        let advice = code == EISDIR ? "; name a file with a diff, or - for standard input" : ""
        return EstimateService.Failure(
            description: "the diff cannot be read: \(name): \(POSIXFailure.text(code))\(advice)")
    }
}

extension [UInt8] {
    /// Whether nothing but blanks and line breaks is there.
    var isBlank: Bool { allSatisfy { $0 == 0x20 || (0x09...0x0D).contains($0) } }

    /// Whether the bytes begin with what colours a terminal's text, as a diff does that was made with `--color=always`.
    var hasColours: Bool {
        prefix(4096).indices.contains { self[$0] == 0x1B && $0 + 1 < count && self[$0 + 1] == 0x5B }
    }
}
