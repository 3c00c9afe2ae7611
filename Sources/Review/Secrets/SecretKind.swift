/// What kind of secret stands in a text.
public enum SecretKind: Sendable, Hashable {
    /// A key whose form tells who issued it: `AWS access key`.
    case token(String)
    /// A PEM private key.
    case privateKey
    /// A JSON Web Token.
    case webToken
    /// The value of something called a password, a token or a key.
    case assigned(String)
    /// The password within an address.
    case connectionPassword
    /// What an `Authorization` header carries.
    case authorization

    /// The kind in a few words: `AWS access key`, `password`.
    public var words: String {
        switch self {
        case .token(let words), .assigned(let words): words
        case .privateKey: "private key"
        case .webToken: "JSON web token"
        case .connectionPassword: "password in an address"
        case .authorization: "authorization header"
        }
    }

    /// What takes the secret's place, in prompts and in notes: `⟦secret: AWS access key⟧`.
    public var placeholder: String { "⟦secret: \(words)⟧" }

    /// Of two readings of one place the more telling one.
    var rank: Int {
        switch self {
        case .privateKey: 5
        case .token: 4
        case .webToken: 3
        case .connectionPassword: 2
        case .authorization: 1
        case .assigned: 0
        }
    }
}

/// A secret that was found and taken out.
public struct FoundSecret: Sendable, Hashable {
    /// What kind it is.
    public var kind: SecretKind
    /// The line it stands in, or begins in, counted from 0 within what was scanned.
    public var lineIndex: Int

    /// A secret of `kind` in line `lineIndex`.
    public init(kind: SecretKind, lineIndex: Int) {
        self.kind = kind
        self.lineIndex = lineIndex
    }
}
