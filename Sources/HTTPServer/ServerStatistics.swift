import Synchronization

/// What the server has done since it was started.
public struct ServerStatistics: Sendable, Equatable {
    /// Connections taken.
    public var acceptedCount = 0
    /// Connections open now.
    public var openCount = 0
    /// Responses sent, by the first digit of their status: index 2 for 200 to 299, up to 5.
    public var responseCounts = [0, 0, 0, 0, 0, 0]
    /// Responses sent.
    public var responseCount: Int { responseCounts.reduce(0, &+) }
}

/// The counters behind the statistics: written by the loop alone, read by anyone.
final class ServerCounters: Sendable {
    private let accepted = Atomic(0)
    private let open = Atomic(0)
    private let second = Atomic(0)
    private let third = Atomic(0)
    private let fourth = Atomic(0)
    private let fifth = Atomic(0)

    /// Only one thread writes, so a load and a store do; no bus lock on the way of each request.
    private static func add(_ count: Int, to counter: borrowing Atomic<Int>) {
        counter.store(counter.load(ordering: .relaxed) &+ count, ordering: .relaxed)
    }

    func connectionOpened() {
        Self.add(1, to: accepted)
        Self.add(1, to: open)
    }

    func connectionClosed() { Self.add(-1, to: open) }

    func responded(_ status: Int) {
        switch status {
        case 200..<300: Self.add(1, to: second)
        case 300..<400: Self.add(1, to: third)
        case 400..<500: Self.add(1, to: fourth)
        default: Self.add(1, to: fifth)
        }
    }

    var statistics: ServerStatistics {
        ServerStatistics(
            acceptedCount: accepted.load(ordering: .relaxed), openCount: open.load(ordering: .relaxed),
            responseCounts: [
                0, 0, second.load(ordering: .relaxed), third.load(ordering: .relaxed),
                fourth.load(ordering: .relaxed), fifth.load(ordering: .relaxed),
            ])
    }
}
