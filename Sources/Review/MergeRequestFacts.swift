/// What a review says about a merge request beside its diff. All of it was written by others.
public struct MergeRequestFacts: Sendable, Equatable {
    /// The project's full path: `group/app`.
    public var project: String
    /// The merge request's number within its project.
    public var iid: Int
    /// The title.
    public var title: String
    /// The description in Markdown; empty when there is none.
    public var description: String
    /// The author's user name; empty when unknown.
    public var author: String
    /// The branch with the change.
    public var sourceBranch: String
    /// The branch it is to be merged into.
    public var targetBranch: String
    /// The labels it carries.
    public var labels: [String]
    /// The page of the merge request. Not shown to the model.
    public var url: String
    /// The full hash of the newest commit, the one under review. Not shown to the model.
    public var headSHA: String

    /// Facts of these parts.
    public init(
        project: String, iid: Int, title: String, description: String = "", author: String = "", sourceBranch: String,
        targetBranch: String, labels: [String] = [], url: String = "", headSHA: String = ""
    ) {
        self.project = project
        self.iid = iid
        self.title = title
        self.description = description
        self.author = author
        self.sourceBranch = sourceBranch
        self.targetBranch = targetBranch
        self.labels = labels
        self.url = url
        self.headSHA = headSHA
    }
}
