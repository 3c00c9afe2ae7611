/// A change as text, read: what `git diff`, `git show`, `git format-patch`, `hg diff --git` and `diff -u` write.
///
/// Source: git's documentation, "Generating patch text with -p" and `core.quotePath`; GNU diffutils, "Unified format".
/// Whatever stands around the files (messages, statistics, signatures, base85 of binaries) is passed over. A hunk is
/// read by the counts in its header, so that a removed `-- a` is never taken for the beginning of another file; where
/// the counts are wrong, its lines are kept all the same. Nothing here fails: what is no diff has no files.
public struct UnifiedDiff: Sendable, Equatable {
    /// The files in the order of the text.
    public let files: [FileDiff]
    /// The measure of the whole text: `TextMeasure(of:)` of it, for the part that it takes beyond that of its hunks.
    public let measure: TextMeasure

    /// The files of the diff `bytes`, which their lines keep. Takes time in proportion to their number.
    public init(parsing bytes: [UInt8]) {
        (files, measure) = bytes.withUnsafeBufferPointer { all in
            var reader = DiffReader(all, of: bytes)
            return (reader.files(), reader.measure)
        }
    }

    /// The files of the diff `text`.
    public init(parsing text: String) { self.init(parsing: Array(text.utf8)) }
}

extension FileDiff {
    /// One file of which `hunks` are all that is there, as in the `diff` field of GitLab's API; the other parts are
    /// what the field's neighbours say.
    ///
    /// Source: GitLab REST API, "List merge request diffs". The field is empty for what GitLab does not show, and
    /// `Binary files a/x and b/x differ` for a binary.
    public init(oldPath: String, newPath: String, kind: Kind, hunks text: String) {
        let bytes = Array(text.utf8)
        let found = bytes.withUnsafeBufferPointer { all in
            var reader = DiffReader(all, of: bytes)
            return reader.files().first
        }
        self.init(
            oldPath: oldPath.isEmpty ? newPath : oldPath, newPath: newPath.isEmpty ? oldPath : newPath, kind: kind,
            isBinary: found?.isBinary ?? false, hunks: found?.hunks ?? [])
    }

    /// The file of GitLab's API.
    public init(_ file: ChangedFile) {
        let kind: Kind = file.isNew ? .added : file.isDeleted ? .deleted : file.isRenamed ? .renamed : .modified
        self.init(oldPath: file.oldPath, newPath: file.newPath, kind: kind, hunks: file.diff)
    }

    /// How many lines the change adds.
    public var addedCount: Int { count(of: .added) }

    /// How many lines the change removes.
    public var removedCount: Int { count(of: .removed) }

    private func count(of kind: DiffLine.Kind) -> Int {
        hunks.reduce(0) { sum, hunk in sum + hunk.lines.count { $0.kind == kind } }
    }
}
