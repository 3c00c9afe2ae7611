internal import HTTPClient
internal import JSON
internal import UTCTime

extension GitLabClient {
    /// Pages of labelled merge requests that are read: 1,000 of them.
    public static let labelledPageCountMax = 10

    /// The open merge requests of `scope` that carry `label`, drafts included.
    ///
    /// `tag` is that of an earlier answer. `updated_after` would save more and miss some: putting a label on does not always touch
    /// `updated_at`. A project that moved is asked for by its number, once; nothing is sent to where the redirect points.
    /// With `isPatient` false nothing is tried twice: for those who come again by themselves.
    public func mergeRequests(
        labelled label: String, in scope: MergeRequestScope, tag: String? = nil, isPatient: Bool = true
    ) async throws(GitLabError) -> LabelledMergeRequests {
        let policy: RetryPolicy = isPatient ? .gitLabRepeatable : .gitLabOnce
        do throws(GitLabError) {
            return try await list(label, scope, tag, policy)
        } catch {
            guard case .project(.path) = scope, let id = error.movedToProjectID else { throw error }
            var list = try await list(label, .project(.id(id)), nil, policy)
            list.movedToProjectID = id
            return list
        }
    }

    private func list(_ label: String, _ scope: MergeRequestScope, _ tag: String?, _ policy: RetryPolicy)
        async throws(GitLabError) -> LabelledMergeRequests
    {
        let place =
            switch scope {
            case .project(let project): "/projects/\(project.segment)"
            case .group(let path): "/groups/\(GitLabBaseURL.encoded(path))"
            }
        let query =
            "state=opened&scope=all&labels=\(GitLabBaseURL.encoded(label))&order_by=created_at&sort=asc&per_page=\(Self.pageSize)"
        var list = LabelledMergeRequests()
        var page = 1
        for _ in 0..<Self.labelledPageCountMax {
            let call = Call(
                operation: "list the merge requests of \(scope)", path: "\(place)/merge_requests?\(query)&page=\(page)",
                policy: policy, tag: page == 1 ? tag : nil)
            let response = try await send(call)
            list.rateLimit = rateLimit(response.fields) ?? list.rateLimit
            if response.status == 304 {
                list.isUnchanged = true
                list.tag = tag
                return list
            }
            guard let elements = try Self.parse(response, call.operation).array else {
                throw Self.unreadable(call.operation, response, "the answer is not a list of merge requests")
            }
            list.mergeRequests += elements.compactMap { element in
                // GitLab's filter is trusted as far as it goes: an older one ignores what it does not know.
                MergeRequest(element).flatMap {
                    $0.isOpen && $0.iid > 0 && $0.projectID > 0 && $0.labels?.contains(label) ?? true ? $0 : nil
                }
            }
            guard let next = Self.nextPage(after: page, response.fields) else {
                // A full page says the same when the next merge request comes, on a second one.
                if page == 1, elements.count < Self.pageSize { list.tag = response.fields["ETag"] }
                return list
            }
            page = next
        }
        list.isCut = true
        return list
    }

    private func rateLimit(_ fields: FieldList) -> RateLimit? {
        guard let remaining = fields["RateLimit-Remaining"].flatMap({ Int($0) }) else { return nil }
        let reset = fields["RateLimit-Reset"].flatMap { Int64($0) }.map {
            max(0, Double(Instant(seconds: $0).milliseconds - environment.now().milliseconds) / 1000)
        }
        return RateLimit(
            limit: fields["RateLimit-Limit"].flatMap { Int($0) }, remaining: max(0, remaining), resetSeconds: reset)
    }

    /// All elements of a list, over its pages as far as `pagesMax`.
    func elements(
        _ operation: String, path: String, eventUUID: String? = nil, pagesMax: Int = labelledPageCountMax
    ) async throws(GitLabError) -> [JSONValue] {
        var all: [JSONValue] = []
        var page = 1
        for _ in 0..<pagesMax {
            let call = Call(
                operation: operation,
                path: "\(path)\(path.contains("?") ? "&" : "?")page=\(page)&per_page=\(Self.pageSize)",
                eventUUID: eventUUID)
            let response = try await send(call)
            guard let elements = try Self.parse(response, operation).array else {
                throw Self.unreadable(operation, response, "the answer is not a list")
            }
            all += elements
            guard let next = Self.nextPage(after: page, response.fields) else { break }
            page = next
        }
        return all
    }
}
