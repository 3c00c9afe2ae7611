/// What a budget can be for.
public enum ScopeKind: String, Sendable, CaseIterable {
    /// Everything.
    case all
    /// One GitLab project.
    case project
    /// A GitLab group and everything below it.
    case group
    /// One person.
    case user
    /// A named list of people.
    case team
    /// One merge request.
    case mergeRequest = "merge_request"
    /// One named reviewer.
    case agent
    /// One thing a reviewer is asked to do.
    case command
    /// One model.
    case model

    /// The forms in which scopes are written, for messages.
    public static let forms =
        "all, project:<path>, group:<path>, user:<name>, team:<name>, merge_request:<path>!<number>, agent:<name>, "
        + "command:<name>, model:<name>, or one counter for each: user:* and so on"

    /// The place in the order in which scopes are looked at, the narrowest first.
    var rank: Int {
        switch self {
        case .mergeRequest: 0
        case .user: 1
        case .team: 2
        case .project: 3
        case .group: 4
        case .agent: 5
        case .command: 6
        case .model: 7
        case .all: 8
        }
    }

    /// Whether GitLab takes capital and small letters of its names for the same.
    var ignoresCase: Bool {
        switch self {
        case .project, .group, .user, .mergeRequest: true
        case .all, .team, .agent, .command, .model: false
        }
    }
}

/// What one counter is for: `all`, `project:group/app`, `merge_request:group/app!123`.
public struct Scope: Sendable, Hashable {
    /// What it is.
    public let kind: ScopeKind
    /// Which one: a path or a name; empty for `all`. Small letters where GitLab makes no difference.
    public let name: String
    /// The number of the merge request; 0 for every other kind.
    public let iid: Int

    // Scopes are compared within one tally, where the kind is the same.
    /// Hashes the name and the number.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(name)
        if iid != 0 { hasher.combine(iid) }
    }

    init(unchecked kind: ScopeKind, _ name: String, iid: Int = 0) {
        self.kind = kind
        self.name = name
        self.iid = iid
    }

    /// Everything.
    public static let all = Scope(unchecked: .all, "")

    /// The most bytes of a path or a name.
    public static let nameBytesMax = 512
}

extension Scope: CustomStringConvertible {
    /// `merge_request:group/app!123`.
    public var description: String { kind == .all ? "all" : "\(kind.rawValue):\(value)" }

    /// Which one, without the kind: `group/app!123`; empty for `all`.
    public var value: String { kind == .mergeRequest ? "\(name)!\(iid)" : name }
}

/// What a budget is for: one scope, or one counter for each of a kind.
public enum ScopePattern: Sendable, Hashable {
    /// One counter.
    case one(Scope)
    /// A counter for each project, each user and so on: `user:*`.
    case each(ScopeKind)

    /// What kind of scope it is.
    public var kind: ScopeKind {
        switch self {
        case .one(let scope): scope.kind
        case .each(let kind): kind
        }
    }
}

extension ScopePattern: CustomStringConvertible {
    /// `user:*`, `project:group/app`.
    public var description: String {
        switch self {
        case .one(let scope): scope.description
        case .each(let kind): "\(kind.rawValue):*"
        }
    }

    /// Reads `all`, `project:group/app`, `merge_request:group/app!123`, `user:*`. The error says what is accepted.
    public init(parsing text: String) throws(BudgetTextError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let kind = ScopeKind(rawValue: String(parts[0])) else {
            throw BudgetTextError("scope", text, "no such scope; accepted are \(ScopeKind.forms)")
        }
        guard kind != .all else {
            guard parts.count == 1 else { throw BudgetTextError("scope", text, "\"all\" stands alone") }
            self = .one(.all)
            return
        }
        guard parts.count == 2 else {
            throw BudgetTextError("scope", text, "which one? Accepted are \(ScopeKind.forms)")
        }
        self = parts[1] == "*" ? .each(kind) : .one(try Scope(kind, parsing: String(parts[1]), in: text))
    }
}

extension Scope {
    /// Reads which one of `kind`: `group/app`, `group/app!123`, `ann`. The error says what is accepted.
    public init(_ kind: ScopeKind, parsing value: String) throws(BudgetTextError) {
        try self.init(kind, parsing: value, in: value)
    }

