import Budget
import JSON
import Ledger
import Testing

@Suite struct BudgetsFileTests {
    private static let canonical = """
        {
          "version": 1,
          "budgets": [
            {
              "name": "bugfix",
              "scope": "merge_request:*",
              "period": "total",
              "limit": 10000,
              "enforcement": "block",
              "label": "bug"
            },
            {
              "name": "platform",
              "scope": "group:platform",
              "period": "month",
              "limit": "12.50usd",
              "warn": [
                "80%",
                "12usd"
              ],
              "enforcement": "warn",
              "unknown_price": "allow",
              "urgent": {
                "percent": 10,
                "labels": [
                  "hotfix"
                ]
              }
            }
          ],
          "teams": [
            {
              "name": "core",
              "users": [
                "ann",
                "bob"
              ]
            },
            {
              "name": "web",
              "users": [
                "fay"
              ],
              "cost_centre": "4711"
            }
          ]
        }

        """

    @Test func `the file comes back byte for byte`() throws {
        let set = try BudgetsFile.read(Array(Self.canonical.utf8))
        #expect(set.budgets.map(\.name) == ["bugfix", "platform"])
        #expect(String(decoding: BudgetsFile.bytes(set), as: UTF8.self) == Self.canonical)
        #expect(try BudgetsFile.read(BudgetsFile.bytes(.empty)) == .empty)
    }

    @Test func `what is not said is as usual, and a merge request's budget is for its whole life`() throws {
        let text = #"{"version":1,"budgets":[{"name":"mr","scope":"merge_request:*","limit":"5","warn":"50%"}]}"#
        let budget = try #require(try BudgetsFile.read(Array(text.utf8)).budget("mr"))
        #expect(budget.period == .total && budget.enforcement == .block && budget.unknownPrice == .block)
        #expect(budget.thresholds == [.percent(50)] && budget.limit == BudgetLimit(5, .tokens))
    }

    @Test(arguments: [
        (#"{"budgets":[]}"#, "version: missing or no whole number; accepted is 1"),
        (#"{"version":2}"#, "version \"2\": this bursar knows version 1"),
        (#"{"version":1,"budget":[]}"#, "budget: no such member; known are version, budgets, teams"),
        (#"{"version":1,"budgets":{}}"#, "budgets: an object, wanted is an array"),
        (#"[]"#, "budgets.json: an array, wanted is an object"),
        (#"{"version":1,"budgets":[{"name":"a","scope":"all","period":"day"}]}"#, "budgets[0].limit: missing"),
        (
            #"{"version":1,"budgets":[{"name":"a","scope":"all","period":"dayly","limit":1}]}"#,
            "budgets[0].period \"dayly\": no such period; accepted are hour, day, week, month, total"
        ),
        (
            #"{"version":1,"budgets":[{"name":"a","scope":"all","period":"day","limit":1.5}]}"#,
            "budgets[0].limit: a number with a fraction or out of range, wanted is a number of tokens or a text like \"50usd\""
        ),
        (
            #"{"version":1,"budgets":[{"name":"a","scope":"all","period":"day","limit":1,"urgent":{"percent":5,"label":"x"}}]}"#,
            "budgets[0].urgent.label: no such member; known are percent, labels"
        ),
        (
            #"{"version":1,"budgets":[{"name":"a","scope":"all","period":"day","limit":1,"enforcement":"off"}]}"#,
            "budgets[0].enforcement \"off\": accepted are block, warn"
        ),
        (
            #"{"version":1,"teams":[{"name":"core","users":["a"],"cost_centre":4711}]}"#,
            "teams[0].cost_centre: a whole number, wanted is a text"
        ),
        (#"{"version":1,"teams":[{"name":"core","users":[1]}]}"#, "teams[0].users: a whole number, wanted are texts"),
    ])
    func `what is wrong is named with its place`(_ text: String, _ wanted: String) {
        #expect {
            try BudgetsFile.read(Array(text.utf8))
        } throws: {
            "\($0)" == wanted
        }
    }

    @Test func `the path of the API and the body must agree`() throws {
        let body = try JSONValue(parsing: #"{"scope":"all","period":"day","limit":1}"#)
        #expect(try BudgetsFile.budget(body, named: "a").name == "a")
        let other = try JSONValue(parsing: #"{"name":"b","scope":"all","period":"day","limit":1}"#)
        #expect(throws: BudgetTextError.self) { try BudgetsFile.budget(other, named: "a") }
    }
}
