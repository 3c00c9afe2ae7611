internal import HTTPClient
internal import JSON

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
                return read(try await send(call))
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

    /// Every element of a list, page by page.
    func list(_ operation: String, path: String, eventUUID: String?) async throws(GitLabError) -> [JSONValue] {
        var elements: [JSONValue] = []
        var page = 1
        for _ in 0..<Self.pageCountMax {
            let response = try await send(
                Call(
                    operation: operation, path: "\(path)?page=\(page)&per_page=\(Self.pageSize)", eventUUID: eventUUID))
            guard let found = try Self.parse(response, operation).array else {
                throw Self.unreadable(operation, response, "the answer is not a list")
            }
            elements += found
            guard let next = Self.nextPage(after: page, response.fields) else { break }
            page = next
        }
        return elements
    }
}
