import Budget
import JSON

extension ProjectConfiguration {
    /// A configuration as far as it could be read, and all that is wrong with it.
    public struct Reading: Sendable, Equatable {
        /// What holds: fields that are wrong are as if they were absent.
        public var configuration: ProjectConfiguration
        /// What to tell the project, unknown fields included.
        public var problems: [ProjectConfigurationProblem]

        /// A reading of these parts; by default of a project that says nothing.
        public init(
            configuration: ProjectConfiguration = ProjectConfiguration(), problems: [ProjectConfigurationProblem] = []
        ) {
            self.configuration = configuration
            self.problems = problems
        }
    }

    /// Reads the bytes of `.bursar.json`. A wrong field is named and has no effect; the others hold.
    public static func reading(_ bytes: [UInt8]) -> Reading {
        var reader = Reader()
        guard bytes.count <= bytesMax else {
            reader.refuse("", "has \(bytes.count) bytes, at most \(bytesMax) are read; all of it is ignored")
            return reader.reading
        }
        do {
            let value = try JSONValue(parsing: bytes)
            guard let object = value.object else {
                reader.refuse("", "is \(value.kind), wanted is an object; all of it is ignored")
                return reader.reading
            }
            for member in object.members { reader.read(member.key, member.value) }
        } catch {
            reader.refuse("", "is not JSON (\(error)); all of it is ignored")
        }
        return reader.reading
    }

    /// Reads one member after the other.
    private struct Reader {
        var reading = Reading(configuration: ProjectConfiguration(), problems: [])

        static let known = [
            "ignore", "include", "instructions", "language", "min_severity", "model", "merge_request_budget",
        ]

        mutating func refuse(_ field: String, _ reason: String) {
            reading.problems.append(ProjectConfigurationProblem(field: field, reason: reason))
        }

        mutating func read(_ key: String, _ value: JSONValue) {
            // null is as good as absent.
            guard !value.isNull else { return }
            switch key {
            case "ignore": if let filter = filter(value, key) { reading.configuration.ignore = filter }
            case "include": if let filter = filter(value, key) { reading.configuration.include = filter }
            case "instructions": reading.configuration.instructions = instructions(value)
            case "language": language(value)
            case "min_severity":
                reading.configuration.minimumSeverity = value.string.flatMap(SeverityFloor.init)
                if reading.configuration.minimumSeverity == nil {
                    let words = SeverityFloor.allCases.map(\.rawValue).joined(separator: ", ")
                    refuse(key, "wanted is one of \(words)")
                }
            case "model": model(value)
            case "merge_request_budget":
                let limit =
                    value.integer.flatMap { BudgetLimit($0, .tokens) }
                    ?? value.string.flatMap { try? BudgetLimit(parsing: $0) }
                guard let limit, limit.amount > 0 else {
                    refuse(
                        key,
                        "wanted is a number of tokens like 200000, or dollars like \"0.50usd\", more than nothing and at "
                            + "most \(BudgetLimit.amountMax) tokens or \(BudgetLimit.amountMax / 1_000_000)usd")
                    return
                }
                reading.configuration.mergeRequestBudget = limit
            case "$schema": break
            default:
                refuse(key, "is not known and has no effect; known are \(Self.known.joined(separator: ", "))")
            }
        }

        private mutating func filter(_ value: JSONValue, _ field: String) -> PathFilter? {
            guard let texts = value.array, texts.allSatisfy({ $0.string != nil }) else {
                refuse(field, "wanted is an array of patterns such as [\"docs/**\"]")
                return nil
            }
            do { return try PathFilter(texts.compactMap(\.string)) } catch {
                refuse(field, "\(error)")
                return nil
            }
        }

        private mutating func instructions(_ value: JSONValue) -> [Instruction] {
            if let text = value.string { return text.isEmpty ? [] : [Instruction(text: text)] }
            guard let entries = value.array else {
                refuse("instructions", "wanted is a text, or an array of {\"name\", \"files\", \"text\"}")
                return []
            }
            if entries.count > instructionsMax {
                refuse("instructions", "has \(entries.count) entries, the first \(instructionsMax) are read")
            }
            return entries.prefix(instructionsMax).enumerated().compactMap { index, entry in
                instruction(entry, "instructions[\(index)]")
            }
        }

        private mutating func instruction(_ entry: JSONValue, _ field: String) -> Instruction? {
            if let text = entry.string { return Instruction(text: text) }
            guard let text = entry["text"]?.string, !text.isEmpty else {
                refuse(field, "wanted is a text, or an object with a \"text\"")
                return nil
            }
            for key in (entry.object?.members ?? []).map(\.key) where !["name", "files", "text"].contains(key) {
                refuse("\(field).\(key)", "is not known and has no effect; known are name, files, text")
            }
            var files = PathFilter.none
            if let value = entry["files"], !value.isNull {
                guard let filter = filter(value, field + ".files") else { return nil }
                files = filter
            }
            return Instruction(name: entry["name"]?.string ?? "", files: files, text: text)
        }

        /// A language is named in the prompt, so it must not be able to say anything else there.
        private mutating func language(_ value: JSONValue) {
            let isName = value.string?.unicodeScalars.allSatisfy {
                $0.properties.isAlphabetic || " -()".unicodeScalars.contains($0)
            }
            guard let text = value.string, isName == true, 2...40 ~= text.count else {
                refuse("language", "wanted is the name of a language, such as \"German\", of at most 40 letters")
                return
            }
            reading.configuration.language = text
        }

        private mutating func model(_ value: JSONValue) {
            guard let id = value.string, 1...200 ~= id.utf8.count, id.utf8.allSatisfy({ 0x21...0x7E ~= $0 }) else {
                refuse("model", "wanted is the id of a model: 1 to 200 printable ASCII characters without blanks")
                return
            }
            reading.configuration.model = id
        }
    }
}
