import JSON
import Testing

@Suite struct `bursar prices` {
    /// A table of one's own: one model, with a tier that begins with its threshold.
    private static let ownTable = """
        {"retrieved": "2026-01-31", "source": "the contract", "prices": [
          {"id": "house@1", "model": "house-model", "effective_from": "2026-01-31", "source": "page 3",
           "input": "0.25", "output": "1.5",
           "tiers": [{"above_input_tokens": 200000, "inclusive": true, "input": "0.5", "output": "3"}]}]}
        """

    private static let columns =
        "model,from,input,output,cache_write,cache_write_1h,cache_read,batch_input,batch_output,above_input_tokens,"
        + "context_window,max_output,price_id,source,unpriced_calls"

    @Test func `the shipped table is found in an empty folder, in all three formats`() async throws {
        let folder = try Folder()
        let table = try await Program.run("prices", in: folder)
        let json = try await Program.run("prices", "--format", "json", in: folder)
        let csv = try await Program.run("prices", "--format=csv", in: folder)
        for ending in [table, json, csv] { #expect(ending.status == 0) }

        let value = try JSONValue(parsing: Array(json.output.utf8))
        let prices = try #require(value["prices"]?.array)
        #expect(value["unit"]?.string == "USD per million tokens")
        #expect(prices.contains { $0["model"]?.string == "claude-sonnet-5-5" })

        let lines = csv.output.split(separator: "\n").map(String.init)
        #expect(lines.first == Self.columns)
        #expect(lines.count == 1 + prices.reduce(0) { $0 + 1 + ($1["tiers"]?.array?.count ?? 0) })
        let widths = Set(lines.map { $0.split(separator: ",", omittingEmptySubsequences: false).count })
        #expect(widths == [15])
        for line in lines.dropFirst() {
            let threshold = line.split(separator: ",", omittingEmptySubsequences: false)[9]
            #expect(threshold.isEmpty || Int(threshold) != nil, "a column of numbers holds '\(threshold)'")
        }

        #expect(table.output.split(separator: "\n").count == lines.count + 1)
        #expect(table.output.contains("\nUSD per million tokens. Retrieved "))
        #expect(folder.files.isEmpty)
    }

    @Test(arguments: ["claude-sonnet-5-5", "claude-sonnet-5-5-20260101", "claude-sonnet-5-5-2026-01-01"])
    func `a model is known by its id, and by its id with a date behind it`(model: String) async throws {
        let ending = try await Program.run("prices", "--model", model, "--format", "json", in: try Folder())
        let prices = try JSONValue(parsing: Array(ending.output.utf8))["prices"]?.array
        #expect(prices?.map { $0["model"]?.string } == ["claude-sonnet-5-5"])
        #expect(ending.status == 0)
    }

    @Test(arguments: ["claude-sonnet-5-5-latest", "claude-sonnet-5-5-2026", "claude-sonnet", "gpt-nope"])
    func `a model that is not known has no price, and that is a failure`(model: String) async throws {
        let ending = try await Program.run("prices", "--model", model, "--format", "json", in: try Folder())
        #expect(ending.complaint == "Error: no price is known for '\(model)'. 'bursar prices' lists what is known.\n")
        #expect(ending.output.isEmpty)
        #expect(ending.status == 1)
    }

    @Test func `a table of one's own takes the place of the shipped one`() async throws {
        let folder = try Folder()
        try folder.write("prices.json", Self.ownTable)
        let environment = ["MODEL_PRICES_FILE": "prices.json"]
        let csv = try await Program.run("prices", "--format", "csv", environment: environment, in: folder)
        #expect(
            csv.output == """
                \(Self.columns)
                house-model,2026-01-31,0.25,1.5,,,,,,,,,house@1,page 3,
                house-model,2026-01-31,0.5,3,,,,,,199999,,,house@1,page 3,

                """)
        #expect(csv.status == 0)
        let shipped = try await Program.run(
            "prices", "--model", "claude-sonnet-5-5", environment: environment, in: folder)
        #expect(shipped.status == 1)
        let table = try await Program.run("prices", environment: environment, in: folder)
        #expect(table.complaint.contains("Warning: the table is older than"))
        #expect(table.status == 0)
    }

    @Test(
        arguments: [
            (nil, "cannot be read"), ("{", "not JSON"),
            (#"{"retrieved": "2026-01-31", "source": "x", "prices": [{"id": "a"}]}"#, "a"),
        ] as [(String?, String)])
    func `a table that cannot be used is a wrong setting, also for the daemon`(text: String?, reason: String)
        async throws
    {
        let folder = try Folder()
        if let text { try folder.write("prices.json", text) }
        for command in ["prices", "serve"] {
            let ending = try await Program.run(
                command, environment: ["MODEL_PRICES_FILE": "prices.json", "BURSAR_PORT": "0"], in: folder)
            #expect(ending.complaint.contains("Error: MODEL_PRICES_FILE 'prices.json'"))
            #expect(ending.complaint.contains(reason))
            #expect(ending.output.isEmpty)
            #expect(ending.status == 2)
        }
    }
}
