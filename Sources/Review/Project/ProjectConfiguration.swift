public import Budget

/// What a project decides about its own reviews: `.bursar.json` at the root of its target branch, and the instructions
/// of `.gitlab/duo/mr-review-instructions.yaml` where it has those.
///
/// ```json
/// {
///   "ignore": ["docs/**", "!docs/api.md"],
///   "include": ["api/generated/**"],
///   "instructions": [{"name": "SQL", "files": ["**/*.sql"], "text": "Migrations must be reversible."}],
///   "language": "German",
///   "min_severity": "minor",
///   "model": "claude-haiku-5-5",
///   "merge_request_budget": 200000
/// }
/// ```
public struct ProjectConfiguration: Sendable, Equatable {
    /// Files that are not reviewed.
    public var ignore: PathFilter = .none
    /// Files that are reviewed although a built-in rule would leave them out. `ignore` wins over it.
    public var include: PathFilter = .none
    /// What reviewers are to look for, for all files or for some.
    public var instructions: [Instruction] = []
    /// The language of the answer, in words; nil is English.
    public var language: String?
    /// The least severity that is reported; nil is all.
    public var minimumSeverity: SeverityFloor?
    /// The model that reviews this project; nil is the operator's. An operator's ladder still limits it.
    public var model: String?
    /// What one merge request may use over its whole life, in tokens or money; nil is without such a limit.
    public var mergeRequestBudget: BudgetLimit?

    /// Something that reviewers are to look for.
    public struct Instruction: Sendable, Equatable {
        /// What it is called; empty where it has no name.
        public var name: String
        /// The files it is about.
        public var files: PathFilter
        /// What to look for.
        public var text: String

        /// An instruction for the files that `files` admits.
        public init(name: String = "", files: PathFilter = .none, text: String) {
            self.name = name
            self.files = files
            self.text = text
        }
    }

    /// The least severity that is reported.
    public enum SeverityFloor: String, Sendable, CaseIterable {
        case critical, major, minor, question
    }

    /// The file's path in the project.
    public static let path = ".bursar.json"
    /// The most bytes of the file.
    public static let bytesMax = 64 << 10
    /// The most bytes of all instructions together; what is beyond is not given to the model.
    public static let instructionBytesMax = 8 << 10
    /// The most instructions.
    public static let instructionsMax = 50

    /// The configuration of a project that says nothing.
    public init() {}

    /// The instructions that are about at least one of `paths`.
    func instructions(for paths: [String]) -> [Instruction] {
        instructions.filter { instruction in
            instruction.files.isEmpty || paths.contains(where: instruction.files.admits)
        }
    }
}

/// What is wrong in a project's file, as a sentence for the note on its merge request.
public struct ProjectConfigurationProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file it is in.
    public let path: String
    /// Where in it: `ignore[2]`; empty for all of it.
    public let field: String
    /// What is wrong and what is accepted.
    public let reason: String

    /// A problem with `field` of the file at `path`.
    public init(path: String = ProjectConfiguration.path, field: String, reason: String) {
        self.path = path
        self.field = field
        self.reason = reason
    }

    /// The sentence, without a full stop. Names are Markdown code.
    public var description: String {
        let place = field.isEmpty ? "" : ", " + Markdown.code(field, bytesMax: 100)
        return "\(Markdown.code(path))\(place): \(reason)"
    }
}
