internal import Digest
public import UTCTime

/// What is wrong with the configured webhook secrets; never shows one.
public struct WebhookConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong and what is accepted.
    public let description: String
}

/// Decides whether a delivery comes from GitLab: by its signature, else by its secret token.
///
/// A signature that is there and can be checked must be right: falling back to the token would let anyone who once saw the
/// token in a header forge what the signature protects (GitLab "Webhooks", signing tokens, 19.0).
public struct WebhookAuthenticator: Sendable {
    /// Seconds by which a signed delivery's timestamp may differ from our clock, either way (Standard Webhooks).
    public static let toleranceSeconds: Int64 = 300
    /// Entries of a `webhook-signature` that are looked at.
    public static let signatureCountMax = 16

    /// What the header fields alone decide.
    public enum HeadVerdict: Sendable, Equatable {
        /// Not from GitLab; the sentence is for the log and the answer.
        case rejected(String)
        /// The secret token is right.
        case accepted
        /// There is a signature: `checkBody` decides.
        case needsBody
    }

    /// What the whole delivery decides.
    public enum Verdict: Sendable, Equatable {
        /// Not from GitLab; the sentence is for the log and the answer.
        case rejected(String)
        /// From GitLab.
        case accepted
    }

    private let secretTokens: [SecretDigest]
    private let signingTokens: [SigningToken]
    private let now: @Sendable () -> Instant

    /// Accepts deliveries with any of these tokens; several of a kind are for rotation.
    ///
    /// Throws when there is no token at all, or one that GitLab cannot have given out.
    public init(secretTokens: [String], signingTokens: [String], now: @escaping @Sendable () -> Instant)
        throws(WebhookConfigurationError)
    {
        guard !(secretTokens.isEmpty && signingTokens.isEmpty) else {
            throw WebhookConfigurationError(
                description:
                    "there is neither a secret token nor a signing token: set the one that the webhook has in GitLab")
        }
        for (number, token) in secretTokens.enumerated() {
            let isField = token.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
            guard isField, let first = token.first, let last = token.last, !first.isWhitespace, !last.isWhitespace
            else {
                throw WebhookConfigurationError(
                    description:
                        "secret token \(number + 1) is empty, has blanks about it or a control character in it:"
                        + " GitLab could not send it")
            }
        }
        var parsed: [SigningToken] = []
        for (number, text) in signingTokens.enumerated() {
            guard let token = SigningToken(text) else {
                throw WebhookConfigurationError(
                    description: "signing token \(number + 1) is not what GitLab shows once when it makes one:"
                        + " \(SigningToken.prefix) and the base64 of \(SigningToken.keyBytes.lowerBound) to"
                        + " \(SigningToken.keyBytes.upperBound) bytes")
            }
            parsed.append(token)
        }
        self.secretTokens = secretTokens.map { SecretDigest($0) }
        self.signingTokens = parsed
        self.now = now
    }

    /// Decides from the header fields as far as they go, before a body is read. `field` looks one up by its name, in any case.
    public func checkHead(_ field: (String) -> String?) -> HeadVerdict {
        if !signingTokens.isEmpty, field("webhook-signature") != nil {
            guard let id = field("webhook-id"), !id.isEmpty, let timestamp = field("webhook-timestamp") else {
                return .rejected("signed, but without webhook-id or webhook-timestamp")
            }
            guard let seconds = Self.seconds(timestamp) else {
                return .rejected("webhook-timestamp is not a number of seconds")
            }
            let age = now().seconds - seconds
            guard -Self.toleranceSeconds...Self.toleranceSeconds ~= age else {
                return .rejected(
                    "webhook-timestamp is more than \(Self.toleranceSeconds) s from this machine's clock: replayed, or a clock is wrong"
                )
            }
            return .needsBody
        }
        guard !secretTokens.isEmpty else {
            return .rejected("not signed, and only signed deliveries are accepted here")
        }
        guard let token = field("X-Gitlab-Token") else { return .rejected("neither X-Gitlab-Token nor a signature") }
        return SecretDigest.matches(token, anyOf: secretTokens) ? .accepted : .rejected("X-Gitlab-Token is wrong")
    }

    /// Decides on the whole delivery; `body` is what came over the wire, byte for byte.
    public func checkBody(_ field: (String) -> String?, body: [UInt8]) -> Verdict {
        switch checkHead(field) {
        case .accepted: return .accepted
        case .rejected(let reason): return .rejected(reason)
        case .needsBody: break
        }
        guard let id = field("webhook-id"), let timestamp = field("webhook-timestamp"),
            let signatures = field("webhook-signature")
        else { return .rejected("neither X-Gitlab-Token nor a signature") }
        let presented = signatures.split(separator: " ").prefix(Self.signatureCountMax).compactMap { entry in
            entry.hasPrefix("v1,") ? Base64.decode(String(entry.dropFirst(3))).flatMap { Digest256($0) } : nil
        }
        var isRight = false
        for token in signingTokens {
            let wanted = token.signature(id: id, timestamp: timestamp, body: body)
            for signature in presented where signature == wanted { isRight = true }
        }
        return isRight ? .accepted : .rejected("webhook-signature is wrong")
    }

    /// Unix seconds written as one to eleven digits and nothing else.
    private static func seconds(_ text: String) -> Int64? {
        guard 1...11 ~= text.utf8.count, text.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }) else {
            return nil
        }
        return Int64(text)
    }
}
