internal import HTTPClient

extension GitLabClient {
    /// Creates something by `call`, and again only when `find` shows that it was not created.
    ///
    /// When the answer does not tell (a lost connection, 5xx), `find` looks for it before it is sent again; when it
    /// cannot look, the error is thrown and says that it may have happened.
    func create<Thing>(
        _ call: Call, read: (ClientResponse) -> Thing,
        find: (() async throws(GitLabError) -> Thing?)?
    ) async throws(GitLabError) -> Thing {
        var call = call
        call.policy = .gitLabCreating
        var postingCount = 0
        while true {
            do throws(GitLabError) {
                postingCount += 1
                let response = try await send(call)
                // A login page that stands before GitLab has taken nothing; what answers 201 has created something.
                if response.status != 201, GitLabError.isWebPage(response.body) {
                    throw Self.unreadable(call.operation, response, "")
                }
                return read(response)
            } catch {
                let posting = error
                guard error.kind == .unavailable, error.mayHaveHappened, let find,
                    postingCount < Self.postingCountMax, !Task.isCancelled
                else { throw error }
                let seconds = Double(1 << postingCount) * (1 - 0.25 * environment.random())
                guard (try? await environment.sleep(seconds)) != nil else { throw error }
                let earlier: Thing?
                do throws(GitLabError) {
                    earlier = try await find()
                } catch {
                    throw posting
                }
                if let earlier { return earlier }
            }
        }
    }
}
