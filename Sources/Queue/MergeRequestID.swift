/// A merge request as the queue tells them apart.
public struct MergeRequestID: Sendable, Hashable {
    /// GitLab's number of the project.
    public let projectID: Int
    /// The merge request's number within the project.
    public let iid: Int

    /// The merge request `iid` of project `projectID`.
    public init(projectID: Int, iid: Int) {
        self.projectID = projectID
        self.iid = iid
    }
}
