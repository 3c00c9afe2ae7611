import Budget

extension Period {
    /// What follows an amount: so much `a day`.
    var asRate: String {
        switch self {
        case .hour: "an hour"
        case .total: "in total"
        case .day, .week, .month: "a \(rawValue)"
        }
    }
}
