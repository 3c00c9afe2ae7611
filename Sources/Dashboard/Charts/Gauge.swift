/// Half a ring that fills as a limit is taken.
///
/// The ring is drawn with a path length of 1000, so that a share in thousandths is the length of the dash.
struct Gauge {
    /// Settled.
    var used: Int
    /// Held on top of it.
    var held: Int
    /// The limit.
    var limit: Int
    /// The level, which colours it.
    var level: Level

    /// The gauge with what is taken, used or held, in the middle: ring, colour, word and figure are of the same sum.
    /// Figures beside it say the same in words.
    var html: HTML {
        let share = permille(used, of: max(limit, 1))
        let taken = Int(clamping: Int128(used) + Int128(held))
        let both = permille(taken, of: max(limit, 1))
        return """
            <svg class="gauge level-\(level.rawValue)" viewBox="0 0 200 116" role="img" \
            aria-label="\(percent(taken, of: limit)) percent used\(" or held", if: held > 0), \(level.word)">\
            <path class="track" d="\(Self.arc)" pathLength="1000"/>\
            \(Self.stroke("held", both))\(Self.stroke("used", share))\
            <text x="100" y="88" text-anchor="middle" class="share">\(percent(taken, of: limit))%</text>\
            <text x="100" y="108" text-anchor="middle" class="word">\(level.sign) \(level.word)</text></svg>
            """
    }

    private static let arc: HTML = "M14 100a86 86 0 0 1 172 0"

    private static func stroke(_ name: StaticString, _ share: Int) -> HTML {
        guard share > 0 else { return HTML() }
        return """
            <path class="\(HTML.text(name))" d="\(arc)" pathLength="1000" stroke-dasharray="\(share) 2000"/>
            """
    }
}
