import Glibc
import JSON
import Testing

@Suite(.disabled(if: Calendar.isNearMidnight, "today would end while the tests speak of it"))
struct `bursar budgets and bursar resolve` {
    /// The lines of the audit log that have `text`.
    private func audit(_ folder: Folder, _ text: String) -> [Substring] {
        folder.files.filter { $0.contains("/audit-logs/") }.flatMap { folder.text(of: $0).split(separator: "\n") }
            .filter { $0.contains(text) }
    }

    private func books() throws -> Folder {
        let folder = try Folder()
        try folder.write(
            "data/tokens/" + HandMadeBooks.file, HandMadeBooks.header + HandMadeBooks.row(tokens: 250_000))
        return folder
    }

    @Test func `a grant without a daemon, and the list`() async throws {
        let folder = try books()
        let ending = try await Program.run(
            "budgets", "grant", "daily", "50000", "--reason", "release week", "--author", "ann", in: folder)
        #expect(ending.output.hasPrefix("50,000 tokens more for 'daily' until "))
        #expect(ending.output.hasSuffix("Z, by ann: the limit is 1,050,000 tokens, 800,000 tokens are left.\n"))
        // The rows by hand came without a summary, which is made, aloud.
        #expect(!ending.complaint.contains("Error") && ending.status == 0)
        #expect(audit(folder, #""event":"grant","actor":"ann""#).count == 1)

        let json = try await Program.run("budgets", "list", "--format", "json", in: folder)
        let budget = try #require(try JSONValue(parsing: Array(json.output.utf8))["budgets"]?.array?.first)
        #expect(
            budget["limit_tokens"] == 1_000_000 && budget["granted_tokens"] == 50_000
                && budget["used_tokens"] == 250_000 && budget["remaining_tokens"] == 800_000)
        let csv = try await Program.run("budgets", "list", "--format", "csv", in: folder)
        #expect(csv.output.contains("\ndaily,all,day,tokens,1050000,50000,250000,0,0,800000,23,block,,"))
        let table = try await Program.run("budgets", "list", in: folder)
        #expect(
            table.output.split(separator: "\n").count == 2 && table.output.contains("  1,050,000  +50,000  250,000  "))
        let status = try await Program.run("status", in: folder)
        #expect(status.output.contains("250,000 of 1,050,000 tokens used, 800,000 left"))
    }

    @Test(
        arguments: [
            (["budgets", "grant", "daily", "5"], 2, "--reason is missing"),
            (["budgets", "grant", "daily", "0", "--reason", "x"], 2, "<amount> is '0'"),
            (["budgets", "grant", "daily", "+5", "--reason", "x"], 2, "<amount> is '+5'"),
            (["budgets", "grant", "daily", "50eur", "--reason", "x"], 2, "<amount> is '50eur'"),
            (["budgets", "grant", "daily", "50usd", "--reason", "x"], 1, "the budget daily counts tokens"),
            (
                ["budgets", "grant", "weekly", "5", "--reason", "x"], 1,
                "budget \"weekly\": no such budget; there is: daily"
            ),
            (["budgets", "grant", "daily", "5", "--reason", "x", "--data-dir", "nowhere"], 1, "no books in 'nowhere'"),
            (["resolve", "r-1", "--release"], 2, "--reason is missing"),
            (["resolve", "r-1", "--reason", "x"], 2, "either --tokens IN,OUT or --release"),
            (["resolve", "r-1", "--tokens", "1,2", "--release", "--reason", "x"], 2, "either --tokens"),
            (["resolve", "r-1", "--tokens", "1", "--reason", "x"], 2, "--tokens is '1'"),
            (["resolve", "r-1", "--tokens", "1,2,3", "--reason", "x"], 2, "--tokens is '1,2,3'"),
            (["resolve", "r-1", "--tokens", "1,-2", "--reason", "x"], 2, "--tokens is '1,-2'"),
            (["resolve", "r-1", "--release", "--reason", "x"], 1, "there is no reservation r-1"),
        ] as [([String], Int32, String)])
    func `what cannot be done is said, and nothing is done`(
        _ arguments: [String], _ status: Int32, _ complaint: String
    ) async throws {
        let folder = try books()
        let ending = try await Program(arguments, in: folder).ending()
        #expect(ending.complaint.contains(complaint))
        #expect(ending.status == status && ending.output.isEmpty)
        #expect(audit(folder, "grant").isEmpty && !folder.files.contains { $0.hasPrefix("nowhere") })
    }

    @Test func `beside a daemon it is asked, with its token`() async throws {
        let folder = try Folder()
        let token = ["BURSAR_API_TOKEN": "token-of-the-test"]
        let daemon = try await Daemon(in: folder, environment: token)
        let refused = try await Program.run("budgets", "grant", "daily", "700", "--reason", "x", in: folder)
        #expect(refused.status == 1 && refused.complaint.contains("BURSAR_API_TOKEN"))
        let granted = try await Program.run(
            "budgets", "grant", "daily", "700", "--reason", "x", "--format", "json", environment: token, in: folder)
        #expect(granted.status == 0)
        #expect(try JSONValue(parsing: Array(granted.output.utf8))["granted"] == 700)
        #expect(try await daemon.get("/budget/status").body["stats"]?["budget_limit"] == 1_000_700)
        let list = try await Program.run("budgets", "list", "--format", "csv", in: folder)
        #expect(list.output.contains("\ndaily,all,day,tokens,1000700,700,0,0,0,1000700,0,block,,"))
        #expect(try await daemon.stop().status == 0)
        #expect(audit(folder, #""event":"grant""#).count == 1)
    }

    @Test func `holds that a crash cut off are named by status, and ended beside a daemon and without`() async throws {
        let folder = try Folder()
        let killed = try await Daemon(in: folder)
        var ids: [String] = []
        for _ in 1...2 {
            let made = try await killed.post(
                "/budget/reservations",
                ["model": "m", "estimated_tokens": 30_000, "merge_request": "shop/api!7"])
            let id = try #require(made.body["id"]?.string)
            #expect(try await killed.post("/budget/reservations/\(id)/dispatch", [:]).status == 200)
            ids.append(id)
        }
        killed.program.send(SIGKILL)
        _ = try await killed.program.ending()

        let settled = try await Program.run(
            "resolve", ids[0], "--tokens", "12450,1823", "--reason", "from the bill", in: folder)
        #expect(settled.output == "\(ids[0]) is settled with 12,450 input and 1,823 output tokens.\n")
        #expect(settled.status == 0)
        let status = try await Program.run("status", in: folder)
        #expect(status.output.contains("\n       \(ids[1]): 30,000 tokens for shop/api!7, since "))
        #expect(!status.output.contains(ids[0]))

        let daemon = try await Daemon(in: folder)
        let released = try await Program.run(
            "resolve", ids[1], "--release", "--reason", "never sent", "-f", "csv", in: folder)
        #expect(released.output == "id,state,input_tokens,output_tokens\n\(ids[1]),released,0,0\n")
        let again = try await Program.run(
            "resolve", ids[0], "--tokens", "1,1", "--reason", "another", in: folder)
        #expect(again.status == 1 && again.complaint.contains("was used before with another input_tokens"))
        let stats = try #require(try await daemon.get("/budget/status").body["stats"])
        #expect(stats["held_tokens"] == 0 && stats["total_tokens"] == 14_273)
        #expect(try await daemon.stop().status == 0)
        #expect(audit(folder, #""event":"resolve""#).count == 2)
        #expect(try await Program.run("verify", in: folder).status == 0)
    }
}
