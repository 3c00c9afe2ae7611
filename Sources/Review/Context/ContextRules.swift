/// What decides which files of a change are worth a model's tokens: the built-in rules, and what a project says.
public struct ContextRules: Sendable {
    /// What the project says in `.bursar.json`.
    public var configuration: ProjectConfiguration
    /// What the target branch's `.gitattributes` says.
    public var attributes: GitAttributes
    /// What every text passes through.
    public var treatment: LineTreatment

    /// Rules of these parts.
    public init(
        configuration: ProjectConfiguration = ProjectConfiguration(), attributes: GitAttributes = .none,
        treatment: LineTreatment = LineTreatment()
    ) {
        self.configuration = configuration
        self.attributes = attributes
        self.treatment = treatment
    }

    /// Why `file` is not shown whatever the budget; nil when it may be.
    ///
    /// What nobody can show comes first, then the project's word, then `.gitattributes` and GitLab, then the tables.
    public func reason(toDrop file: Candidate) -> OmittedFile.Reason? {
        let diff = file.diff
        if file.isTooLarge { return .tooLarge }
        if diff.isBinary { return .binary }
        if configuration.ignore.matches(file.path) { return .ignored }
        if !diff.hunks.contains(where: \.isChanged) { return reasonWithoutHunks(file) }
        if configuration.include.matches(file.path) { return nil }
        if diff.kind == .deleted { return .deleted }
        switch attributes.isGenerated(file.path) {
        case true?: return .generated
        // Somebody took the trouble to say that it is not, as for vendored code below.
        case false?: return attributes.isVendored(file.path) == true ? .vendored : nil
        case nil: break
        }
        if file.isGenerated { return .generated }
        switch attributes.isVendored(file.path) {
        case true?: return .vendored
        case false?:
            let reason = PathRule.reason(for: file.path)
            if reason != nil, reason != .vendored { return reason }
        case nil:
            if let reason = PathRule.reason(for: file.path) { return reason }
        }
        if GeneratedText.hasHeader(diff) { return .generated }
        return GeneratedText.isMinified(diff) ? .minified : nil
    }

    private func reasonWithoutHunks(_ file: Candidate) -> OmittedFile.Reason {
        let diff = file.diff
        if file.isGenerated, diff.kind != .renamed { return .generated }
        if file.isCollapsed { return .collapsed }
        if file.isUnreadable { return .unreadable }
        switch diff.kind {
        case .renamed, .copied: return .renamed
        case .deleted: return .deleted
        // By its name a picture; GitLab says nothing of what is in it.
        case .added, .modified:
            if let reason = PathRule.reason(for: file.path) { return reason }
            if !diff.oldMode.isEmpty, !diff.newMode.isEmpty, diff.oldMode != diff.newMode { return .modeChange }
            return diff.kind == .added && !diff.newMode.isEmpty ? .empty : .noDiff
        }
    }
}
