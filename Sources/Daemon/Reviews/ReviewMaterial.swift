import Digest
import GitLab
import Review

/// One head of a merge request, ready to be planned: no secret is in any of it.
struct ReviewMaterial: Sendable {
    let mergeRequest: MergeRequest
    /// The change as a model may see it.
    let files: [FileDiff]
    /// Secrets on added lines, found by their form.
    let secrets: [Finding]
    /// The change, looked at once, without what earlier reviews have seen.
    let change: ExaminedChange
    /// What earlier reviews have seen of it.
    let increment: IncrementalPlan
    /// The commit that was reviewed last; nil when nothing is known of one.
    let reviewedHead: String?
    /// What prompts have beside the change.
    let frame: PromptFrame
    /// What was wrong with the project's files, each a sentence.
    let remarks: [String]
    /// Why GitLab gave less than the whole change.
    let incompleteness: String?

    /// The head's full hash; empty when GitLab does not say.
    var head: String { mergeRequest.sha ?? "" }
    /// What the project says about its reviews.
    var configuration: ProjectConfiguration { change.rules.configuration }

    /// The material of `mergeRequest` with the change `diffs` by `rules`, which the project's files make. What earlier
    /// reviews left in `memory` is not reviewed again unless the whole change is to be.
    init(
        _ mergeRequest: MergeRequest, _ diffs: DiffList, project: String, rules: ContextRules, remarks: [String],
        inputTokensMax: Int, memory: ReviewMemory? = nil, isWhole: Bool = false
    ) {
        let scanner = SecretScanner()
        var candidates = diffs.files.map { Candidate($0) }
        var secrets: [Finding] = []
        for index in candidates.indices {
            let (file, found) = scanner.redacted(candidates[index].diff)
            candidates[index].diff = file
            // What a project does not want looked at, it does not want to hear of.
            guard !rules.configuration.ignore.matches(file.path) else { continue }
            secrets += Finding.secrets(found, in: file)
        }
        var facts = MergeRequestFacts(mergeRequest, project: project)
        // A key of several lines is seen only in the whole text.
        facts.description = scanner.redacted(facts.description).text
        self.mergeRequest = mergeRequest
        self.secrets = secrets
        self.remarks = remarks
        files = candidates.map(\.diff)
        increment = IncrementalPlan(files: files, previous: memory, isWhole: isWhole, hash: .sha256)
        change = ExaminedChange(candidates, rules: rules).leavingOutSeen(increment)
        frame = PromptFrame(facts: facts, change: change, inputTokensMax: inputTokensMax)
        reviewedHead = memory?.headSHA
        incompleteness = diffs.incompleteness
    }
}

extension GitLabClient {
    /// The files of a project's branch `ref` that say something about its reviews. One that cannot be read for good, by a
    /// token without that right or through a proxy that takes no escaped slash, is as if it were absent, and `unread`.
    func projectFiles(
        projectID: Int, ref: String, eventUUID: String? = nil
    ) async throws(GitLabError) -> (files: EstimateService.ProjectFiles, unread: [String: GitLabError]) {
        var contents: [[UInt8]?] = []
        var unread: [String: GitLabError] = [:]
        for path in EstimateService.ProjectFiles.paths {
            do throws(GitLabError) {
                contents.append(try await rawFile(projectID: projectID, path: path, ref: ref, eventUUID: eventUUID))
            } catch {
                guard !error.isTemporary else { throw error }
                unread[path] = error
                contents.append(nil)
            }
        }
        var files = EstimateService.ProjectFiles()
        (files.configuration, files.attributes, files.duoInstructions) = (contents[0], contents[1], contents[2])
        return (files, unread)
    }
}

extension ContentHash {
    /// SHA-256.
    static let sha256 = ContentHash { SHA256.digest($0).bytes }
}
