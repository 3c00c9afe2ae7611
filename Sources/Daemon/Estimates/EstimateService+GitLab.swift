import Budget
import GitLab
import Queue
import Review
package import Settings

extension EstimateService {
    /// Why there is no report on a merge request.
    package struct Failure: Error, Sendable, CustomStringConvertible {
        /// What is wrong and what to do.
        package let description: String

        /// A failure that says `description`.
        package init(description: String) { self.description = description }
    }

    /// The report on the merge request that people open at `address`, read from the GitLab of `settings`: for the review
    /// that a push or the label would begin, which leaves out what earlier ones have seen by `dataDirectory`.
    package func report(
        onMergeRequestAt address: String, gitlab settings: GitLabSettings?, environment: DaemonEnvironment,
        dataDirectory: String, budgets: EstimateBudgets
    ) async throws -> EstimateReport {
        guard let settings else {
            throw Failure(
                description: "--mr needs GITLAB_URL and GITLAB_TOKEN. Set both, or name a file with the diff.")
        }
        let base = try GitLabBaseURL(settings.url)
        guard let (path, iid) = Self.place(address, base: base.description) else {
            throw Failure(
                description: "'\(address)' is no merge request of GITLAB_URL; expected is an address such as "
                    + "\(base)/group/project/-/merge_requests/12")
        }
        let client = GitLabClient(
            base: base, token: settings.token.revealed, transport: environment.transport,
            environment: environment.retries)
        let project = try await client.project(.path(path)).id
        let mergeRequest = try await client.mergeRequest(projectID: project, iid: iid)
        let diffs = try await client.diffs(projectID: project, iid: iid)
        let (files, unread) = try await client.projectFiles(projectID: project, ref: mergeRequest.targetBranch)
        let (rules, problems) = files.rules
        let remarks = problems + unread.sorted { $0.key < $1.key }.map { "'\($0.key)' was not read: \($0.value)" }
        let memory = try? ReviewMemories.memory(
            at: ReviewMemories.path(
                of: MergeRequestID(projectID: project, iid: iid), in: ReviewMemories.directory(in: dataDirectory)),
            isDamaged: {})
        return report(
            ReviewMaterial(
                mergeRequest, diffs, project: path, rules: rules, remarks: remarks,
                inputTokensMax: inputTokensMax, memory: memory, isWhole: memory?.headSHA == mergeRequest.sha),
            context: CallContext(projectID: project, project: path, mergeRequestIID: iid, model: ""), budgets: budgets)
    }

    /// The project and number in `<base>/group/project/-/merge_requests/12`, whatever follows.
    static func place(_ address: String, base: String) -> (project: String, iid: Int)? {
        guard address.hasPrefix(base + "/") else { return nil }
        let rest = address.dropFirst(base.count + 1)
        guard let mark = rest.firstRange(of: "/-/merge_requests/") ?? rest.firstRange(of: "/merge_requests/")
        else { return nil }
        let digits = rest[mark.upperBound...].prefix { "0123456789".contains($0) }
        let tail = rest[mark.upperBound...].dropFirst(digits.count)
        let path = rest[..<mark.lowerBound]
        guard let iid = Int(digits), iid > 0, tail.first.map({ "/?#".contains($0) }) ?? true, path.contains("/")
        else { return nil }
        return (String(path), iid)
    }
}

extension Candidate {
    /// A file of GitLab's, with the modes that only the list of diffs has.
    init(_ file: DiffFile) {
        self.init(ChangedFile(file))
        diff.oldMode = file.isNew ? "" : file.oldMode
        diff.newMode = file.isDeleted ? "" : file.newMode
    }
}
