public import UTCTime

/// One day of a month.
public struct CalendarDay: Sendable, Equatable {
    /// The day.
    public var day: Day
    /// Its rows.
    public var sums: Sums
    /// What people wrote on it.
    public var annotations: [Annotation]

    /// A day of these parts.
    public init(_ day: Day, _ sums: Sums, annotations: [Annotation] = []) {
        self.day = day
        self.sums = sums
        self.annotations = annotations
    }
}

/// A remark of a person on a day: "built feature X".
public struct Annotation: Sendable, Equatable {
    /// Its id.
    public var id: String
    /// The day.
    public var day: Day
    /// The remark.
    public var text: String

    /// A remark of these parts.
    public init(id: String, day: Day, text: String) {
        self.id = id
        self.day = day
        self.text = text
    }
}

/// A month as a calendar, each day the darker the more it used. It is a table, so it reads as one.
struct CalendarHeat {
    var month: Month
    var days: [CalendarDay]
    var today: Day

    private static let weekdays = [
        ("Mo", "Monday"), ("Tu", "Tuesday"), ("We", "Wednesday"), ("Th", "Thursday"), ("Fr", "Friday"),
        ("Sa", "Saturday"), ("Su", "Sunday"),
    ]

    /// The calendar.
    var html: HTML {
        let first = month.firstDay
        let highest = days.map(\.sums.totalTokens).max() ?? 0
        let byDay = Dictionary(days.map { ($0.day, $0) }) { first, _ in first }
        let monday = first.adding(days: 1 - first.weekday)
        let last = first.adding(days: month.dayCount - 1)
        let weekCount = (last.number - monday.number) / 7 + 1
        return """
            <table class="calendar"><caption class="hidden">Tokens by day</caption>
            <thead><tr>\(Self.weekdays.html { "<th scope=\"col\"><abbr title=\"\($0.1)\">\($0.0)</abbr></th>" })</tr></thead>
            <tbody>\((0..<weekCount).html { week in
                "<tr>\((0..<7).html { cell(monday.adding(days: week * 7 + $0), byDay, highest) })</tr>\n"
            })</tbody></table>
            """
    }

    private func cell(_ day: Day, _ byDay: [Day: CalendarDay], _ highest: Int) -> HTML {
        guard day.month == month else { return "<td class=\"outside\"></td>" }
        let sums = byDay[day]?.sums ?? Sums()
        let annotations = byDay[day]?.annotations ?? []
        let share = permille(sums.totalTokens, of: max(highest, 1))
        let heat = sums.totalTokens == 0 ? 0 : min(5, 1 + share / 201)
        return """
            <td class="heat-\(heat)\(" today", if: day == today)"><span class="day">\(day.parts.day)</span>\
            <span class="tokens">\(day > today && sums.requests == 0 ? HTML() : HTML.shortCount(sums.totalTokens))</span>\
            \(annotations.isEmpty ? nil : mark(annotations))</td>
            """
    }

    private func mark(_ annotations: [Annotation]) -> HTML {
        """
        <span class="mark" title="\(annotations.map(\.text).joined(separator: "; "))"><span aria-hidden="true">✎</span>\
        <span class="hidden">\(annotations.html { "\($0.text). " })</span></span>
        """
    }
}