    init(_ kind: ScopeKind, parsing value: String, in text: String) throws(BudgetTextError) {
        guard kind != .all else {
            guard value.isEmpty else { throw BudgetTextError("scope", text, "\"all\" stands alone") }
            self = .all
            return
        }
        var name = value
        var iid = 0
        if kind == .mergeRequest {
            guard let mark = value.lastIndex(of: "!"), let number = Digits.value(value[value.index(after: mark)...]),
                1...Self.iidMax ~= number
            else {
                throw BudgetTextError("scope", text, "a merge request is written like merge_request:group/app!123")
            }
            name = String(value[..<mark])
            iid = number
        }
        guard 1...Self.nameBytesMax ~= name.utf8.count else {
            throw BudgetTextError("scope", text, "a name has 1 to \(Self.nameBytesMax) bytes")
        }
        guard name.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
            throw BudgetTextError("scope", text, "a name has no blanks and no control characters")
        }
        guard !name.contains("*") else {
            throw BudgetTextError(
                "scope", text,
                kind == .project || kind == .mergeRequest
                    ? "\"*\" stands alone (\(kind.rawValue):*); for all below a group write group:<path>"
                    : "\"*\" stands alone: \(kind.rawValue):*")
        }
        if kind == .project || kind == .group || kind == .mergeRequest {
            guard !name.hasPrefix("/"), !name.hasSuffix("/"), !name.contains("//") else {
                throw BudgetTextError("scope", text, "a path is written like group/app, without a slash at its ends")
            }
        }
        if kind == .team { try BudgetTextError.checkName(name, "scope") }
        self.init(unchecked: kind, kind.ignoresCase ? name.withSmallLetters : name, iid: iid)
    }

    /// Reads which counter is meant, as a text such as `user:ann`. Calls may carry names that no budget can be set for, with
    /// blanks and stars in them; their counters are named all the same. The error says what is accepted.
    public init(counter text: String) throws(BudgetTextError) {
        if case .one(let one)? = try? ScopePattern(parsing: text) {
            self = one
            return
        }
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let kind = ScopeKind(rawValue: String(parts[0])), kind != .all, parts[1] != "*" else {
            throw BudgetTextError("scope", text, "say which one, such as user:ann")
        }
        var (name, iid) = (String(parts[1]), 0)
        if kind == .mergeRequest, let mark = name.lastIndex(of: "!"),
            let number = Digits.value(name[name.index(after: mark)...]), 1...Self.iidMax ~= number
        {
            (name, iid) = (String(name[..<mark]), number)
        }
        guard (kind == .mergeRequest) == (iid > 0), 1...Self.nameBytesMax ~= name.utf8.count,
            name.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
        else {
            throw BudgetTextError(
                "scope", text,
                "accepted is one counter such as user:ann or merge_request:group/app!12, whose name has 1 to "
                    + "\(Self.nameBytesMax) bytes and no control characters")
        }
        self.init(unchecked: kind, kind.ignoresCase ? name.withSmallLetters : name, iid: iid)
    }

    /// The highest number a merge request can have: fifteen digits.
    static let iidMax = 999_999_999_999_999
}

extension String {
    /// The text with `A` to `Z` made small; the text itself when it has none of them.
    var withSmallLetters: String {
        // Looked at as a whole, without a way out: so the machine looks at many bytes at once.
        let hasCapitals = utf8.withContiguousStorageIfAvailable { bytes in
            bytes.reduce(UInt8(0)) { $0 | ($1 &- UInt8(ascii: "A") < 26 ? 1 : 0) } != 0
        }
        guard hasCapitals ?? true else { return self }
        return String(
            decoding: utf8.map { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 ? $0 | 0x20 : $0 }, as: UTF8.self)
    }
}

extension String {
    /// Whether `other` is written with the same bytes. `==` asks less: it takes an accent before and one within its letter
    /// for the same.
    func hasSameBytes(as other: String) -> Bool {
        // The closures look at whole buffers, so that the machine compares many bytes at once.
        utf8.withContiguousStorageIfAvailable { mine in
            other.utf8.withContiguousStorageIfAvailable { theirs in
                mine.count == theirs.count && zip(mine, theirs).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
            } ?? false
        } ?? utf8.elementsEqual(other.utf8)
    }
}

/// Reads whole numbers digit by digit: no signs, no blanks.
enum Digits {
    /// The value of up to fifteen ASCII digits; nil for anything else.
    static func value(_ text: some StringProtocol) -> Int? {
        guard 1...15 ~= text.utf8.count else { return nil }
        var value = 0
        for byte in text.utf8 {
            guard UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte else { return nil }
            value = value * 10 + Int(byte - UInt8(ascii: "0"))
        }
        return value
    }
}
