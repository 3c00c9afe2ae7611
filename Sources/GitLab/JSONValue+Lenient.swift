internal import JSON

// GitLab's payloads have changed their types over the years: these readings take what was meant, and never fail.
extension JSONValue {
    /// A whole number, also when it was written as a string.
    var number: Int? {
        switch self {
        case .integer(let value): value
        case .string(let text): text.utf8.count <= 19 ? Int(text) : nil
        default: nil
        }
    }

    /// A text that is not empty, also when it was written as a number.
    var words: String? {
        switch self {
        case .string(let text): text.isEmpty ? nil : text
        case .integer(let value): String(value)
        default: nil
        }
    }

    /// A truth, also when it was written as a string or as 0 or 1.
    var truth: Bool? {
        switch self {
        case .bool(let value): value
        case .string("true"), .integer(1), .string("1"): true
        case .string("false"), .integer(0), .string("0"): false
        default: nil
        }
    }

    /// The titles of an array of labels, which are objects or, in older and in REST answers, texts; nil when there is no array.
    var labelTitles: [String]? {
        array.map { $0.compactMap { $0["title"]?.string ?? $0["name"]?.string ?? $0.string } }
    }

    /// Before and after of one of a payload's `changes`: an object, or an array of two.
    var change: (before: JSONValue, after: JSONValue)? {
        if self["previous"] != nil || self["current"] != nil {
            return (self["previous"] ?? .null, self["current"] ?? .null)
        }
        if let pair = array, pair.count == 2 { return (pair[0], pair[1]) }
        return nil
    }
}

/// Whether a title says that the merge request is a draft (GitLab "Draft merge requests"; `WIP:` until 14).
func isDraftTitle(_ title: String) -> Bool {
    let folded = title.lowercased()
    return ["draft:", "[draft]", "(draft)", "wip:", "[wip]"].contains { folded.hasPrefix($0) }
}
