/// Reads variables one by one and keeps what is wrong with them.
struct SettingsReader {
    let sources: Sources
    /// Problems with variables that do not concern it are not kept.
    let purpose: Settings.Purpose
    private(set) var problems: [SettingsProblem]
    private(set) var warnings: [SettingsWarning]
    private var wrong: Set<String> = []

    init(sources: Sources, purpose: Settings.Purpose) {
        self.sources = sources
        self.purpose = purpose
        problems = sources.problems
        warnings = sources.warnings
    }

    /// The value of `key`, by default what its own default text reads as. `placeholder` stands in for a wrong value;
    /// nobody sees it, because a wrong value fails the load (or does not concern the purpose).
    mutating func value<Value>(of key: Key<Value>, or placeholder: Value) -> Value {
        if sources[key.name] == nil { return key.parse(key.variable.defaultText) ?? placeholder }
        return value(of: key) ?? placeholder
    }

    /// The value of `key`; nil where it is not set or wrong.
    mutating func value<Value>(of key: Key<Value>) -> Value? {
        guard let entry = sources[key.name] else { return nil }
        if let value = key.parse(entry.text) { return value }
        wrong.insert(key.name)
        if purpose.concerns(key.variable) {
            refuse(
                "\(key.name) is \(Self.describe(entry.text, of: key.variable)) (\(entry.origin))", key.variable.accepted
            )
        }
        return nil
    }

    /// Whether `key` is not set, or set to something accepted. Asked after its value.
    func isRight<Value>(_ key: Key<Value>) -> Bool { !wrong.contains(key.name) }

    /// Whether `key` is set to something, right or wrong.
    func isSet<Value>(_ key: Key<Value>) -> Bool { sources[key.name] != nil }

    mutating func refuse(_ fact: String, _ accepted: String) {
        problems.append(SettingsProblem("\(fact); accepted: \(accepted)"))
    }

    mutating func warn<Value>(_ key: Key<Value>, _ remark: String) {
        let origin = sources[key.name].map { " (\($0.origin))" } ?? ""
        warnings.append(SettingsWarning("\(key.name)\(origin): \(remark)"))
    }

    mutating func warn(_ remark: String) { warnings.append(SettingsWarning(remark)) }

    /// A wrong value as far as it may be shown: of a secret its length, and what it holds that no token has.
    private static func describe(_ text: String, of variable: Variable) -> String {
        let count = text.count == 1 ? "1 character" : "\(text.count) characters"
        if variable.isSecret {
            let holds = [
                text.contains(" ") || text.contains("\t") ? "blanks" : nil,
                text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\t" } ? "control characters" : nil,
                text.unicodeScalars.contains { !$0.isASCII } ? "characters outside ASCII" : nil,
            ].compactMap { $0 }
            return "\(count), not shown\(holds.isEmpty ? "" : ", with " + holds.joined(separator: " and "))"
        }
        // A URL with a user in it has a password in it.
        if text.contains("@"), text.contains("://") { return "\(count) with a user in it, not shown" }
        return shown(text)
    }
}
