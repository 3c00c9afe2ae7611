/// A secret kept as its digest, to be compared with what a stranger presents.
///
/// Both sides are hashed first: the comparison is between 32 bytes and 32 bytes, so that it tells neither where two
/// texts differ nor how long the secret is.
public struct SecretDigest: Sendable {
    private let digest: Digest256

    /// The digest of `secret`.
    public init(_ secret: String) { digest = SHA256.digest(secret.utf8) }

    /// Whether `candidate` is the secret, byte for byte.
    public func matches(_ candidate: String) -> Bool { SHA256.digest(candidate.utf8) == digest }

    /// Whether `candidate` is one of `secrets`. All are compared: the time does not tell which one it was.
    public static func matches(_ candidate: String, anyOf secrets: [SecretDigest]) -> Bool {
        let presented = SHA256.digest(candidate.utf8)
        var found = false
        for secret in secrets where secret.digest == presented { found = true }
        return found
    }
}
