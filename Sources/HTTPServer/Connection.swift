import HTTPWire
import Platform

/// One connection: its socket, its life, and what waits to go in or out.
///
/// Between requests it holds no buffer: input is read into the loop's one buffer, and only what a pending response keeps
/// from being eaten is copied here.
final class Connection {
    let serial: UInt64
    let socket: StreamSocket
    let peer: Peer
    var machine: ConnectionMachine
    /// Where it stands in the loop's table.
    var slot: Int
    var isClosed = false
    /// Pipelined bytes behind the request in hand; at most one read's worth.
    var input: [UInt8] = []
    /// What is left of the response on its way, or of the piece of it that was made last.
    var output: [UInt8] = []
    /// Bytes of `output` that the client took.
    var outputSentCount = 0
    /// Where more of the response comes from, and whether it goes out in chunks.
    var stream: (buffer: StreamBuffer, isChunked: Bool)?
    /// The request whose body is coming.
    var pending: (head: RequestHead, endpoint: Router.Endpoint, parameters: PathParameters)?
    /// Bytes of storage for a body that the loop counted for this connection.
    var countedBodyBytes = 0
    /// Whether the caller of the request in hand has proven who he is, before its body came.
    var isProven = false

    init(serial: UInt64, socket: consuming StreamSocket, peer: Peer, machine: ConnectionMachine, slot: Int) {
        self.serial = serial
        self.socket = socket
        self.peer = peer
        self.machine = machine
        self.slot = slot
    }
}
