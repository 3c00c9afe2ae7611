import GitLab
import Platform
import Queue
import Review

// Findings at their lines. Each is known again by its fingerprint, so all of this may happen twice.

extension Reviewer {
    /// Begins discussions about `findings` where none stands, and returns the fingerprints of those without one: their
    /// text belongs into the summary.
    func discuss(_ findings: [PlacedFinding], _ material: ReviewMaterial, _ job: Job) async -> Set<String> {
        guard !findings.isEmpty else { return [] }
        let everything = Set(findings.map(\.fingerprint))
        guard let botUserID = await notes.bot.known(), let refs = material.mergeRequest.diffRefs,
            refs.headSHA == material.head
        else { return everything }
        let (projectID, iid) = (job.wish.mergeRequest.projectID, job.wish.mergeRequest.iid)
        let eventUUID = job.wish.eventUUID
        let plan: DiscussionPlan
        do throws(GitLabError) {
            let standing = try await gitlab.ownDiscussions(
                projectID: projectID, iid: iid, botUserID: botUserID, eventUUID: eventUUID)
            plan = DiscussionPlan(found: findings, standing: standing.compactMap { .init($0) }, gone: [])
            for id in plan.reopen {
                try await gitlab.resolveDiscussion(
                    id, isResolved: false, projectID: projectID, iid: iid, eventUUID: eventUUID)
            }
        } catch {
            log(
                .warning, "findings cannot be put at their lines, they go into the summary",
                ["merge_request": job.name, "error": "\(error)"])
            return everything
        }
        let outcomes = await gitlab.postDiscussions(
            plan.create.compactMap { discussion($0, refs) }, projectID: projectID, iid: iid, botUserID: botUserID,
            eventUUID: eventUUID)
        var missing: Set<String> = []
        for (finding, outcome) in zip(plan.create, outcomes) {
            switch outcome {
            case .posted, .found: continue
            case .refused(let error), .failed(let error):
                missing.insert(finding.fingerprint)
                log(
                    .warning, "a finding goes into the summary",
                    ["merge_request": job.name, "error": "\(error)"])
            }
        }
        return missing
    }

    private func discussion(_ placed: PlacedFinding, _ refs: MergeRequest.DiffRefs) -> NewDiscussion? {
        guard let place = placed.place else { return nil }
        return NewDiscussion(
            note: HarmlessNote(
                markdown: DiscussionText.markdown(placed),
                suggestion: placed.suggestion.map {
                    NoteSuggestion(lines: $0.lines, above: $0.above, below: $0.below)
                }, marker: .finding(placed.fingerprint), secrets: notes.secrets),
            position: DiffPosition(
                refs: refs, oldPath: place.oldPath, newPath: place.newPath, oldLine: place.oldLine,
                newLine: place.newLine))
    }
}

extension DiscussionPlan.Standing {
    /// A discussion of ours as GitLab shows it.
    fileprivate init?(_ discussion: Discussion) {
        guard let fingerprint = discussion.marker.fingerprint else { return nil }
        self.init(
            id: discussion.id, fingerprint: fingerprint, isResolved: discussion.isResolved,
            isResolvedByUs: discussion.isResolvedByUs, hasReplies: discussion.hasReplies)
    }
}
