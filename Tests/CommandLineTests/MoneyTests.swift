import JSON
import Testing

/// What commands say of costs, and that all of them say the same.
@Suite(.disabled(if: Calendar.isNearMidnight, "today would end while the tests speak of it"))
struct `Costs on the command line` {
    /// A row of today.
    private static func row(
        _ user: String, _ project: String, _ model: String, input: Int, output: Int, cost: String, iid: Int = 7,
        agent: String = "reviewer"
    ) -> String {
        let day = Calendar.today.split(separator: "-").joined(separator: ",")
        return "\(day),00:00:00,42,\(project),\(iid),\(user),\(input),\(output),\(input + output),\(model),900,0,0,"
            + "\(cost),\(cost.isEmpty ? "" : "\(model)@1"),,\(agent),review,team/\(project)!\(iid),\n"
    }

    private func json(_ arguments: String..., in folder: Folder) async throws -> JSONValue {
        let ending = try await Program(arguments + ["--format", "json"], in: folder).ending()
        #expect(ending.status == 0, "\(arguments): \(ending.complaint)")
        return try JSONValue(parsing: Array(ending.output.utf8))
    }

    private func text(_ arguments: String..., in folder: Folder) async throws -> String {
        let ending = try await Program(arguments, in: folder).ending()
        #expect(ending.status == 0, "\(arguments): \(ending.complaint)")
        return ending.output
    }

    @Test func `an unknown price is nowhere a zero`() async throws {
        let folder = try Folder()
        let dark = Self.row("ann", "app", "unheard-of", input: 90, output: 10, cost: "", iid: 8)
        try folder.write(
            "data/tokens/" + HandMadeBooks.file,
            HandMadeBooks.header + dark + dark
                + Self.row("bob", "web", "unheard-of", input: 4, output: 1, cost: "")
                + Self.row("bob", "web", "claude-sonnet-5-5", input: 500, output: 0, cost: "0.001000"))

        let report = try await json("report", "--by", "user", in: folder)
        #expect(report["groups"]?.array?.map { $0["cost_usd"] ?? "-" } == [.decimal("0.001000"), .null])
        #expect(report["groups"]?.array?.map { $0["unpriced"]?.integer } == [1, 2])
        #expect(report["totals"]?["cost_usd"] == .decimal("0.001000"))
        #expect(
            try await text("report", "--by", "user", "--format", "csv", in: folder).contains(
                "\nann,2,180,20,200,0,0,,2,"))
        let table = try await text("report", "--by", "user", in: folder)
        #expect(table.contains("unknown") && !table.contains("0.000000"))
        #expect(table.contains(": 4 calls, 705 tokens, 0.001000 USD without 3 calls of unknown price\n"))
        let own = try await text("report", "--user", "ann", in: folder)
        #expect(own.contains(": 2 calls, 200 tokens, cost unknown\n"))
        let nobody = try await text("report", "--user", "eve", in: folder)
        #expect(nobody.contains(": 0 calls, 0 tokens, 0.000000 USD\n"))

        let bill = try await json("chargeback", in: folder)
        #expect(bill["rows"]?.array?.map { $0["cost_usd"] ?? "-" } == [.null, .decimal("0.001000")])
        #expect(bill["total"]?["cost_usd"] == .decimal("0.001000"))
        #expect(try await text("chargeback", "--format", "csv", in: folder).contains("\n,,team/app,2,180,20,200,,2\n"))
        #expect(try await text("chargeback", in: folder).contains("0.001000 USD without 3 calls of unknown price\n"))

