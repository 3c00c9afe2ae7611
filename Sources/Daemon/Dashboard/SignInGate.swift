import Synchronization
import UTCTime

/// How often somebody may try to sign in: so often from one address, and so often in all.
///
/// Each allowance fills again with time. A try that succeeds gives back what it took, so only refusals count. Behind a
/// proxy all people share one address, so an allowance fills within a minute.
final class SignInGate: Sendable {
    private struct Allowance {
        /// Tries that are left, in milliseconds of filling.
        var left: Int64
        var seenAt: Int64
    }

    private struct State {
        var all: Allowance?
        var peers: [String: Allowance] = [:]
    }

    /// Tries from one address at once, and how many milliseconds bring another.
    static let (peerTries, peerMilliseconds) = (10, 6000 as Int64)
    /// Tries in all at once, and how many milliseconds bring another.
    static let (allTries, allMilliseconds) = (100, 600 as Int64)
    /// Addresses that are remembered; those whose allowance is full need not be.
    static let peersMax = 1000

    private let state = Mutex(State())

    /// Takes one try from `peer`. False: there is none left.
    func admits(_ peer: String, at now: Instant) -> Bool {
        state.withLock { state in
            let time = now.milliseconds
            if state.peers.count >= Self.peersMax, state.peers[peer] == nil {
                state.peers = state.peers.filter { Self.filled($0.value, time, .peer).left < Kind.peer.full }
                if state.peers.count >= Self.peersMax,
                    let oldest = state.peers.min(by: { $0.value.seenAt < $1.value.seenAt })
                {
                    state.peers[oldest.key] = nil
                }
            }
            var all = Self.filled(state.all, time, .all)
            var one = Self.filled(state.peers[peer], time, .peer)
            defer {
                state.all = all
                state.peers[peer] = one
            }
            guard one.left >= Kind.peer.price, all.left >= Kind.all.price else { return false }
            one.left -= Kind.peer.price
            all.left -= Kind.all.price
            return true
        }
    }

    /// Gives a try back that was right.
    func giveBack(_ peer: String) {
        state.withLock { state in
            state.all?.left += Kind.all.price
            state.peers[peer]?.left += Kind.peer.price
        }
    }

    /// Addresses that are remembered now.
    var peerCount: Int { state.withLock { $0.peers.count } }

    private enum Kind {
        case peer, all
        var price: Int64 { self == .peer ? SignInGate.peerMilliseconds : SignInGate.allMilliseconds }
        var full: Int64 { price * Int64(self == .peer ? SignInGate.peerTries : SignInGate.allTries) }
    }

    private static func filled(_ allowance: Allowance?, _ time: Int64, _ kind: Kind) -> Allowance {
        guard let allowance else { return Allowance(left: kind.full, seenAt: time) }
        // A clock that was set back fills nothing.
        let passed = max(0, time - allowance.seenAt)
        return Allowance(left: min(kind.full, allowance.left + min(passed, kind.full)), seenAt: time)
    }
}
