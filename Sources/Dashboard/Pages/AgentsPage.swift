public import UTCTime

/// One reviewer: what it used in its current session, and whether its calls grow dearer.
public struct AgentCard: Sendable, Equatable {
    /// Its name.
    public var name: String
    /// The session of its last call; empty for a call without one.
    public var session: String
    /// Its rows in that session.
    public var sessionSums: Sums
    /// Its rows of today.
    public var today: Sums
    /// Its rows of this month.
    public var month: Sums
    /// When its last call was booked.
    public var lastRequest: Instant
    /// The model of its last call.
    public var lastModel: String
    /// What its last calls cost in millionths of a dollar, up to ten, the latest last; calls without a price are left out.
    public var lastCosts: [Int]

    /// A card of these parts.
    public init(
        name: String, session: String, sessionSums: Sums, today: Sums, month: Sums, lastRequest: Instant,
        lastModel: String, lastCosts: [Int]
    ) {
        self.name = name
        self.session = session
        self.sessionSums = sessionSums
        self.today = today
        self.month = month
        self.lastRequest = lastRequest
        self.lastModel = lastModel
        self.lastCosts = Array(lastCosts.suffix(Self.callsMax))
    }

    /// Calls that the trend looks at.
    public static let callsMax = 10
    /// Calls below which there is no trend.
    static let callsMin = 4
    /// Thousandths by which the newer half must differ from the older.
    static let steadyPermille = 50
    /// A call that costs more than five cents is dear.
    static let dearMicroUSD = 50_000

    /// What a call cost on average; nil when none had a price.
    public var averageMicroUSD: Int? { lastCosts.isEmpty ? nil : Self.mean(lastCosts[...]) }

    /// Where the cost of a call goes.
    public enum Trend: String, Sendable, CaseIterable {
        case up, down, steady

        var arrow: String {
            switch self {
            case .up: "↗"
            case .down: "↘"
            case .steady: "→"
            }
        }
        var word: String {
            switch self {
            case .up: "rising"
            case .down: "falling"
            case .steady: "steady"
            }
        }
    }

    /// The newer half of the last calls beside the older half.
    public var trend: Trend {
        guard lastCosts.count >= Self.callsMin else { return .steady }
        let half = lastCosts.count / 2
        let (older, newer) = (Self.mean(lastCosts.prefix(half)), Self.mean(lastCosts.suffix(half)))
        let change = permilleChange(from: older, to: newer)
        return change > Self.steadyPermille ? .up : change < -Self.steadyPermille ? .down : .steady
    }

    private static func mean(_ costs: ArraySlice<Int>) -> Int {
        costs.isEmpty ? 0 : Int(clamping: costs.reduce(Int128(0)) { $0 + Int128($1) } / Int128(costs.count))
    }

    private func permilleChange(from older: Int, to newer: Int) -> Int {
        guard older > 0 else { return newer > 0 ? 1000 : 0 }
        return Int(clamping: (Int128(newer) - Int128(older)) * 1000 / Int128(older))
    }

    /// Green under a dollar, yellow up to five, red above; yellow too where no call has a price, for that need not be little.
    var costLevel: Level {
        let cost = sessionSums.costMicroUSD
        return cost < 1_000_000 && !isCostUnknown ? .ok : cost <= 5_000_000 ? .warning : .critical
    }

    private var isCostUnknown: Bool {
        sessionSums.requests > 0 && sessionSums.unpricedRequests == sessionSums.requests
    }

    private var costWord: String {
        guard !isCostUnknown else { return "unknown" }
        return switch costLevel {
        case .ok: "low"
        case .warning: "over $1"
        case .critical, .exhausted: "over $5"
        }
    }

    func html(today day: Day) -> HTML {
        """
        <li class="card agent cost-\(costLevel.rawValue)"><div class="agent-head"><h2>\(HTML.name(name))</h2>\
        \(Sparkline(values: lastCosts).html)</div>
        <p class="agent-now">Tokens: \(HTML.count(sessionSums.totalTokens)) | Cost: <span class="cost">\(HTML.cost(sessionSums))</span></p>
        <p class="agent-line"><span class="quiet">\(place)</span> \
        <span class="badge level-\(costLevel.rawValue)"><span aria-hidden="true">\(costLevel.sign)</span> \(costWord)</span></p>
        \(cost)
        <dl class="pairs"><div><dt>Today</dt><dd>\(HTML.count(today.totalTokens)) tokens · \(HTML.cost(today))</dd></div>\
        <div><dt>This month</dt><dd>\(HTML.count(month.totalTokens)) tokens · \(HTML.cost(month))</dd></div>\
        <div><dt>Last request</dt><dd>\(HTML.moment(lastRequest, today: day)) · \(HTML.name(lastModel))</dd></div></dl></li>

        """
    }

    private var place: HTML {
        session.isEmpty ? "without a session" : "in \(SessionRow.link(session, project: ""))"
    }

    private var cost: HTML {
        guard let average = averageMicroUSD else {
            return "<p class=\"agent-line\"><span>Cost/Request: <span class=\"quiet\">no price</span></span></p>"
        }
        let isDear = average > Self.dearMicroUSD
        let tip = "Avg cost/request: \(dollars(average)) (last \(lastCosts.count) requests), \(trend.word)"
        return """
            <p class="agent-line"><span>Cost/Request: <span class="trend trend-\(trend.rawValue)\(" dear", if: isDear)" tabindex="0" \
            role="img" title="\(tip)" aria-label="\(tip)">\(HTML.money(average)) <span class="arrow">\(trend.arrow)</span>\
            <span class="tip" aria-hidden="true">\(tip)</span></span></span>\
            \(" <span class=\"badge level-critical\"><span aria-hidden=\"true\">◆</span> over $0.05</span>", if: isDear)</p>
            """
    }
}

/// The reviewers as cards.
public struct AgentsPage: Sendable {
    /// The one with the latest call first.
    public var cards: [AgentCard]

    /// How many there are, shown or not.
    public var totalCount: Int

    /// A page of `cards`, of which there are `totalCount` in all.
    public init(_ cards: [AgentCard], totalCount: Int? = nil) {
        self.cards = Array(cards.prefix(Self.cardsMax))
        self.totalCount = totalCount ?? cards.count
    }

    /// Cards that are shown at most.
    public static let cardsMax = 60

    /// The page in `frame`.
    public func html(in frame: Frame) -> HTML {
        frame.document(
            "Agents", current: .agents,
            """
            <h1>Agents</h1>
            <div id="agents" data-live>\(cards.isEmpty ? HTML.nothing("No agent made a call yet.") : "<ul class=\"cards\">\(cards.html { $0.html(today: frame.now.day) })</ul>\("<p class=\"more\">and \(HTML.count(totalCount - cards.count)) more, whose last call is older; GET /agents has all</p>" as HTML, if: totalCount > cards.count)")</div>
            """)
    }
}