        let month = try await json("forecast", in: folder)["cost_usd"]?["month"]
        #expect(month?["used"] == .decimal("0.001000") && month?["unpriced"] == 3)
        #expect(
            try await text("forecast", "--format", "csv", in: folder)
                .contains("3 calls of unknown price in no figure"))

        let replay = ["budgets", "replay", "--scope", "user:ann", "--period", "day", "--limit", "150"]
        let blocked = try await Program(replay + ["--format", "json"], in: folder).ending()
        let found = try JSONValue(parsing: Array(blocked.output.utf8))
        #expect(found["blocked"] == 1 && found["blocked_cost_usd"] == .null && found["blocked_unpriced"] == 1)
        #expect(try await Program(replay, in: folder).ending().output.contains("100 tokens, cost unknown\n"))
    }

    @Test func `money of which nothing is known is not forecast`() async throws {
        let folder = try Folder()
        let row = Self.row("ann", "app", "unheard-of", input: 90, output: 10, cost: "")
        try folder.write("data/tokens/" + HandMadeBooks.file, HandMadeBooks.header + row)
        let cost = try await json("forecast", in: folder)["cost_usd"]
        for horizon in ["day", "week", "month"] {
            #expect(cost?[horizon]?["used"] == .null && cost?[horizon]?["unpriced"] == 1)
            #expect(cost?[horizon]?["abstained"]?.string == "no forecast: no price is known for the calls")
            #expect(cost?[horizon]?["expected"] == nil)
        }
        let words = try await text("forecast", in: folder)
        #expect(words.contains("end of day    cost unknown so far; no forecast: no price is known for the calls\n"))
        #expect(!words.contains("0.000000"))
        // The same history in tokens has its own reason.
        #expect(try await json("forecast", in: folder)["tokens"]?["day"]?["used"] == 100)
    }

    @Test func `models without a price are listed with the table`() async throws {
        let folder = try Folder()
        let row = Self.row("ann", "app", "unheard-of", input: 90, output: 10, cost: "")
        let late = Self.row("ann", "app", "claude-haiku-5-5", input: 9, output: 1, cost: "")
        try folder.write("data/tokens/" + HandMadeBooks.file, HandMadeBooks.header + row + row + late)
        let all = try await json("prices", in: folder)["unpriced_models"]
        #expect(
            all == [
                ["model": "unheard-of", "calls": 2, "total_tokens": 200, "has_price_now": false],
                ["model": "claude-haiku-5-5", "calls": 1, "total_tokens": 10, "has_price_now": true],
            ])
        let csv = try await text("prices", "--format", "csv", in: folder)
        #expect(csv.hasSuffix("\nunheard-of,,,,,,,,,,,,,,2\n") && !csv.contains("claude-haiku-5-5,,"))
        let table = try await text("prices", in: folder)
        #expect(table.contains("Without a price in the last year: unheard-of (2 calls), claude-haiku-5-5 (1 call)."))
        let one = try await text("prices", "--model", "claude-haiku-5-5", in: folder)
        #expect(one.contains("USD per million tokens. A token written to a cache costs"))
        #expect(one.contains("Through the batch interface") && !one.contains("unheard-of"))
        let unknown = try await Program(["prices", "--model", "unheard-of"], in: folder).ending()
        #expect(unknown.status == 1)
        #expect(
            unknown.complaint == "Error: no price is known for 'unheard-of', which 2 calls of the last year named. "
                + "'bursar prices' lists what is known.\n")
    }

    @Test func `prices are shown though the books cannot be read, or only in part`() async throws {
        let folder = try Folder()
        let row = Self.row("ann", "app", "un\u{1B}[2Jheard", input: 90, output: 10, cost: "")
        try folder.write("data/tokens/" + HandMadeBooks.file, HandMadeBooks.header + row + "coffee\n")
        let partly = try await Program(["prices"], in: folder).ending()
        #expect(partly.status == 0 && partly.complaint.contains("Warning: \(HandMadeBooks.file):3: "))
        #expect(partly.output.contains("in the last year: un [2Jheard (1 call).") && !partly.output.contains("\u{1B}"))
        #expect(try await json("prices", in: folder)["damaged_lines"] == 1)

        let closed = try Folder()
        try closed.write("data/tokens/token-logs", "a file where a directory should be")
        let ending = try await Program(["prices"], in: closed).ending()
        #expect(ending.status == 0 && ending.output.contains("claude-haiku-5-5"))
        #expect(ending.complaint.contains("Warning: which models have no price is not known"))
        let value = try await json("prices", in: closed)
        #expect(value["unpriced_models"] == .null && value["damaged_lines"] == .null)
    }

    /// Sums of rows: calls, input and output tokens, micro-USD where any is known, calls without a price.
    private struct Sums: Equatable {
        var calls = 0
        var input = 0
        var output = 0
        var microUSD: Int?
        var unpriced = 0

        /// Of the columns with these numbers.
        mutating func add(_ line: [String], calls: Int?, input: Int, output: Int, cost: Int, unpriced: Int?) throws {
            self.calls += try calls.map { try #require(Int(line[$0])) } ?? 1
            self.input += try #require(Int(line[input]))
            self.output += try #require(Int(line[output]))
            if line[cost].isEmpty {
                if unpriced == nil { self.unpriced += 1 }
            } else {
                microUSD = (microUSD ?? 0) + (try #require(Int(line[cost].filter { $0 != "." })))
            }
            if let unpriced { self.unpriced += try #require(Int(line[unpriced])) }
        }
    }

    @Test func `report, export and chargeback add up to the rows to the micro-dollar`() async throws {
        var state: UInt64 = 0x2545_F491_4F6C_DD1D
        func dice(_ count: UInt64) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % count)
        }
        var rows = ""
        for _ in 0..<300 {
            let micro = String(dice(3_000_000) + 1_000_000)
            let model = ["big", "small", "unheard-of"][dice(3)]
            rows += Self.row(
                ["ann", "bob", "eve"][dice(3)], "app\(dice(4))", model, input: dice(90_000), output: dice(9000),
                cost: model == "unheard-of" ? "" : "\(micro.prefix(1)).\(micro.dropFirst())", iid: 1 + dice(5),
                agent: "agent\(dice(2))")
        }
        let folder = try Folder()
        try folder.write("data/tokens/" + HandMadeBooks.file, HandMadeBooks.header + rows)
        try folder.write(
            "data/tokens/budgets.json",
            #"{"version": 1, "teams": [{"name": "core", "users": ["ann", "bob"]}, {"name": "web", "users": ["ann"]}]}"#)
        func lines(_ csv: String) -> [[String]] {
            csv.split(separator: "\n").map {
                $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            }
        }
        func sums(_ lines: some Sequence<[String]>) throws -> Sums {
            var sums = Sums()
            for line in lines { try sums.add(line, calls: nil, input: 8, output: 9, cost: 15, unpriced: nil) }
            return sums
        }
        let wanted = try sums(lines(rows))
        #expect(wanted.calls == 300 && wanted.unpriced > 0)
        let export = lines(try await text("export", "--format", "csv", in: folder))
        #expect(try sums(export.dropFirst()) == wanted)
        for (by, column) in [
            ("project", nil), ("user", 7), ("model", 11), ("session", 20), ("agent", 18), ("day", nil),
        ]
            as [(String, Int?)]
        {
            let report = lines(try await text("report", "--by", by, "--format", "csv", in: folder))
            #expect(report.first?.prefix(4) == [by, "requests", "input_tokens", "output_tokens"])
            var all = Sums()
            for line in report.dropFirst() {
                var one = Sums()
                try one.add(line, calls: 1, input: 2, output: 3, cost: 7, unpriced: 8)
                try all.add(line, calls: 1, input: 2, output: 3, cost: 7, unpriced: 8)
                if let column { #expect(try one == sums(lines(rows).filter { $0[column] == line[0] }), "\(line)") }
            }
            #expect(all == wanted, "\(by)")
            let totals = try await json("report", "--by", by, in: folder)["totals"]
            let cost = try #require(wanted.microUSD)
            #expect(
                totals?["cost_usd"] == .decimal("\(cost / 1_000_000).\(String(cost + 1_000_000_000_000).suffix(6))"))
        }
        var bill = Sums()
        for line in lines(try await text("chargeback", "--format", "csv", in: folder)).dropFirst() {
            try bill.add(line, calls: 3, input: 4, output: 5, cost: 7, unpriced: 8)
        }
        #expect(bill == wanted)
    }
}
