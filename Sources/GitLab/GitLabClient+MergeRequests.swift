internal import HTTPClient
internal import JSON

extension GitLabClient {
    /// Seconds between looks at a merge request whose diff GitLab still prepares.
    static let preparationWaits = [1.0, 2.0, 4.0]

    /// The merge request, waiting a few seconds for its diff when GitLab has not prepared it yet (right after it was opened or
    /// pushed to). It may come back without `diffRefs` even so.
    public func mergeRequest(projectID: Int, iid: Int, eventUUID: String? = nil) async throws(GitLabError)
        -> MergeRequest
    {
        let call = Call(
            operation: "read merge request \(projectID)!\(iid)", path: "/projects/\(projectID)/merge_requests/\(iid)",
            eventUUID: eventUUID)
        var waits = Self.preparationWaits[...]
        while true {
            let response = try await send(call)
            guard let mergeRequest = MergeRequest(try Self.parse(response, call.operation)) else {
                throw Self.unreadable(call.operation, response, "the answer is not a merge request")
            }
            guard mergeRequest.isOpen, mergeRequest.isBeingPrepared, let seconds = waits.popFirst(),
                (try? await environment.sleep(seconds)) != nil
            else { return mergeRequest }
        }
    }

    /// The merge request's changed files, all pages up to the client's limits. What is missing is said in `incompleteness`.
    public func diffs(projectID: Int, iid: Int, eventUUID: String? = nil) async throws(GitLabError) -> DiffList {
        do throws(GitLabError) {
            return try await pagedDiffs(projectID: projectID, iid: iid, eventUUID: eventUUID)
        } catch  where error.kind == .notFound {
            // Before 15.7 there was only `changes`. When that is missing too, the first answer was the true one.
            guard let list = try? await changes(projectID: projectID, iid: iid, eventUUID: eventUUID) else {
                throw error
            }
            return list
        } catch {
            throw error
        }
    }

    private func pagedDiffs(projectID: Int, iid: Int, eventUUID: String?) async throws(GitLabError) -> DiffList {
        var list = DiffList()
        var page = 1
        var byteCount = 0
        for _ in 0..<Self.pageCountMax {
            let call = Call(
                operation: "read the diff of \(projectID)!\(iid)",
                path: "/projects/\(projectID)/merge_requests/\(iid)/diffs?page=\(page)&per_page=\(Self.pageSize)",
                eventUUID: eventUUID)
            let response = try await send(call)
            byteCount += response.body.count
            guard let elements = try Self.parse(response, call.operation).array else {
                throw Self.unreadable(call.operation, response, "the answer is not a list of files")
            }
            list.files += elements.compactMap { DiffFile($0) }
            guard let next = Self.nextPage(after: page, response.fields) else { return list }
            guard byteCount < Self.diffBytesMax else {
                list.incompleteness =
                    "the diff has more than \(Self.diffBytesMax >> 20) MiB; the first \(list.files.count) files were read"
                return list
            }
            page = next
        }
        list.incompleteness =
            "the diff has more than \(Self.pageCountMax) pages; the first \(list.files.count) files were read"
        return list
    }

    private func changes(projectID: Int, iid: Int, eventUUID: String?) async throws(GitLabError) -> DiffList {
        let value = try await value(
            Call(
                operation: "read the diff of \(projectID)!\(iid)",
                path: "/projects/\(projectID)/merge_requests/\(iid)/changes", eventUUID: eventUUID))
        var list = DiffList()
        list.files = (value["changes"]?.array ?? []).compactMap { DiffFile($0) }
        if value["overflow"]?.truth == true {
            list.incompleteness = "GitLab left files out because the diff is too large"
        }
        return list
    }
}
