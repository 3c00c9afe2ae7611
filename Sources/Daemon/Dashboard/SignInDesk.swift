import Digest
import Synchronization
import UTCTime

/// Who is signed in to the dashboard. Sessions are in memory alone: a restart ends them all.
final class SignInDesk: Sendable {
    /// A session, once it is known.
    struct Session: Sendable {
        /// Goes with every form.
        let formToken: String
        /// When it ends.
        let endsAt: Instant
    }

    private struct Entry {
        let digest: SecretDigest
        let session: Session
    }

    /// How long a session lasts, in seconds: a working day and its evening.
    static let lifetimeSeconds: Int64 = 12 * 3600
    /// Sessions at once; one more ends the oldest.
    static let sessionsMax = 64

    private let randomness: @Sendable () -> UInt64
    private let now: @Sendable () -> Instant
    private let entries = Mutex<[Entry]>([])

    /// A desk where nobody is signed in.
    init(randomness: @escaping @Sendable () -> UInt64, now: @escaping @Sendable () -> Instant) {
        self.randomness = randomness
        self.now = now
    }

    /// Begins a session; the id is for the cookie, and only its digest is kept.
    func begin() -> (id: String, session: Session) {
        let (id, time) = (secret(), now())
        let session = Session(formToken: secret(), endsAt: time.adding(seconds: Self.lifetimeSeconds))
        entries.withLock { entries in
            entries.removeAll { $0.session.endsAt <= time }
            if entries.count >= Self.sessionsMax { entries.removeFirst(entries.count - Self.sessionsMax + 1) }
            entries.append(Entry(digest: SecretDigest(id), session: session))
        }
        return (id, session)
    }

    /// The session of `id`; nil when there is none, or when it has ended. All are compared, each in constant time.
    func session(_ id: String) -> Session? {
        let time = now()
        return entries.withLock { entries in
            var found: Session?
            for entry in entries where entry.digest.matches(id) { found = entry.session }
            return found.flatMap { $0.endsAt > time ? $0 : nil }
        }
    }

    /// Ends the session of `id`.
    func end(_ id: String) { entries.withLock { entries in entries.removeAll { $0.digest.matches(id) } } }

    /// Whether `text` has the form of a secret.
    static func isSecret(_ text: some StringProtocol) -> Bool {
        text.utf8.count == 64 && text.utf8.allSatisfy { 0x30...0x39 ~= $0 || 0x61...0x66 ~= $0 }
    }

    /// 256 random bits in hexadecimal digits.
    func secret() -> String {
        (0..<4).map { _ in
            let digits = String(randomness(), radix: 16)
            return String(repeating: "0", count: 16 - digits.utf8.count) + digits
        }.joined()
    }
}
