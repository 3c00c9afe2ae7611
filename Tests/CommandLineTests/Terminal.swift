import Foundation
import Glibc
import Platform

/// The program on a terminal: a pseudo-terminal as its standard output or error.
enum Terminal {
    /// Runs it to its end and returns all that the terminal was sent.
    static func run(
        _ arguments: [String], environment: [String: String], in workingDirectory: Folder, columns: Int = 80,
        showsComplaints: Bool = false
    ) async throws -> String {
        var size = winsize(ws_row: 40, ws_col: UInt16(clamping: columns), ws_xpixel: 0, ws_ypixel: 0)
        var (primary, replica): (CInt, CInt) = (-1, -1)
        var name = [CChar](repeating: 0, count: 128)
        guard openpty(&primary, &replica, &name, nil, &size) == 0 else { throw POSIXFailure("openpty") }
        // The replica is held open here, so that what was written stays until it is read.
        defer { for descriptor in [primary, replica] { close(descriptor) } }
        let path = String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        guard fcntl(primary, F_SETFL, O_NONBLOCK) == 0 else { throw POSIXFailure("fcntl", path) }
        let program = try Program(
            arguments, environment: environment, in: workingDirectory, output: showsComplaints ? nil : path,
            complaint: showsComplaints ? path : nil)
        // A terminal keeps 4096 bytes for its reader, and then its writer waits.
        var (text, bytes) = ([UInt8](), [UInt8](repeating: 0, count: 4096))
        while true {
            let hasEnded = program.hasEnded
            let count = read(primary, &bytes, bytes.count)
            guard count >= 0 || errno == EAGAIN else { throw POSIXFailure("read", path) }
            text += bytes.prefix(max(0, count))
            if count <= 0 {
                if hasEnded { break }
                try await Task.sleep(for: .milliseconds(5))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
