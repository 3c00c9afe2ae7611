internal import HTTPClient

extension GitLabClient {
    /// Begins discussions, in one batch where GitLab has draft notes, else one by one. The answers are in the same order.
    ///
    /// May be called again with the same discussions after a failure or a crash: what stands, or waits as a draft, is known
    /// by its marker, among notes of the user `botUserID` alone. Drafts that an earlier run has left and that are not
    /// wanted any more are deleted before anything is published, because GitLab publishes all of a user's drafts at once. Drafts
    /// without our marker are somebody's own work: then ours are published one by one.
    public func postDiscussions(
        _ discussions: [NewDiscussion], projectID: Int, iid: Int, botUserID: Int, eventUUID: String? = nil
    ) async -> [PostedDiscussion] {
        guard !discussions.isEmpty else { return [] }
        var posting = DiscussionPosting(
            client: self, discussions: discussions, projectID: projectID, iid: iid, botUserID: botUserID,
            eventUUID: eventUUID)
        await posting.run()
        return posting.outcomes
    }
}

/// The way of several discussions to GitLab.
struct DiscussionPosting {
    let client: GitLabClient
    let discussions: [NewDiscussion]
    let projectID: Int
    let iid: Int
    let botUserID: Int
    let eventUUID: String?
    private var results: [PostedDiscussion?]

    init(
        client: GitLabClient, discussions: [NewDiscussion], projectID: Int, iid: Int, botUserID: Int,
        eventUUID: String?
    ) {
        self.client = client
        self.discussions = discussions
        self.projectID = projectID
        self.iid = iid
        self.botUserID = botUserID
        self.eventUUID = eventUUID
        results = Array(repeating: nil, count: discussions.count)
    }

    private static let unreached = GitLabError(
        "begin a discussion", .unavailable, message: "an earlier call failed", hint: "")

    var outcomes: [PostedDiscussion] { results.map { $0 ?? .failed(Self.unreached) } }

    private var missing: [Int] { results.indices.filter { results[$0] == nil } }

    mutating func run() async {
        do throws(GitLabError) {
            try await lookForStanding(as: .found)
            // One discussion is one mail either way.
            if missing.count > 1, try await postAsDrafts() { return }
            for index in missing { try await postAlone(index) }
        } catch {
            for index in missing { results[index] = .failed(error) }
        }
    }

    /// Marks what stands on the merge request.
    private mutating func lookForStanding(as outcome: PostedDiscussion) async throws(GitLabError) {
        let standing = Set(
            try await client.ownDiscussions(
                projectID: projectID, iid: iid, botUserID: botUserID, eventUUID: eventUUID
            ).map(\.marker))
        for index in missing {
            if let marker = discussions[index].note.marker, standing.contains(marker) { results[index] = outcome }
        }
    }

    private mutating func postAlone(_ index: Int) async throws(GitLabError) {
        do throws(GitLabError) {
            results[index] = try await client.createDiscussion(
                discussions[index], projectID: projectID, iid: iid, botUserID: botUserID, eventUUID: eventUUID)
        } catch  where error.isRefusal {
            results[index] = .refused(error)
        } catch {
            throw error
        }
    }

    // MARK: - In one batch

    /// False: this GitLab has no draft notes, or not for us, and nothing of ours is left among them.
    private mutating func postAsDrafts() async throws(GitLabError) -> Bool {
        var written: [Int: Int] = [:]
        let hasForeign: Bool
        do throws(GitLabError) {
            let drafts = try await client.draftNotes(projectID: projectID, iid: iid, eventUUID: eventUUID)
            hasForeign = drafts.contains { $0.marker == nil }
            for draft in drafts where draft.marker?.fingerprint != nil {
                let twin = missing.first {
                    written[$0] == nil && draft.isDraft(of: discussions[$0])
                }
                if let twin {
                    written[twin] = draft.id
                } else {
                    try await client.deleteDraft(draft.id, projectID: projectID, iid: iid, eventUUID: eventUUID)
                }
            }
        } catch  where error.isUnavailableFeature {
            return false
        } catch {
            throw error
        }
        for index in missing where written[index] == nil {
            do throws(GitLabError) {
                written[index] = try await client.createDraft(
                    discussions[index], projectID: projectID, iid: iid, eventUUID: eventUUID)
            } catch  where error.isRefusal {
                results[index] = .refused(error)
            } catch  where error.isUnavailableFeature {
                try await withdraw(written)
                return false
            } catch {
                throw error
            }
        }
        guard !missing.isEmpty else { return true }
        return try await publish(written, oneByOne: hasForeign)
    }

    private mutating func publish(_ written: [Int: Int], oneByOne: Bool) async throws(GitLabError) -> Bool {
        for publishingCount in 1...GitLabClient.postingCountMax {
            do throws(GitLabError) {
                if oneByOne {
                    for index in missing {
                        guard let id = written[index] else { continue }
                        try await client.publishDraft(id, projectID: projectID, iid: iid, eventUUID: eventUUID)
                        results[index] = .posted
                    }
                } else {
                    try await client.publishAllDrafts(projectID: projectID, iid: iid, eventUUID: eventUUID)
                    for index in missing { results[index] = .posted }
                }
                return true
            } catch {
                if error.isUnavailableFeature, !error.mayHaveHappened {
                    if !oneByOne { return try await publish(written, oneByOne: true) }
                    try await withdraw(written)
                    return false
                }
                // Published or not: what stands tells. A second call without looking would publish what came meanwhile.
                guard error.isTemporary, publishingCount < GitLabClient.postingCountMax, !Task.isCancelled,
                    (try? await client.environment.sleep(Double(1 << publishingCount))) != nil
                else { throw error }
                try await lookForStanding(as: .posted)
                if missing.isEmpty { return true }
            }
        }
        return true
    }

    /// Deletes what was written and not published.
    private func withdraw(_ written: [Int: Int]) async throws(GitLabError) {
        for index in missing {
            guard let id = written[index] else { continue }
            try await client.deleteDraft(id, projectID: projectID, iid: iid, eventUUID: eventUUID)
        }
    }
}
