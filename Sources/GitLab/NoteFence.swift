/// A fenced code block of the input, on its way to the first column of the output.
struct NoteFence {
    /// What a line did to the block.
    enum Taken {
        case more
        case closed
        /// The quotation that held the block has ended; the line is not part of it.
        case leftQuote
    }

    private let delimiter: Unicode.Scalar
    private let count: Int
    private let info: [Unicode.Scalar]
    private let quoteDepth: Int
    /// Columns before the opening fence, list markers included, quotation marks not.
    let indentation: Int
    private var content: [[Unicode.Scalar]] = []

    /// Whether the block stands in a quotation.
    var isQuoted: Bool { quoteDepth > 0 }

    /// Languages that GitLab renders as something other than text: diagrams fetched from servers, formulas, queries, tables.
    private static let rendered: Set<String> = [
        "actdiag", "blockdiag", "bpmn", "bytefield", "c4plantuml", "d2", "dbml", "diagramsnet", "ditaa", "dot", "erd",
        "excalidraw", "geojson", "glql", "graphviz", "iframe", "katex", "latex", "math", "mermaid", "nomnoml", "nwdiag",
        "packetdiag", "pikchr", "plantuml", "puml", "rackdiag", "seqdiag", "stl", "structurizr", "svgbob", "symbolator",
        "tikz", "topojson", "umlet", "vega", "vegalite", "wavedrom", "wireviz",
    ]

    /// The fence that `line` opens, and what stands before it when that is the marker of a list item.
    static func open(_ line: ArraySlice<Unicode.Scalar>) -> (prefix: ArraySlice<Unicode.Scalar>, fence: NoteFence)? {
        var index = line.startIndex
        var quoteDepth = 0
        var quoteEnd = line.startIndex
        var hasMarker = false
        scan: while let scalar = line.at(index) {
            switch scalar {
            case " ", "\t": index += 1
            case ">":
                quoteDepth += 1
                index += 1
                quoteEnd = index
            case "-", "*", "+":
                guard line.at(index + 1)?.isBlank == true else { break scan }
                hasMarker = true
                index += 2
            case "0"..."9":
                var end = index
                while line.at(end)?.isASCIIDigit == true { end += 1 }
                guard end - index <= 9, line.at(end) == "." || line.at(end) == ")", line.at(end + 1)?.isBlank == true
                else { break scan }
                hasMarker = true
                index = end + 2
            default: break scan
            }
        }
        guard let delimiter = line.at(index), delimiter == "`" || delimiter == "~" else { return nil }
        var end = index
        while line.at(end) == delimiter { end += 1 }
        let info = line[end...]
        guard end - index >= 3, delimiter == "~" || !info.contains("`") else { return nil }
        let fence = NoteFence(
            delimiter: delimiter, count: end - index, info: plain(info), quoteDepth: quoteDepth,
            indentation: index - quoteEnd)
        return (hasMarker ? line[..<index] : line[..<line.startIndex], fence)
    }

    private init(
        delimiter: Unicode.Scalar, count: Int, info: [Unicode.Scalar], quoteDepth: Int, indentation: Int
    ) {
        self.delimiter = delimiter
        self.count = count
        self.info = info
        self.quoteDepth = quoteDepth
        self.indentation = indentation
    }

    /// The first word of an info string, when it is no more than a language. A suggestion is not: who writes one decides what
    /// a click does to the code, so only `NoteSuggestion` makes them.
    private static func plain(_ info: ArraySlice<Unicode.Scalar>) -> [Unicode.Scalar] {
        let word = info.drop { $0.isBlank }.prefix { !$0.isBlank }
        guard word.count <= 40, word.allSatisfy({ $0.isASCIIWord || "+-.#:".unicodeScalars.contains($0) }) else {
            return []
        }
        let language = String(String.UnicodeScalarView(word)).lowercased()
        guard !rendered.contains(language), language != "suggestion", !word.contains(":") else { return [] }
        return Array(word)
    }

    /// Adds `line` to the block, unless it ends it.
    mutating func take(_ line: ArraySlice<Unicode.Scalar>) -> Taken {
        var line = line
        for _ in 0..<quoteDepth {
            let rest = line.drop { $0.isBlank }
            guard rest.first == ">" else { return .leftQuote }
            line = rest.dropFirst()
            if line.first == " " { line = line.dropFirst() }
        }
        let blanks = line.prefix { $0.isBlank }.count
        let mark = line.dropFirst(blanks)
        let run = mark.prefix { $0 == delimiter }.count
        if run >= count, blanks <= indentation + 3, mark.dropFirst(run).allSatisfy({ $0.isBlank }) { return .closed }
        content.append(Array(line.dropFirst(min(blanks, indentation))))
        return .more
    }

    /// The block at the first column.
    ///
    /// A line that reads like a quick action gets a blank before it: older GitLabs know only blocks of exactly three backticks,
    /// and lose count of them where one of those is empty. An empty block gets a line for the same reason.
    var rendered: [[Unicode.Scalar]] {
        let mark = Self.mark(around: content)
        let lines = content.map { NoteLine.readsLikeQuickAction($0[...]) ? [" "] + $0 : $0 }
        return [mark + info] + (lines.isEmpty ? [[]] : lines) + [mark]
    }

    /// Backticks that no line of `content` closes.
    static func mark(around content: [[Unicode.Scalar]]) -> [Unicode.Scalar] {
        var longest = 2
        for line in content {
            longest = max(longest, line.drop { $0.isBlank }.prefix { $0 == "`" }.count)
        }
        return [Unicode.Scalar](repeating: "`", count: longest + 1)
    }
}
