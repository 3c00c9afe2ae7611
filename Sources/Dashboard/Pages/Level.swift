import Budget

/// How near a limit is, as colour, sign and word: never as colour alone.
public enum Level: String, Sendable, CaseIterable {
    /// Below seven tenths.
    case ok
    /// From seven tenths on.
    case warning
    /// Above nine tenths.
    case critical
    /// Nothing is left.
    case exhausted

    /// The level at `committed` of `limit`.
    public init(_ committed: Int, of limit: Int) {
        let share = permille(committed, of: limit)
        if limit <= 0 || committed >= limit {
            self = .exhausted
        } else {
            self = share < 700 ? .ok : share <= 900 ? .warning : .critical
        }
    }

    /// What a person reads.
    var word: String {
        switch self {
        case .ok: "healthy"
        case .warning: "warning"
        case .critical: "critical"
        case .exhausted: "used up"
        }
    }

    /// What stands before the word.
    var sign: String {
        switch self {
        case .ok: "●"
        case .warning: "▲"
        case .critical: "◆"
        case .exhausted: "■"
        }
    }

    /// The badge.
    var badge: HTML {
        "<span class=\"badge level-\(rawValue)\"><span aria-hidden=\"true\">\(sign)</span> \(word)</span>"
    }
}
