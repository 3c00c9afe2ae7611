internal import JSON

/// Where in a merge request's diff a discussion stands (GitLab "Discussions API", create a merge request thread).
public struct DiffPosition: Sendable, Equatable {
    /// The commits of the diff that the line numbers are of.
    public let refs: MergeRequest.DiffRefs
    /// The file's path before; equal to `newPath` unless it was moved.
    public let oldPath: String
    /// The file's path after.
    public let newPath: String
    /// The line's number before; nil for an added line.
    public let oldLine: Int?
    /// The line's number after; nil for a removed line. An unchanged line has both.
    public let newLine: Int?

    /// A position of these parts.
    public init(refs: MergeRequest.DiffRefs, oldPath: String, newPath: String, oldLine: Int?, newLine: Int?) {
        self.refs = refs
        self.oldPath = oldPath
        self.newPath = newPath
        self.oldLine = oldLine
        self.newLine = newLine
    }

    var json: JSONValue {
        var object = JSONObject([
            ("position_type", "text"), ("base_sha", .string(refs.baseSHA)), ("start_sha", .string(refs.startSHA)),
            ("head_sha", .string(refs.headSHA)), ("old_path", .string(oldPath)), ("new_path", .string(newPath)),
        ])
        object["old_line"] = oldLine.map { .integer($0) }
        object["new_line"] = newLine.map { .integer($0) }
        return .object(object)
    }
}
