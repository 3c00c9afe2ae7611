import Glibc

/// Wakes a thread that waits in `poll`: one end is written from anywhere, the other is polled.
public struct WakeSignal: ~Copyable, Sendable {
    private let reader: SocketDescriptor
    private let writer: SocketDescriptor

    /// The number to poll for reading.
    public var number: CInt { reader.number }

    /// A signal that is not raised.
    public init() throws(POSIXFailure) {
        var numbers: [CInt] = [-1, -1]
        guard pipe(&numbers) == 0 else { throw POSIXFailure("pipe") }
        let reader = SocketDescriptor(owning: numbers[0])
        let writer = SocketDescriptor(owning: numbers[1])
        try reader.makeNonBlocking()
        try writer.makeNonBlocking()
        self.reader = reader
        self.writer = writer
    }

    /// Raises the signal. A pipe that is full is raised already; both ends live as long as each other, so there is
    /// always a reader and never a SIGPIPE.
    public func raise() {
        var byte: UInt8 = 1
        while Glibc.write(writer.number, &byte, 1) < 0, errno == EINTR {}
    }

    /// Takes the signal down.
    public func lower() {
        var bytes: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0]
        while true {
            let count = Glibc.read(reader.number, &bytes, bytes.count)
            if count == bytes.count || (count < 0 && errno == EINTR) { continue }
            return
        }
    }
}
