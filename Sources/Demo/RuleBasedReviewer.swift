/// The stand-in for a model: looks for a dozen well-known mistakes in the added lines of a prompt.
///
/// It sees only the text that was sent, as a model does, so what it says shows what the daemon sent.
enum RuleBasedReviewer {
    /// A mistake and what a reviewer says about it.
    private struct Rule: Sendable {
        let severity: String
        let fragments: [String]
        let title: String
        let advice: String
    }

    private static let rules: [Rule] = [
        Rule(
            severity: "critical", fragments: ["execute(f\"", "execute(\"SELECT \" +"], title: "SQL built from input",
            advice:
                "Whoever chooses the value chooses the query. Pass it as a parameter: `execute(\"… = %s\", [name])`."),
        Rule(
            severity: "critical", fragments: ["dangerouslySetInnerHTML"], title: "Foreign HTML goes into the page",
            advice: "A customer can write a script here. Render the text, or sanitise it on the server."),
        Rule(
            severity: "critical", fragments: ["password = \"", "secret = \"", "api_key = \""],
            title: "A password in the code",
            advice: "Anyone who can read the repository has it now. Take it from the environment and change it."),
        Rule(
            severity: "critical", fragments: ["pickle.load("], title: "Unpickling runs code",
            advice: "Whoever can write that file runs what they like. Keep the state as JSON."),
        Rule(
            severity: "major", fragments: ["verify=False"], title: "The certificate is not checked",
            advice: "Prices could come from anyone. Leave `verify` alone and install the wholesaler's certificate."),
        Rule(
            severity: "major", fragments: ["try! "], title: "`try!` ends the app when it fails",
            advice: "A missing file or a lost connection is not a bug: throw, or answer with a placeholder."),
        Rule(
            severity: "major", fragments: ["tmpl, _ :=", ", _ := os."], title: "An error is thrown away",
            advice: "With a wrong locale the next line panics. Return the error."),
        Rule(
            severity: "major", fragments: ["except:"], title: "Every exception is swallowed",
            advice: "Catch `ValueError`, and say which row was wrong; `except:` even hides a stop of the process."),
        Rule(
            severity: "major", fragments: ["seen=[]", "=[]):"], title: "A default argument that is shared",
            advice: "The list lives on between calls. Use `None` and make a new one inside."),
        Rule(
            severity: "major", fragments: ["card=%s", "print(\"token"], title: "A secret goes to the log",
            advice: "Logs are kept and copied. Log an id, never the value."),
        Rule(
            severity: "major", fragments: ["JSON.parse(saved)"], title: "A damaged entry stops the page",
            advice: "What is stored may be of an older version or cut off. Catch the error and start empty."),
        Rule(
            severity: "minor", fragments: ["console.log("], title: "A trace left behind",
            advice: "Remove it before merging."),
        Rule(
            severity: "minor", fragments: ["useState<any>"], title: "`any` hides the type that stands above",
            advice: "`useState<Review[]>([])` lets the compiler help."),
        Rule(
            severity: "minor", fragments: ["TODO"], title: "Unfinished work",
            advice: "Finish it here or open an issue for it."),
        Rule(
            severity: "minor", fragments: ["time.Sleep("], title: "A fixed pause between tries",
            advice:
                "Limit the tries, and wait longer each time with some chance in it, or all clients come back at once."),
    ]

    /// A review of the added lines in `prompt`, as Markdown.
    static func review(_ prompt: String) -> String {
        var path = "the change"
        var findings: [(rule: Rule, place: String, code: String)] = []
        var newLine = 0
        for line in prompt.split(separator: "\n", omittingEmptySubsequences: false) {
            if let header = filePath(line) { path = header }
            if line.hasPrefix("@@") {
                // `@@ 130` numbers the line below it.
                newLine = newStart(line) ?? Int(line.dropFirst(3)) ?? newLine
                continue
            }
            if line.hasPrefix("+"), !line.hasPrefix("+++") {
                let code = line.dropFirst()
                if let rule = rules.first(where: { rule in rule.fragments.contains { code.contains($0) } }) {
                    findings.append((rule, "\(path):\(newLine)", String(code.drop { $0 == " " || $0 == "\t" })))
                }
            }
            if !line.hasPrefix("-"), !line.hasPrefix("\\") { newLine += 1 }
        }
        guard !findings.isEmpty else {
            return "Nothing stood out in this change. The names are clear and the code does what the title says."
        }
        let order = ["critical", "major", "minor"]
        let sorted = findings.enumerated().sorted {
            (order.firstIndex(of: $0.element.rule.severity) ?? 9, $0.offset) < (
                order.firstIndex(of: $1.element.rule.severity) ?? 9, $1.offset
            )
        }.map(\.element)
        var text =
            "\(sorted.count == 1 ? "1 thing to look at." : "\(sorted.count) things to look at, the gravest first.")\n"
        for (rule, place, code) in sorted {
            text +=
                "\n**\(rule.severity)** · `\(place)`: \(rule.title)\n\n> `\(code.replacing("`", with: "'"))`\n\n\(rule.advice)\n"
        }
        return text
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
