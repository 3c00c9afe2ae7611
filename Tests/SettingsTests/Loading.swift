import Settings

/// A `.env` with these lines.
func dotEnv(_ text: String) -> DotEnvFile { DotEnvFile(path: ".env", bytes: Array(text.utf8)) }

/// The settings of an environment and a `.env`; nil when they are refused.
func loaded(_ environment: [String: String] = [:], file: String? = nil) -> Settings? {
    try? Settings.load(environment: environment, dotEnv: file.map(dotEnv)).get().0
}

/// The lines that refuse them; empty when they are accepted.
func problems(_ environment: [String: String] = [:], file: String? = nil) -> [String] {
    if case .failure(let errors) = Settings.load(environment: environment, dotEnv: file.map(dotEnv)) {
        errors.problems.map(\.description)
    } else {
        []
    }
}

/// The remarks on settings that are accepted.
func warnings(_ environment: [String: String] = [:], file: String? = nil) -> [String] {
    (try? Settings.load(environment: environment, dotEnv: file.map(dotEnv)).get().1.map(\.description)) ?? []
}

/// An environment that serves a GitLab, with `changes` made to it; an empty text takes a variable away.
func serving(_ changes: [String: String] = [:]) -> [String: String] {
    [
        "GITLAB_URL": "https://gitlab.example.com", "GITLAB_TOKEN": "glpat-0123456789",
        "GITLAB_WEBHOOK_SECRET": "s3cret",
        "ANTHROPIC_API_KEY": "sk-ant-0123456789",
    ].merging(changes) { $1 }
}
