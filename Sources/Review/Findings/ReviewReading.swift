import JSON

/// What a model's answer says: findings, or a text that has to be posted as it is.
public struct ReviewReading: Sendable, Equatable {
    /// The model's verdict; empty when it gave none.
    public var verdict: String
    /// The findings in the model's order.
    public var findings: [Finding]
    /// What of the answer is in no other part and must be posted as text; empty when all was understood.
    public var rest: String
    /// Whether the answer was in the form asked for, to its end.
    public var isWhole: Bool

    /// A reading of these parts.
    public init(verdict: String = "", findings: [Finding] = [], rest: String = "", isWhole: Bool = true) {
        self.verdict = verdict
        self.findings = findings
        self.rest = rest
        self.isWhole = isWhole
    }

    /// Findings of one answer that are told apart; those beyond are posted as text.
    public static let findingsMax = 200
    /// Places in a text at which JSON is looked for.
    static let startsMax = 32

    /// Reads `answer`, a model's words.
    ///
    /// Nothing is lost: an answer that is not in the form becomes `rest`, and so does what stands around the JSON when
    /// it says something.
    public init(_ answer: String) {
        let bytes = Array(answer.utf8)
        var start = 0
        for _ in 0..<Self.startsMax {
            guard let found = bytes[start...].firstIndex(where: { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "[") })
            else { break }
            if let json = LenientJSON(bytes, at: found), let reading = Self.reading(json, bytes, at: found) {
                self = reading
                return
            }
            start = found + 1
        }
        self.init(rest: answer, isWhole: false)
    }

    private static func reading(_ json: LenientJSON, _ bytes: [UInt8], at start: Int) -> ReviewReading? {
        let verdict = text(json.value, ["verdict", "summary", "overall"])
        let list = json.value.array ?? member(json.value, ["findings", "issues", "comments"])?.array
        // An empty list is a review only where the form was kept: `[]` stands in many a sentence.
        guard
            verdict != nil || list?.contains(where: { $0.object != nil }) == true
                || (json.value.object != nil && list != nil)
        else { return nil }
        var findings: [Finding] = []
        var others: [String] = []
        for element in list ?? [] {
            if findings.count < findingsMax, let finding = Finding(element) {
                findings.append(finding)
            } else {
                others.append(words(of: element))
            }
        }
        if let array = json.value.array, findings.isEmpty, !array.isEmpty { return nil }
        // A fence, a language's name and a greeting say nothing; more than that is kept.
        let around = [bytes[..<start], json.isWhole ? bytes[json.end...] : []].map {
            String(decoding: $0, as: UTF8.self).withoutFences
        }
        others += around.filter { $0.utf8.count >= 200 }
        return ReviewReading(
            verdict: verdict ?? "", findings: findings,
            rest: others.filter { !$0.isEmpty }.joined(separator: "\n\n"), isWhole: json.isWhole)
    }

    /// An element that is no finding: its texts.
    private static func words(of value: JSONValue) -> String {
        switch value {
        case .string(let text): text
        case .object(let object):
            object.members.compactMap { $0.value.string }.filter { !$0.isEmpty }.joined(separator: " ")
        default: ""
        }
    }

    static func member(_ value: JSONValue, _ names: [String]) -> JSONValue? {
        for name in names { if let found = value[name], !found.isNull { return found } }
        return nil
    }

    static func text(_ value: JSONValue, _ names: [String]) -> String? { member(value, names)?.string }
}

extension Finding {
    /// Reads a finding from the form or from something near it; nil when nothing is said.
    init?(_ value: JSONValue) {
        let text =
            ReviewReading.text(value, ["text", "body", "description", "explanation", "message", "comment"]) ?? ""
        var title = ReviewReading.text(value, ["title", "headline", "summary"]) ?? ""
        if title.isEmpty { title = text.firstSentence }
        guard !title.isEmpty else { return nil }
        let words = ReviewReading.text(value, ["severity", "level", "priority"])?.lowercased() ?? ""
        let sideWords = ReviewReading.text(value, ["side"])?.lowercased() ?? ""
        let number = ReviewReading.member(value, ["line", "line_number", "new_line", "start_line"])
        let path = ReviewReading.text(value, ["path", "file", "filename", "file_path"]) ?? ""
        self.init(
            severity: Self.severity(words), kind: Self.kind(ReviewReading.text(value, ["kind", "category", "type"])),
            path: path, side: ["old", "left", "removed", "-", "before"].contains(sideWords) ? .old : .new,
            line: number?.integer ?? number?.string.flatMap(Self.leadingNumber),
            quote: ReviewReading.text(value, ["quote", "code", "snippet"]) ?? "", title: title,
            text: text == title ? "" : text, replaced: ReviewReading.text(value, ["replaced"]) ?? "",
            replacement: ReviewReading.text(value, ["replacement"]) ?? "")
    }

    private static func severity(_ words: String) -> Severity {
        switch words {
        case "critical", "blocker", "fatal", "severe": .critical
        case "major", "high", "error", "important": .major
        case "question": .question
        default: .minor
        }
    }

    private static func kind(_ words: String?) -> Kind {
        guard let kind = words.flatMap({ Kind(rawValue: $0.lowercased()) }), kind != .secret else { return .other }
        return kind
    }

    /// 12 of `12`, `12-15` and `L12`.
    private static func leadingNumber(_ text: String) -> Int? {
        let digits = text.utf8.drop { !$0.isASCIIDigit }.prefix { $0.isASCIIDigit }
        guard 1...9 ~= digits.count else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
}

extension String {
    /// Without lines of fences and blank lines around.
    fileprivate var withoutFences: String {
        let lines = utf8.split(separator: 0x0A).map { String(Substring($0)) }.filter { line in
            let content = line.drop { $0 == " " || $0 == "\r" }
            return !content.isEmpty && !content.hasPrefix("```") && !content.hasPrefix("~~~")
        }
        return lines.joined(separator: "\n")
    }

    /// The first line up to its first full stop, at most 120 bytes.
    fileprivate var firstSentence: String {
        let line = utf8.drop { $0 <= 0x20 }.prefix { $0 != 0x0A && $0 != 0x0D }
        let text = String(Substring(line))
        if let stop = text.firstRange(of: ". ") { return String(text[..<stop.lowerBound]).cut(toBytes: 120).text }
        let cut = text.cut(toBytes: 120)
        return cut.isCut ? cut.text + "…" : cut.text
    }
}
