// Parts that several pages have.

extension HTML {
    /// A titled box. `live` boxes are renewed in place when the books change; they hold no field to type in.
    static func section(
        _ id: StaticString, _ title: HTML, class classes: StaticString = "", live: Bool = true, _ content: HTML
    )
        -> HTML
    {
        """
        <section class="card \(text(classes))" id="\(text(id))" aria-labelledby="\(text(id))-title"\
        \(" data-live", if: live)>
        <h2 id="\(text(id))-title">\(title)</h2>
        \(content)
        </section>

        """
    }

    /// A written-out word, put in as text.
    static func text(_ word: StaticString) -> HTML { "\("\(word)" as String)" }

    /// A table that scrolls by itself where the screen is narrow, and can be reached by keyboard for that. On a phone each
    /// row stands by itself, its cells with the titles of their columns.
    static func table(_ caption: String, class classes: StaticString = "", head: Heads, rows: HTML) -> HTML {
        """
        <div class="scroll" tabindex="0" role="region" aria-label="\(caption)">
        <table class="\(text(classes))"><caption class="hidden">\(caption)</caption>
        <thead><tr>\(head.html)</tr></thead>
        <tbody>
        \(rows.labelled(head.titles))</tbody>
        </table></div>
        """
    }

    /// The heads of columns; those that begin with `#` hold numbers.
    static func heads(_ titles: String...) -> Heads { Heads(marked: titles) }

    /// The heads of a table's columns.
    struct Heads {
        fileprivate let marked: [String]

        fileprivate var titles: [String] { marked.map { $0.hasPrefix("#") ? String($0.dropFirst()) : $0 } }

        fileprivate var html: HTML {
            marked.html { title in
                title.hasPrefix("#")
                    ? "<th scope=\"col\" class=\"number\">\(title.dropFirst())</th>"
                    : "<th scope=\"col\">\(title)</th>"
            }
        }
    }

    /// A cell of a number.
    static func number(_ content: HTML) -> HTML { "<td class=\"number\">\(content)</td>" }

    /// What stands where there is nothing to show.
    static func nothing(_ sentence: String) -> HTML { "<p class=\"empty\">\(sentence)</p>" }

    /// A large figure and what it is.
    static func figure(_ label: String, _ value: HTML, note: HTML? = nil) -> HTML {
        """
        <div class="figure"><dt>\(label)</dt><dd>\(value)\(note.map { "<small>\($0)</small>" as HTML })</dd></div>
        """
    }

    /// Large figures side by side.
    static func figures(_ figures: HTML) -> HTML { "<dl class=\"figures\">\(figures)</dl>\n" }

    /// A labelled text field.
    static func field(
        _ id: StaticString, _ name: StaticString, _ label: String, value: String = "", hint: String = "",
        type: StaticString = "text", isNeeded: Bool = false, list: StaticString? = nil
    ) -> HTML {
        """
        <p class="field"><label for="\(text(id))">\(label)</label><input id="\(text(id))" name="\(text(name))" \
        type="\(text(type))" value="\(value)" maxlength="500" autocomplete="off"\(" required", if: isNeeded)\
        \(list.map { " list=\"\(text($0))\"" as HTML })\
        \(" aria-describedby=\"\(text(id))-hint\"" as HTML, if: !hint.isEmpty)>\
        \("<small id=\"\(text(id))-hint\">\(hint)</small>" as HTML, if: !hint.isEmpty)</p>
        """
    }

    /// A labelled field of several lines.
    static func area(
        _ id: StaticString, _ name: StaticString, _ label: String, value: String, hint: String, isNeeded: Bool = false
    ) -> HTML {
        """
        <p class="field"><label for="\(text(id))">\(label)</label><textarea id="\(text(id))" name="\(text(name))" rows="8" \
        autocomplete="off" spellcheck="false"\(" required", if: isNeeded) aria-describedby="\(text(id))-hint">
        \(value)</textarea><small id="\(text(id))-hint">\(hint)</small></p>
        """
    }

    /// A labelled choice; `options` are values with what people read.
    static func choice(
        _ id: StaticString, _ name: StaticString, _ label: String, _ options: [(value: String, title: String)],
        selected: String
    ) -> HTML {
        """
        <p class="field"><label for="\(text(id))">\(label)</label><select id="\(text(id))" name="\(text(name))">\
        \(options.html { "<option value=\"\($0.value)\"\(" selected", if: $0.value == selected)>\($0.title)</option>" })\
        </select></p>
        """
    }
}
