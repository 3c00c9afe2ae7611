import JSON

/// The stand-in for a model: looks for a dozen well-known mistakes in the added lines of a prompt.
///
/// It sees only the text that was sent, as a model does, so what it says shows what the daemon sent, and it answers in
/// the form that the daemon asks for: a verdict and findings, each with the line it quotes.
enum RuleBasedReviewer {
    /// A mistake and what a reviewer says about it.
    private struct Rule: Sendable {
        let severity: String
        var kind = "bug"
        let fragments: [String]
        let title: String
        let advice: String
        /// What to put in the place of which words, where the line alone can be mended.
        var mending: (words: String, better: String)?
    }

    /// A rule that an added line breaks.
    private struct Hit {
        let rule: Rule
        let path: String
        let line: Int
        let code: String
    }

    private static let rules: [Rule] = [
        Rule(
            severity: "critical", kind: "security", fragments: ["execute(f\"", "execute(\"SELECT \" +"],
            title: "SQL built from input",
            advice:
                "Whoever chooses the value chooses the query. Pass it as a parameter: `execute(\"… = %s\", [name])`."),
        Rule(
            severity: "critical", kind: "security", fragments: ["dangerouslySetInnerHTML"],
            title: "Foreign HTML goes into the page",
            advice: "A customer can write a script here. Render the text, or sanitise it on the server."),
        Rule(
            severity: "critical", kind: "security", fragments: ["pickle.load("], title: "Unpickling runs code",
            advice: "Whoever can write that file runs what they like. Keep the state as JSON."),
        Rule(
            severity: "major", kind: "security", fragments: ["verify=False"], title: "The certificate is not checked",
            advice: "Prices could come from anyone. Leave `verify` alone and install the wholesaler's certificate.",
            mending: ("verify=False", "timeout=30")),
        Rule(
            severity: "major", fragments: ["try! "], title: "`try!` ends the app when it fails",
            advice: "A missing file or a lost connection is not a bug: throw, or answer with a placeholder."),
        Rule(
            severity: "major", fragments: ["tmpl, _ :=", ", _ := os."], title: "An error is thrown away",
            advice: "With a wrong locale the next line panics. Return the error."),
        Rule(
            severity: "major", fragments: ["except:"], title: "Every exception is swallowed",
            advice: "Catch `ValueError`, and say which row was wrong; `except:` even hides a stop of the process.",
            mending: ("except:", "except ValueError:")),
        Rule(
            severity: "major", fragments: ["seen=[]", "=[]):"], title: "A default argument that is shared",
            advice: "The list lives on between calls. Use `None` and make a new one inside."),
        Rule(
            severity: "major", kind: "security", fragments: ["card=%s", "print(\"token"],
            title: "A secret goes to the log",
            advice: "Logs are kept and copied. Log an id, never the value."),
        Rule(
            severity: "major", fragments: ["JSON.parse(saved)"], title: "A damaged entry stops the page",
            advice: "What is stored may be of an older version or cut off. Catch the error and start empty."),
        Rule(
            severity: "minor", fragments: ["console.log("], title: "A trace left behind",
            advice: "Remove it before merging."),
        Rule(
            severity: "minor", fragments: ["useState<any>"], title: "`any` hides the type that stands above",
            advice: "The type that is there lets the compiler help.",
            mending: ("useState<any>", "useState<Review[]>")),
        Rule(
            severity: "minor", fragments: ["TODO"], title: "Unfinished work",
            advice: "Finish it here or open an issue for it."),
        Rule(
            severity: "minor", fragments: ["time.Sleep("], title: "A fixed pause between tries",
            advice:
                "Limit the tries, and wait longer each time with some chance in it, or all clients come back at once."),
    ]

    /// A review of the added lines in `prompt`: `{"verdict", "findings"}`, the gravest finding first.
    static func review(_ prompt: String) -> JSONValue {
        let order = ["critical", "major", "minor"]
        let hits = hits(in: prompt).enumerated().sorted {
            (order.firstIndex(of: $0.element.rule.severity) ?? order.count, $0.offset)
                < (order.firstIndex(of: $1.element.rule.severity) ?? order.count, $1.offset)
        }.map(\.element)
        return ["verdict": .string(verdict(hits)), "findings": .array(hits.map(finding))]
    }

    private static func verdict(_ hits: [Hit]) -> String {
        guard let gravest = hits.first else {
            return "This may be merged. The names are clear and the code does what the title says."
        }
        let count = hits.count == 1 ? "one thing to look at" : "\(hits.count) things to look at, the gravest first"
        return gravest.rule.severity == "minor"
            ? "This may be merged; \(count)." : "Not to be merged like this: \(count)."
    }

    private static func finding(_ hit: Hit) -> JSONValue {
        let better = hit.rule.mending.map { hit.code.replacing($0.words, with: $0.better) }
        return [
            "severity": .string(hit.rule.severity), "kind": .string(hit.rule.kind), "path": .string(hit.path),
            "side": "new", "line": .integer(hit.line), "quote": .string(hit.code), "title": .string(hit.rule.title),
            "text": .string(hit.rule.advice), "replaced": .string(better == nil ? "" : hit.code),
            "replacement": .string(better ?? ""),
        ]
    }

    private static func hits(in prompt: String) -> [Hit] {
        var path = "the change"
        var hits: [Hit] = []
        var newLine = 0
        for line in prompt.split(separator: "\n", omittingEmptySubsequences: false) {
            if let header = filePath(line) { path = header }
            if line.hasPrefix("@@") {
                // `@@ 130` numbers the line below it.
                newLine = newStart(line) ?? Int(line.dropFirst(3)) ?? newLine
                continue
            }
            if line.hasPrefix("+"), !line.hasPrefix("+++") {
                let code = String(line.dropFirst())
                if let rule = rules.first(where: { rule in rule.fragments.contains { code.contains($0) } }) {
                    hits.append(Hit(rule: rule, path: path, line: newLine, code: code))
                }
            }
            if !line.hasPrefix("-"), !line.hasPrefix("\\") { newLine += 1 }
        }
        return hits
    }

    /// The path in the line above a file's hunks: `Path: src/a.ts (new file)`; nil for other lines.
    private static func filePath(_ line: Substring) -> String? {
        guard line.hasPrefix("Path: ") else { return nil }
        return String(line.dropFirst(6).prefix { $0 != " " })
    }

    /// The first new line number of a hunk header: 18 for `@@ -18,6 +18,22 @@`.
    private static func newStart(_ line: Substring) -> Int? {
        guard let plus = line.firstIndex(of: "+") else { return nil }
        return Int(line[line.index(after: plus)...].prefix { $0.isNumber })
    }
}
