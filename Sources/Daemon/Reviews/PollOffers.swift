import GitLab
import Queue

/// Connects the poll to the queue: which projects were heard of, and what becomes of a merge request that it found.
struct PollOffers: Sendable {
    let queue: ReviewQueue
    let label: String
    let reviewsOnPush: Bool

    /// What the poll is given.
    var connections: Poll.Connections {
        Poll.Connections(
            knownProjects: { queue.knownProjects.keys.sorted().map { ProjectReference.id($0) } },
            offer: { await offer($0) })
    }

    private func offer(_ found: PolledMergeRequest) async -> OfferResult {
        let wish = Wish(
            mergeRequest: MergeRequestID(projectID: found.projectID, iid: found.iid),
            projectPath: found.projectPath ?? "", head: found.headSHA,
            // Where pushes are reviewed, a head without a review is a push that was missed.
            cause: reviewsOnPush && isKnown(found) ? .push : .poll,
            occurredAt: reviewsOnPush ? nil : GitLabTime.instant(found.updatedAt), username: found.authorUsername,
            userID: found.authorID)
        do throws(QueueError) {
            let verdict = try await queue.offer(wish, sentence: "the poll found the label '\(label)' on")
            return verdict.status == .queued ? .taken : .known
        } catch {
            return .later
        }
    }

    private func isKnown(_ found: PolledMergeRequest) -> Bool {
        queue.wasAsked(MergeRequestID(projectID: found.projectID, iid: found.iid))
    }
}
