public import JSON

extension ReviewMemory {
    /// The form's number: another one is not read.
    private static let version = 2

    /// The memory as JSON.
    public var json: JSONValue {
        [
            "version": .integer(Self.version), "run": .integer(run), "head": .string(headSHA),
            "files": SeenFile.json(files), "findings": .array(findings.map(\.json)),
            "outdated": .array(outdated.map { .string($0) }),
        ]
    }

    /// Reads what `json` wrote; nil when it is anything else.
    public init?(_ json: JSONValue) {
        guard json["version"]?.integer == Self.version, let run = json["run"]?.integer, run > 0,
            let head = json["head"]?.string, let files = SeenFile.files(json["files"]),
            let findings = RememberedFinding.all(json["findings"]), let outdated = json["outdated"]?.array
        else { return nil }
        self.init(
            run: run, headSHA: head, files: files, findings: findings, outdated: outdated.compactMap(\.string))
    }
}

extension ReviewOutset {
    /// The outset as JSON.
    public var json: JSONValue {
        [
            "since": JSONValue(since), "seen": SeenFile.json(seen),
            "pending": .object(
                JSONObject(pending.sorted { $0.key < $1.key }.map { ($0.key, SeenFile.json($0.value)) })),
            "standing": .array(standing.map(\.json)), "outdated": .array(outdated.map { .string($0) }),
            "unresolved": .array(unresolved.map { .string($0) }),
        ]
    }

    /// Reads what `json` wrote; nil when it is anything else.
    public init?(_ json: JSONValue) {
        guard let seen = SeenFile.files(json["seen"]), let pending = json["pending"]?.object,
            let standing = RememberedFinding.all(json["standing"]), let outdated = json["outdated"]?.array
        else { return nil }
        self.init(
            since: json["since"]?.string, seen: seen, standing: standing, outdated: outdated.compactMap(\.string),
            unresolved: (json["unresolved"]?.array ?? []).compactMap(\.string))
        for member in pending.members {
            self.pending[member.key] = Set((member.value.array ?? []).compactMap(\.string))
        }
    }
}

extension SeenFile {
    fileprivate static func json(_ files: [String: SeenFile]) -> JSONValue {
        .object(
            JSONObject(
                files.sorted { $0.key < $1.key }.map { path, file in
                    (path, ["head": .string(file.headSHA), "hunks": json(file.hunks)])
                }))
    }

    fileprivate static func json(_ digests: Set<String>) -> JSONValue {
        .array(digests.sorted().map { .string($0) })
    }

    fileprivate static func files(_ json: JSONValue?) -> [String: SeenFile]? {
        guard let members = json?.object?.members else { return nil }
        var files: [String: SeenFile] = [:]
        for member in members {
            guard let head = member.value["head"]?.string, let hunks = member.value["hunks"]?.array else { return nil }
            files[member.key] = SeenFile(headSHA: head, hunks: Set(hunks.compactMap(\.string)))
        }
        return files
    }
}

extension RememberedFinding {
    fileprivate var json: JSONValue {
        [
            "fingerprint": .string(fingerprint), "severity": .string(severity.rawValue), "kind": .string(kind.rawValue),
            "path": .string(path), "line": JSONValue(line), "side": .string(side.rawValue), "text": .string(text),
            "title": .string(title), "words": .string(words),
        ]
    }

    fileprivate init?(_ json: JSONValue) {
        guard let fingerprint = json["fingerprint"]?.string,
            let severity = json["severity"]?.string.flatMap(Finding.Severity.init),
            let kind = json["kind"]?.string.flatMap(Finding.Kind.init), let path = json["path"]?.string,
            let side = json["side"]?.string.flatMap(Finding.Side.init), let text = json["text"]?.string,
            let title = json["title"]?.string, let words = json["words"]?.string
        else { return nil }
        self.init(
            fingerprint: fingerprint, severity: severity, kind: kind, path: path, line: json["line"]?.integer,
            side: side, text: text, title: title, words: words)
    }

    fileprivate static func all(_ json: JSONValue?) -> [RememberedFinding]? {
        guard let array = json?.array else { return nil }
        let findings = array.compactMap { RememberedFinding($0) }
        return findings.count == array.count ? findings : nil
    }
}
