/// What of the usage is looked at; it stands in the address, so that a page can be kept and sent.
public struct UsageFilter: Sendable, Equatable {
    /// A part of a call by which usage is told apart.
    public enum Dimension: String, Sendable, CaseIterable {
        case project, user, model, agent, command

        /// The head of its table.
        var title: String {
            switch self {
            case .project: "Projects"
            case .user: "Users"
            case .model: "Models"
            case .agent: "Agents"
            case .command: "Commands"
            }
        }
    }

    private var values: [Dimension: String] = [:]

    /// Everything.
    public init() {}

    /// The one value that is wanted; nil: all.
    public subscript(_ dimension: Dimension) -> String? {
        get { values[dimension] }
        set { values[dimension] = newValue.flatMap { $0.isEmpty ? nil : $0 } }
    }

    /// Whether all is wanted.
    public var isEmpty: Bool { values.isEmpty }

    /// The same with `value` alone in `dimension`, or with all of it.
    func with(_ dimension: Dimension, _ value: String?) -> UsageFilter {
        var filter = self
        filter[dimension] = value
        return filter
    }

    /// `link` with this filter.
    func applied(to link: Link) -> Link {
        link.with("project", self[.project]).with("user", self[.user]).with("model", self[.model])
            .with("agent", self[.agent]).with("command", self[.command])
    }

    /// What is wanted, each with a way to want all again.
    func chips(_ link: Link) -> HTML? {
        guard !isEmpty else { return nil }
        return """
            <ul class="chips" aria-label="Filters">\(Dimension.allCases.html { dimension in
                guard let value = self[dimension] else { return HTML() }
                return """
                    <li><a href="\(with(dimension, nil).applied(to: link))">\(dimension.rawValue): \(HTML.name(value)) \
                    <span aria-hidden="true">×</span><span class="hidden"> remove this filter</span></a></li>
                    """
            })</ul>
            """
    }
}
