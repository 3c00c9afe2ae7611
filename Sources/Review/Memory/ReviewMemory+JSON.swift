public import JSON

extension ReviewMemory {
    /// The form's number: another one is not read.
    private static let version = 1

    /// The memory as JSON.
    public var json: JSONValue {
        [
            "version": .integer(Self.version), "run": .integer(run), "head": .string(headSHA),
            "hunks": .object(
                JSONObject(
                    hunks.sorted { $0.key < $1.key }.map { path, digests in
                        (path, .array(digests.sorted().map { .string($0) }))
                    })),
            "findings": .array(findings.map(\.json)),
        ]
    }

    /// Reads what `json` wrote; nil when it is anything else.
    public init?(_ json: JSONValue) {
        guard json["version"]?.integer == Self.version, let run = json["run"]?.integer, run > 0,
            let head = json["head"]?.string, let hunks = json["hunks"]?.object,
            let findings = json["findings"]?.array
        else { return nil }
        self.init(run: run, headSHA: head)
        for member in hunks.members {
            guard let digests = member.value.array else { return nil }
            self.hunks[member.key] = Set(digests.compactMap(\.string))
        }
        self.findings = findings.compactMap { RememberedFinding($0) }
        guard self.findings.count == findings.count else { return nil }
    }
}

extension RememberedFinding {
    fileprivate var json: JSONValue {
        [
            "fingerprint": .string(fingerprint), "severity": .string(severity.rawValue), "kind": .string(kind.rawValue),
            "path": .string(path), "line": JSONValue(line), "side": .string(side.rawValue), "text": .string(text),
            "title": .string(title), "inline": .bool(isInline),
        ]
    }

    fileprivate init?(_ json: JSONValue) {
        guard let fingerprint = json["fingerprint"]?.string,
            let severity = json["severity"]?.string.flatMap(Finding.Severity.init),
            let kind = json["kind"]?.string.flatMap(Finding.Kind.init), let path = json["path"]?.string,
            let side = json["side"]?.string.flatMap(Finding.Side.init), let text = json["text"]?.string,
            let title = json["title"]?.string, let isInline = json["inline"]?.bool
        else { return nil }
        self.init(
            fingerprint: fingerprint, severity: severity, kind: kind, path: path, line: json["line"]?.integer,
            side: side, text: text, title: title, isInline: isInline)
    }
}
