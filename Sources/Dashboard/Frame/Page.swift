/// The pages that the navigation leads to.
public enum Page: String, Sendable, CaseIterable {
    case today, month, sessions, agents, budgets, teams, alerts, queue, why, prices

    /// What the navigation calls it.
    var title: String {
        switch self {
        case .today: "Today"
        case .month: "Month"
        case .sessions: "Sessions"
        case .agents: "Agents"
        case .budgets: "Budgets"
        case .teams: "Teams"
        case .alerts: "Alerts"
        case .queue: "Queue"
        case .why: "Why"
        case .prices: "Prices"
        }
    }

    /// Where it is.
    public var link: Link {
        switch self {
        case .today: Link("/")
        case .month: Link("/dashboard/month")
        case .sessions: Link("/dashboard/sessions")
        case .agents: Link("/dashboard/agents")
        case .budgets: Link("/dashboard/budgets")
        case .teams: Link("/dashboard/teams")
        case .alerts: Link("/dashboard/alerts")
        case .queue: Link("/dashboard/queue")
        case .why: Link("/dashboard/why")
        case .prices: Link("/dashboard/prices")
        }
    }
}
