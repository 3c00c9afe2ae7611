/// What is left of a day's limit, hour by hour, and where it is going.
public struct BurnDown: Sendable, Equatable {
    /// What is expected at midnight.
    public struct Band: Sendable, Equatable {
        /// Tokens that the day will have used: one of ten lies below.
        public var low: Int
        /// More and less are equally likely.
        public var expected: Int
        /// One of ten lies above.
        public var high: Int

        /// A band of these tokens.
        public init(low: Int, expected: Int, high: Int) {
            self.low = low
            self.expected = expected
            self.high = high
        }
    }

    /// Tokens settled in each hour of the day that has begun, from the first on.
    public var hours: [Int]
    /// The minute of the day that it is.
    public var minute: Int
    /// The limit of the day in tokens.
    public var limit: Int
    /// What midnight is expected to bring; nil where nothing can be said.
    public var band: Band?

    /// A chart of these figures.
    public init(hours: [Int], minute: Int, limit: Int, band: Band?) {
        self.hours = hours
        self.minute = minute
        self.limit = limit
        self.band = band
    }

    private static let (width, height) = (720, 220)
    private static let (left, top, right, bottom) = (52, 12, 12, 26)

    /// Where a minute of the day lies from left to right.
    private func x(_ minute: Int) -> Int {
        Self.left + (Self.width - Self.left - Self.right) * min(max(0, minute), 1440) / 1440
    }

    /// Where a rest of `left` tokens lies from top to bottom; less than nothing lies on the ground.
    private func y(_ left: Int) -> Int {
        let room = Self.height - Self.top - Self.bottom
        return Self.top + room - room * permille(left, of: max(limit, 1)) / 1000
    }

    /// The rest after `used` tokens.
    private func rest(_ used: Int) -> Int { max(0, limit - used) }

    private static func sum(_ left: Int, _ right: Int) -> Int { Int(clamping: Int128(left) + Int128(right)) }

    private var used: Int { hours.reduce(0, Self.sum) }

    /// The chart; the table that follows it on the page has the figures.
    var html: HTML {
        var path = "M\(x(0)) \(y(limit))"
        var sum = 0
        for (hour, tokens) in hours.enumerated() {
            sum = Self.sum(sum, tokens)
            path += "L\(x(min((hour + 1) * 60, minute))) \(y(rest(sum)))"
        }
        let ground = y(0)
        return """
            <svg class="burn-down" viewBox="0 0 \(Self.width) \(Self.height)" role="img" aria-labelledby="burn-words">\
            <title id="burn-words">\(title)</title>\
            \([0, 25, 50, 75, 100].html(gridLine))\([0, 6, 12, 18, 24].html(hourMark))\
            \(forecast)\
            <path class="area" d="\(path)L\(x(minute)) \(ground)L\(x(0)) \(ground)Z"/>\
            <path class="line" d="\(path)"/>\
            <line class="now" x1="\(x(minute))" x2="\(x(minute))" y1="\(Self.top)" y2="\(ground)"/>\
            <circle class="point" cx="\(x(minute))" cy="\(y(rest(used)))" r="4"/></svg>
            """
    }

    private var title: String {
        let now = "Tokens left of the day's limit: \(grouped(rest(used))) of \(grouped(limit))."
        guard let band else { return now }
        return now
            + " Expected to be left at midnight: \(grouped(rest(band.expected))), between \(grouped(rest(band.high)))"
            + " and \(grouped(rest(band.low)))."
    }

    private func gridLine(_ percent: Int) -> HTML {
        let tokens = Int(Int128(limit) * Int128(percent) / 100)
        return """
            <line class="grid" x1="\(Self.left)" x2="\(Self.width - Self.right)" y1="\(y(tokens))" y2="\(y(tokens))"/>\
            <text class="axis" x="\(Self.left - 8)" y="\(y(tokens) + 4)" text-anchor="end">\(short(tokens))</text>
            """
    }

    private func hourMark(_ hour: Int) -> HTML {
        let anchor = hour == 0 ? "start" : hour == 24 ? "end" : "middle"
        return """
            <text class="axis" x="\(x(hour * 60))" y="\(Self.height - 6)" text-anchor="\(anchor)">\
            \(hour < 10 ? "0" : "")\(hour):00</text>
            """
    }

    private var forecast: HTML? {
        guard let band, minute < 1440 else { return nil }
        let (from, to, start) = (x(minute), x(1440), y(rest(used)))
        return """
            <path class="band" d="M\(from) \(start)L\(to) \(y(rest(band.low)))L\(to) \(y(rest(band.high)))Z"/>\
            <line class="expected" x1="\(from)" y1="\(start)" x2="\(to)" y2="\(y(rest(band.expected)))"/>
            """
    }

    /// The same as a table.
    var table: HTML {
        var sum = 0
        let rows = hours.enumerated().html { hour, tokens in
            sum = Self.sum(sum, tokens)
            return """
                <tr><th scope="row">\(hour < 10 ? "0" : "")\(hour):00</th>\(HTML.number(.count(tokens)))\
                \(HTML.number(.count(rest(sum))))</tr>

                """
        }
        return HTML.table(
            "Tokens by hour", class: "narrow", head: HTML.heads("Hour", "#Used", "#Left after it"), rows: rows)
    }
}
