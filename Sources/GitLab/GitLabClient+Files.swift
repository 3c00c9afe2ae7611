internal import HTTPClient

extension GitLabClient {
    /// The bytes of the file at `path` as of `ref`, a branch or a commit; nil when there is no such file.
    public func rawFile(projectID: Int, path: String, ref: String, eventUUID: String? = nil) async throws(GitLabError)
        -> [UInt8]?
    {
        do throws(GitLabError) {
            let file = GitLabBaseURL.encoded(path)
            return try await send(
                Call(
                    operation: "read \(path) of project \(projectID)",
                    path: "/projects/\(projectID)/repository/files/\(file)/raw?ref=\(GitLabBaseURL.encoded(ref))",
                    eventUUID: eventUUID)
            ).body
        } catch  where error.kind == .notFound {
            return nil
        } catch {
            throw error
        }
    }
}
