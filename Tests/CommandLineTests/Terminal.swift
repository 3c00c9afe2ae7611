import Foundation
import Glibc
import Platform

/// The program on a terminal: a pseudo-terminal as its standard output.
enum Terminal {
    /// Runs it to its end and returns all that the terminal was sent.
    static func run(
        _ arguments: [String], environment: [String: String], in workingDirectory: Folder, columns: Int = 80
    ) async throws -> String {
        var size = winsize(ws_row: 40, ws_col: UInt16(clamping: columns), ws_xpixel: 0, ws_ypixel: 0)
        var (primary, replica): (CInt, CInt) = (-1, -1)
        var name = [CChar](repeating: 0, count: 128)
        guard openpty(&primary, &replica, &name, nil, &size) == 0 else { throw POSIXFailure("openpty") }
        // The replica is held open here, so that what was written stays until it is read.
        defer { for descriptor in [primary, replica] { close(descriptor) } }
        let path = String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        _ = try await Program(arguments, environment: environment, in: workingDirectory, output: path).ending()
        // A terminal keeps 4096 bytes for its reader, and what we look at is shorter.
        var bytes = [UInt8](repeating: 0, count: 4096)
        guard fcntl(primary, F_SETFL, O_NONBLOCK) == 0 else { throw POSIXFailure("fcntl", path) }
        let count = read(primary, &bytes, bytes.count)
        guard count >= 0 else { throw POSIXFailure("read", path) }
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }
}
