/// The findings of one review, checked against the change, the worst first.
public struct CheckedFindings: Sendable, Equatable {
    /// Those with a place of their own, in the order of their rank.
    public var inline: [PlacedFinding] = []
    /// The rest, in the order of their rank: without a place, or more than may stand in the change.
    public var listed: [PlacedFinding] = []

    /// All of them, the worst first.
    public var all: [PlacedFinding] {
        (inline + listed).enumerated().sorted {
            ($0.element.finding.severity, $0.offset) < ($1.element.finding.severity, $1.offset)
        }.map(\.element)
    }

    /// No findings.
    public init() {}

    /// Checks `findings` against `files`, the change as the model was shown it, and puts `certain` ones, such as
    /// secrets, before those of equal weight. At most `inlineMax` get a place of their own.
    ///
    /// A line that does not say what was quoted is not believed: the finding then goes where the quote stands in its
    /// file, to the nearest when it stands at several, and keeps its text without a place when it stands nowhere.
    public init(
        certain: [Finding] = [], _ findings: [Finding], in files: [FileDiff], inlineMax: Int, hash: ContentHash
    ) {
        var index = ChangeIndex(files)
        var placed: [PlacedFinding] = []
        var places: [Spot: Int] = [:]
        for finding in certain + findings { Self.add(Self.place(finding, in: &index), to: &placed, &places) }
        Self.tellApart(&placed, hash: hash)
        let ranked = placed.enumerated().sorted {
            ($0.element.finding.severity, $0.offset) < ($1.element.finding.severity, $1.offset)
        }
        for (_, element) in ranked {
            if element.place != nil, inline.count < inlineMax { inline.append(element) } else { listed.append(element) }
        }
    }

    private static func place(_ finding: Finding, in index: inout ChangeIndex) -> PlacedFinding {
        var placed = PlacedFinding(finding: finding, fingerprint: "")
        guard !finding.path.isEmpty, let file = index.index(of: finding.path) else { return placed }
        let names = index.file(file)
        placed.finding.path = names.path
        guard
            let line = index.line(quoting: finding.quote, side: finding.side, near: finding.line, in: file)
        else {
            // What is not there has no number either.
            placed.finding.line = nil
            return placed
        }
        // GitLab wants both names, equal unless the file was moved.
        let place = Place(
            oldPath: names.kind == .added || names.oldPath.isEmpty ? names.newPath : names.oldPath,
            newPath: names.kind == .deleted || names.newPath.isEmpty ? names.oldPath : names.newPath,
            oldLine: line.oldNumber, newLine: line.newNumber, text: line.plain)
        placed.place = place
        placed.finding.line = place.line
        placed.finding.side = line.newNumber == nil ? .old : .new
        placed.suggestion = index.suggestion(finding, at: place, in: file)
        return placed
    }

    /// A line and a kind: one line gets one comment of a kind.
    private struct Spot: Hashable {
        let place: Place
        let kind: Finding.Kind
    }

    /// Adds `new`, or its text to the finding of the same kind at the same line.
    private static func add(_ new: PlacedFinding, to all: inout [PlacedFinding], _ places: inout [Spot: Int]) {
        let spot = new.place.map { Spot(place: $0, kind: new.finding.kind) }
        guard let spot, let twin = places[spot] else {
            if let spot { places[spot] = all.count }
            return all.append(new)
        }
        let text = [new.finding.title, new.finding.text].filter { !$0.isEmpty }.joined(separator: "\n\n")
        let old = all[twin].finding
        all[twin].finding.severity = min(old.severity, new.finding.severity)
        guard old.title != new.finding.title || old.text != new.finding.text else { return }
        all[twin].finding.text = [old.text, text].filter { !$0.isEmpty }.joined(separator: "\n\n")
        if all[twin].suggestion == nil { all[twin].suggestion = new.suggestion }
    }

    /// Gives each finding its fingerprint. Equal lines of one file are told apart by their order.
    private static func tellApart(_ all: inout [PlacedFinding], hash: ContentHash) {
        var counts: [String: Int] = [:]
        // By line, so that the order in which a model names them does not matter.
        let order = all.indices.sorted { (all[$0].place?.line ?? 0, $0) < (all[$1].place?.line ?? 0, $1) }
        for index in order {
            let finding = all[index].finding
            let quote =
                all[index].place?.text ?? [finding.quote, finding.title].joined(separator: " ").withSingleBlanks
            let digits = hash.digits(of: ["finding", finding.path, quote, finding.kind.rawValue])
            let count = counts[digits, default: 0] + 1
            counts[digits] = count
            all[index].fingerprint =
                count == 1
                ? digits : hash.digits(of: ["finding", finding.path, quote, finding.kind.rawValue, String(count)])
        }
    }
}
