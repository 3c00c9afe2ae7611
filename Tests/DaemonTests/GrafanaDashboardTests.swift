import Foundation
import JSON
import Testing

/// The dashboard that is shipped for Grafana, against the metrics of a running daemon.
@Suite struct GrafanaDashboardTests {
    private static func dashboard() throws -> JSONValue {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let data = try Data(contentsOf: root.appending(path: "scripts/deploy/grafana-dashboard.json"))
        return try JSONValue(parsing: Array(data))
    }

    private static func panels() throws -> [JSONValue] { try #require(try dashboard()["panels"]?.array) }

    /// The names of metrics in `text`.
    private static func metrics(in text: String) -> Set<String> {
        Set(text.matches(of: /bursar_[a-z_]+/).map { String($0.output) })
    }

    @Test func `every metric it asks for is there`() async throws {
        let stage = try Stage()
        let exposition = try #require(try await stage.send("GET", "/metrics", token: nil).body.string)
        let known = Set(
            exposition.split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }.map {
                String($0.split(separator: " ")[2])
            })
        var asked: Set<String> = []
        for panel in try Self.panels() {
            for target in try #require(panel["targets"]?.array) {
                let names = Self.metrics(in: try #require(target["expr"]?.string))
                #expect(!names.isEmpty, "\(target)")
                asked.formUnion(names)
            }
        }
        for variable in try #require(try Self.dashboard()["templating"]?["list"]?.array) {
            asked.formUnion(Self.metrics(in: try #require(variable["definition"]?.string)))
        }
        #expect(asked.subtracting(known) == [])
        #expect(asked.count > 12)
        // Names in its texts would be as wrong.
        let everything = String(decoding: try Self.dashboard().bytes, as: UTF8.self)
        #expect(Self.metrics(in: everything).subtracting(known) == [])
        try await stage.strike()
    }

    @Test func `it is in the form that Grafana imports`() throws {
        let dashboard = try Self.dashboard()
        #expect(dashboard["id"]?.isNull == true && dashboard["title"]?.string == "Bursar")
        #expect((dashboard["schemaVersion"]?.integer ?? 0) >= 36)
        // The source of the data is asked for at the import, and everything goes by that answer.
        let input = try #require(dashboard["__inputs"]?.array?.first)
        #expect(input["type"]?.string == "datasource" && input["pluginId"]?.string == "prometheus")
        let source = try #require(input["name"]?.string)
        let panels = try Self.panels()
        for panel in panels {
            #expect(panel["datasource"]?["uid"]?.string == "${\(source)}")
            #expect(panel["title"]?.string?.isEmpty == false && panel["description"]?.string?.isEmpty == false)
            let references = (panel["targets"]?.array ?? []).compactMap { $0["refId"]?.string }
            #expect(Set(references).count == references.count && !references.isEmpty)
        }
        #expect(Set(panels.compactMap { $0["id"]?.integer }).count == panels.count)
        let required = Set((dashboard["__requires"]?.array ?? []).compactMap { $0["id"]?.string })
        #expect(Set(panels.compactMap { $0["type"]?.string }).subtracting(required) == [])
    }

    @Test func `no panel covers another or leaves the grid`() throws {
        var taken: Set<[Int]> = []
        for panel in try Self.panels() {
            let place = try #require(panel["gridPos"])
            let (x, y) = (try #require(place["x"]?.integer), try #require(place["y"]?.integer))
            let (width, height) = (try #require(place["w"]?.integer), try #require(place["h"]?.integer))
            #expect(x >= 0 && width > 0 && height > 0 && x + width <= 24)
            for column in x..<x + width {
                for row in y..<y + height { #expect(taken.insert([column, row]).inserted) }
            }
        }
    }
}
