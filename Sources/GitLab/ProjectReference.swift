/// A project as a person names it or a payload numbers it.
public enum ProjectReference: Sendable, Hashable, CustomStringConvertible {
    /// GitLab's number; stays the same when the project moves.
    case id(Int)
    /// The full path, `group/app`.
    case path(String)

    /// `42`, `group/app`.
    public var description: String {
        switch self {
        case .id(let id): String(id)
        case .path(let path): path
        }
    }

    /// As one segment of a path: `42`, `group%2Fapp`.
    var segment: String {
        switch self {
        case .id(let id): String(id)
        case .path(let path): GitLabBaseURL.encoded(path)
        }
    }
}
