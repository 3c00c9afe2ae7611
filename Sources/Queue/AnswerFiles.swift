public import Platform

/// Answers that were paid for, from the moment they arrive until their note is posted: one file for each reservation.
///
/// What is in them is the reviewer's affair. They hold the text of a review, so only the daemon's user may read them.
public struct AnswerFiles: Sendable {
    private let layout: QueueLayout
    private let calls: FileCalls

    /// Bytes of an answer at most: far above any model's.
    public static let bytesMax = 16 << 20

    /// The answers of a data directory.
    public init(_ layout: QueueLayout, calls: FileCalls = .system) {
        self.layout = layout
        self.calls = calls
    }

    /// Keeps the answer of `reservation`; it survives a power cut when this returns.
    public func keep(_ bytes: [UInt8], for reservation: String) throws(POSIXFailure) {
        try calls.makingDirectories(layout.answers)
        try calls.replacing(path(of: reservation), with: bytes, isPrivate: true)
    }

    /// The answer of `reservation`; nil when there is none.
    public func answer(for reservation: String) throws(POSIXFailure) -> [UInt8]? {
        do throws(POSIXFailure) {
            return try calls.contents(of: path(of: reservation), limit: Self.bytesMax)
        } catch {
            guard error.code == 2 else { throw error }
            return nil
        }
    }

    /// Forgets the answer of `reservation`. That it is gone need not survive a power cut: whoever finds it sees that its
    /// review has ended.
    public func discard(_ reservation: String) { _ = calls.unlink(path(of: reservation)) }

    /// Removes the answers whose reservations are not among `wanted`, and what a crash left of others.
    public func discardAll(except wanted: Set<String>) {
        guard case .success(let names) = calls.names(layout.answers) else { return }
        for name in names where name.hasSuffix(".json") || FileCalls.isTemporary(name) {
            guard !wanted.contains(String(name.dropLast(5))) || FileCalls.isTemporary(name) else { continue }
            _ = calls.unlink("\(layout.answers)/\(name)")
        }
    }

    /// Ids are ours, of letters, digits and dashes; anything else becomes a name that cannot leave the directory.
    private func path(of reservation: String) -> String {
        let name = reservation.unicodeScalars.map { scalar in
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", "-", "_": Character(scalar)
            default: "_" as Character
            }
        }
        return "\(layout.answers)/\(String(name).cut(to: 100)).json"
    }
}
