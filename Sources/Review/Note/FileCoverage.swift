/// How much of one file of the change a review has seen, and why not more.
public struct FileCoverage: Sendable, Equatable {
    /// The file's path.
    public var path: String
    /// How much of it was seen.
    public var extent: Extent

    /// `extent` of the file at `path`.
    public init(path: String, extent: Extent) {
        self.path = path
        self.extent = extent
    }

    /// How much of a file was seen.
    public enum Extent: Sendable, Equatable {
        /// All of it.
        case whole
        /// Not all of it; `reason` says what not.
        case part(reason: String)
        /// Nothing; `reason` says why.
        case nothing(reason: String)
        /// Nothing in this review: an earlier one, of the commit `at`, has seen it as it is.
        case before(at: String)
    }
}
