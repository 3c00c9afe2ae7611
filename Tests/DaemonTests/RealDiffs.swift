import Foundation

@testable import Demo

/// Merge requests made of real diffs, those beside the tests of reviews.
enum RealDiffs {
    private static let names = [
        "danger-js-github-pr-43k", "flask-2beedabaafb1", "flask-399ac3c54fff", "flask-715a9a3e7bd6",
        "flask-82c2e0366ce6", "pr-agent-32e8ba331a3c", "pr-agent-736c8a695306", "pr-agent-f857ea1f220b",
    ]

    /// The files of `git diff`s, each with its hunks alone, as GitLab gives them; those without hunks left out.
    static func changes() throws -> [StandInMergeRequest.Change] {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("ReviewTests/Diffs")
        var changes: [StandInMergeRequest.Change] = []
        for name in names {
            let text = String(
                decoding: try Data(contentsOf: folder.appendingPathComponent(name + ".diff")), as: UTF8.self)
            for part in ("\n" + text).components(separatedBy: "\ndiff --git a/").dropFirst() {
                guard let hunks = part.range(of: "\n@@ "), let end = part.range(of: " b/") else { continue }
                changes.append(
                    .init(
                        path: String(part[..<end.lowerBound]), isNew: part.contains("\nnew file mode"),
                        diff: String(part[hunks.lowerBound...].dropFirst()) + "\n"))
            }
        }
        return changes
    }

    /// `count` merge requests of three to seven of these files, no two alike. Every third has a page in Chinese too.
    static func mergeRequests(_ count: Int) throws -> [StandInMergeRequest] {
        let all = try changes()
        return (0..<count).map { number in
            var changes: [StandInMergeRequest.Change] = []
            for place in 0..<(3 + number % 5) {
                let change = all[(number * 7 + place * (1 + number % 3)) % all.count]
                if !changes.contains(where: { $0.path == change.path }) { changes.append(change) }
            }
            if number % 3 == 0 { changes.append(chinese(lines: 20 + number * 3)) }
            return StandInMergeRequest(
                project: StandInProject(id: 9, path: "team/app"), iid: 100 + number, title: "Change \(number)",
                description: "Made of real files.", author: "mia", branch: "change-\(number)",
                sha: String(repeating: String(format: "%02x", 0x40 + number), count: 20), changes: changes)
        }
    }

    private static func chinese(lines: Int) -> StandInMergeRequest.Change {
        let text = (0..<lines).map { "+    # 检查第\($0)个用户是否有权限访问该资源，如果没有则返回错误\n+    拒绝(原因=\($0))\n" }.joined()
        return .init(path: "src/权限.py", isNew: true, diff: "@@ -0,0 +1,\(lines * 2) @@\n" + text)
    }
}
