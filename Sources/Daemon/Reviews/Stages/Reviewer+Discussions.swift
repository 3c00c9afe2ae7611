import GitLab
import Platform
import Queue
import Review

// Findings at their lines. Each is known again by its fingerprint, so all of this may happen twice.

/// What became of the discussions of a review.
struct Discussed: Sendable {
    /// Fingerprints of findings that have no discussion: their text belongs into the summary.
    var refused: Set<String> = []
    /// Fingerprints of findings whose discussion people have resolved.
    var answered: Set<String> = []
    /// Fingerprints of findings whose line is gone and whose discussion is still to be resolved.
    var unresolved: [String] = []
}

extension Reviewer {
    /// Begins discussions about `findings` where none stands, and resolves those whose line has left the change.
    func discuss(
        _ findings: [PlacedFinding], _ outset: ReviewOutset, _ material: ReviewMaterial, _ job: Job
    ) async -> Discussed {
        let gone = outset.outdated + outset.unresolved
        let nothing = Discussed(refused: Set(findings.map(\.fingerprint)), unresolved: gone)
        // Without a finding, old or new, nothing of ours stands there.
        guard !findings.isEmpty || !gone.isEmpty || !outset.standing.isEmpty else { return nothing }
        guard let botUserID = await notes.bot.known(), let refs = material.mergeRequest.diffRefs,
            refs.headSHA == material.head
        else { return nothing }
        let (projectID, iid) = (job.wish.mergeRequest.projectID, job.wish.mergeRequest.iid)
        let eventUUID = job.wish.eventUUID
        let standing: [DiscussionPlan.Standing]
        do throws(GitLabError) {
            standing = try await gitlab.ownDiscussions(
                projectID: projectID, iid: iid, botUserID: botUserID, eventUUID: eventUUID
            ).compactMap { .init($0) }
        } catch {
            log(
                .warning, "findings cannot be put at their lines, they go into the summary",
                ["merge_request": job.name, "error": "\(error)"])
            return nothing
        }
        let plan = DiscussionPlan(found: findings, standing: standing, gone: Set(gone))
        var discussed = Discussed()
        discussed.answered = Set(
            standing.filter { $0.isResolved && !$0.isResolvedByUs }.map(\.fingerprint))
        let outcomes = await gitlab.postDiscussions(
            plan.create.compactMap { discussion($0, refs) }, projectID: projectID, iid: iid, botUserID: botUserID,
            eventUUID: eventUUID)
        for (finding, outcome) in zip(plan.create, outcomes) {
            switch outcome {
            case .posted, .found: continue
            case .refused(let error), .failed(let error):
                discussed.refused.insert(finding.fingerprint)
                log(
                    .warning, "a finding goes into the summary",
                    ["merge_request": job.name, "error": "\(error)"])
            }
        }
        let unresolved = await resolve(plan, job)
        discussed.unresolved = standing.filter { unresolved.contains($0.id) }.map(\.fingerprint)
        return discussed
    }

    /// Resolves and reopens as `plan` says. Answers with the ids of discussions that are to be resolved by a later review:
    /// one that cannot be resolved now does not hold up what was paid for, and one that we may not resolve is left.
    private func resolve(_ plan: DiscussionPlan, _ job: Job) async -> Set<String> {
        var left = Set(plan.resolve)
        for (id, isResolved) in plan.reopen.map({ ($0, false) }) + plan.resolve.map({ ($0, true) }) {
            do throws(GitLabError) {
                try await gitlab.resolveDiscussion(
                    id, isResolved: isResolved, projectID: job.wish.mergeRequest.projectID,
                    iid: job.wish.mergeRequest.iid, eventUUID: job.wish.eventUUID)
                left.remove(id)
            } catch {
                log(
                    .warning, "a discussion could not be changed",
                    ["merge_request": job.name, "resolved": String(isResolved), "error": "\(error)"])
                guard !error.isTemporary else { return left }
                // Resolving takes the role Developer: without it none can be.
                guard error.kind != .forbidden else { return [] }
                left.remove(id)
            }
        }
        return left
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
