public import JSON

extension Finding {
    /// The finding as JSON, with all its parts.
    public var json: JSONValue {
        [
            "severity": .string(severity.rawValue), "kind": .string(kind.rawValue), "path": .string(path),
            "side": .string(side.rawValue), "line": JSONValue(line), "quote": .string(quote), "title": .string(title),
            "text": .string(text), "replaced": .string(replaced), "replacement": .string(replacement),
        ]
    }

    /// Reads what `json` wrote; nil when it is anything else.
    public init?(json: JSONValue) {
        guard let severity = json["severity"]?.string.flatMap(Severity.init(rawValue:)),
            let kind = json["kind"]?.string.flatMap(Kind.init(rawValue:)), let path = json["path"]?.string,
            let side = json["side"]?.string.flatMap(Side.init(rawValue:)), let quote = json["quote"]?.string,
            let title = json["title"]?.string, let text = json["text"]?.string,
            let replaced = json["replaced"]?.string, let replacement = json["replacement"]?.string
        else { return nil }
        self.init(
            severity: severity, kind: kind, path: path, side: side, line: json["line"]?.integer, quote: quote,
            title: title, text: text, replaced: replaced, replacement: replacement)
    }
}
