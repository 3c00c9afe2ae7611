import GitLab
import Review

// What GitLab says, in the words of the review: the targets do not know each other.

extension ChangedFile {
    init(_ diff: DiffFile) {
        self.init(
            oldPath: diff.oldPath, newPath: diff.newPath, diff: diff.diff, isNew: diff.isNew, isRenamed: diff.isRenamed,
            isDeleted: diff.isDeleted, isGenerated: diff.isGenerated, isCollapsed: diff.isCollapsed,
            isTooLarge: diff.isTooLarge)
    }
}

extension MergeRequestFacts {
    init(_ mergeRequest: MergeRequest, project: String) {
        self.init(
            project: project, iid: mergeRequest.iid, title: mergeRequest.title,
            description: mergeRequest.description, author: mergeRequest.authorUsername,
            sourceBranch: mergeRequest.sourceBranch,
            targetBranch: mergeRequest.targetBranch, labels: mergeRequest.labels ?? [], url: mergeRequest.webURL ?? "",
            headSHA: mergeRequest.sha ?? "")
    }
}
