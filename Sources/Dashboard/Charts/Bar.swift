import Budget

/// How much of something is taken, as a bar: what is used, behind it what is held.
struct Bar {
    /// Used, in the unit of `limit`.
    var used: Int
    /// Held on top of it.
    var held: Int
    /// The whole.
    var limit: Int
    /// The level, which colours it.
    var level: Level

    /// The bar; the words beside it say the same, so readers of the screen are spared it.
    var html: HTML {
        let whole = max(limit, 1)
        let share = permille(used, of: whole)
        let both = permille(Int(clamping: Int128(used) + Int128(held)), of: whole)
        return """
            <svg class="bar level-\(level.rawValue)" viewBox="0 0 1000 10" preserveAspectRatio="none" \
            aria-hidden="true" focusable="false"><rect class="track" width="1000" height="10"/>\
            <rect class="held" width="\(both)" height="10"/><rect class="used" width="\(share)" height="10"/></svg>
            """
    }

    /// A bar of one share among others, without levels.
    static func share(_ part: Int, of whole: Int) -> HTML {
        """
        <svg class="bar share" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">\
        <rect class="track" width="1000" height="10"/><rect class="used" width="\(permille(part, of: whole))" \
        height="10"/></svg>
        """
    }
}
