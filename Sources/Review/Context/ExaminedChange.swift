/// A change of which each file has been looked at once: what it is, whether a rule drops it, how much it would take.
///
/// From this, plans for any budget and any model are made without another look at the text.
public struct ExaminedChange: Sendable {
    /// The files in the change's order.
    private(set) var files: [ExaminedFile]
    /// What the whole change would take, file by file, if all of it were sent.
    public let wholeMeasure: TextMeasure
    /// The rules by which it was examined.
    public let rules: ContextRules

    /// Examines `candidates` by `rules`. `wholeMeasure` is the measure of the change as text where that is known better.
    public init(_ candidates: [Candidate], rules: ContextRules = ContextRules(), wholeMeasure: TextMeasure? = nil) {
        var files = candidates.enumerated().map { ExaminedFile($1, index: $0, rules: rules) }
        let duplicates = Duplicates.indices(in: candidates, files)
        for index in duplicates { files[index].drop(for: .duplicate) }
        self.files = files
        self.rules = rules
        self.wholeMeasure = wholeMeasure ?? files.reduce(TextMeasure()) { $0 + $1.whole }
    }

    /// The change without what `plan` says was seen before. What it would take whole stays as it was.
    public func leavingOutSeen(_ plan: IncrementalPlan) -> ExaminedChange {
        var change = self
        for (index, seen) in plan.seenHunks where change.files.indices.contains(index) {
            change.files[index].leaveOut(seen)
        }
        return change
    }

    private init(files: [ExaminedFile], wholeMeasure: TextMeasure, rules: ContextRules) {
        self.files = files
        self.wholeMeasure = wholeMeasure
        self.rules = rules
    }

    /// The change as if it had only the files at `paths`.
    public func limited(to paths: some Sequence<String>) -> ExaminedChange {
        let wanted = Set(paths)
        var files = files.filter { wanted.contains($0.path) }
        for place in files.indices { files[place].index = place }
        return ExaminedChange(
            files: files, wholeMeasure: files.reduce(TextMeasure()) { $0 + $1.whole }, rules: rules)
    }

    /// The paths of the files, in the change's order.
    public var paths: [String] { files.map(\.path) }
}

/// One file, looked at.
struct ExaminedFile: Sendable {
    fileprivate(set) var index: Int
    let path: String
    let category: FileCategory
    /// Why a rule drops it; nil when it may be shown.
    private(set) var dropReason: OmittedFile.Reason?
    /// The file as it would stand in the prompt, whole.
    let whole: TextMeasure
    /// The first line of its section.
    let title: String
    /// Its hunks, ready to be shown; none for a dropped file.
    private(set) var hunks: [DiffHunk]
    /// Whether text hides in it or in its path.
    private(set) var isSuspicious: Bool
    /// Whether a line was too long to be shown whole.
    let isCut: Bool
    /// Lines that are added or removed.
    private(set) var changedCount: Int

    init(_ file: Candidate, index: Int, rules: ContextRules) {
        self.index = index
        path = file.path
        category = FileCategory(path: file.path)
        dropReason = rules.reason(toDrop: file)
        title = FileText.title(file.diff, rules.treatment.line)
        changedCount = file.diff.addedCount + file.diff.removedCount
        guard dropReason == nil else {
            hunks = []
            (isSuspicious, isCut) = (false, false)
            whole = FileText.measure(title, file.diff.hunks)
            return
        }
        var isSuspicious = VisibleText(file.path, keepsLineBreaks: false).isSuspicious
        var isCut = false
        var hunks = file.diff.hunks
        for hunk in hunks.indices {
            if !hunks[hunk].section.isEmpty {
                let section = rules.treatment.treated(hunks[hunk].section, bytesMax: 200)
                hunks[hunk].section = section.text
                isSuspicious = isSuspicious || section.isSuspicious
            }
            // Most lines are as they were: those are not written, so that the lines need not be copied and measured anew.
            let lines = file.diff.hunks[hunk].lines
            for index in lines.indices {
                guard let treated = rules.treatment.changed(lines[index]) else { continue }
                hunks[hunk].lines[index].text = treated.text
                isSuspicious = isSuspicious || treated.isSuspicious
                isCut = isCut || treated.isCut
            }
        }
        self.hunks = hunks
        self.isSuspicious = isSuspicious
        self.isCut = isCut
        whole = FileText.measure(title, hunks)
    }

    /// Leaves out the hunks with these indices, and the file when none is left.
    mutating func leaveOut(_ seen: Set<Int>) {
        guard dropReason == nil else { return }
        hunks = hunks.enumerated().filter { !seen.contains($0.offset) }.map(\.element)
        changedCount = hunks.reduce(0) { $0 + $1.lines.count { $0.kind != .context } }
        if !hunks.contains(where: \.isChanged) { drop(for: .unchanged) }
    }

    mutating func drop(for reason: OmittedFile.Reason) {
        dropReason = reason
        hunks = []
        isSuspicious = false
    }
}

/// Finds files that are changed just as another one is.
enum Duplicates {
    /// Changed lines from which two new files with the same content are one.
    static let newFileLinesMin = 5
    /// Files with the same change from which only one is shown.
    static let filesMin = 3
    /// Bytes of change in code from which the same change is one; a short one may mean another thing elsewhere.
    static let codeBytesMin = 200

    /// How much is changed: most changes differ in this already.
    private struct Size: Hashable {
        var lines = 0
        var bytes = 0

        init(_ hunks: [DiffHunk]) {
            for hunk in hunks {
                for line in hunk.lines where line.kind != .context {
                    lines += 1
                    bytes += line.byteCount
                }
            }
        }
    }

    /// Tells changes of one size apart at a glance; those with the same key are then compared.
    private struct Key: Hashable {
        let size: Size
        let hash: Int

        init(_ size: Size, _ hunks: [DiffHunk]) {
            var hasher = Hasher()
            for hunk in hunks {
                for line in hunk.lines where line.kind != .context {
                    hasher.combine(line.kind == .added)
                    // Texts that are equal by Unicode's rules but not by their bytes are different changes.
                    line.withBytes { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
                }
            }
            self.size = size
            hash = hasher.finalize()
        }
    }

    /// The indices of the files to leave out. Of each group the first of the most valuable category stays.
    static func indices(in candidates: [Candidate], _ files: [ExaminedFile]) -> [Int] {
        let sizes = Dictionary(grouping: files.lazy.filter { $0.dropReason == nil }.map(\.index)) {
            Size(candidates[$0].diff.hunks)
        }
        var groups: [Key: [[Int]]] = [:]
        for (size, members) in sizes where members.count > 1 && size.lines > 0 {
            for index in members {
                let hunks = candidates[index].diff.hunks
                let key = Key(size, hunks)
                let same = groups[key]?.firstIndex { isSame(candidates[$0[0]].diff.hunks, hunks) }
                if let same { groups[key]?[same].append(index) } else { groups[key, default: []].append([index]) }
            }
        }
        return groups.flatMap { key, groups in
            groups.flatMap { redundant($0, key.size, candidates, files) }
        }
    }

    private static func redundant(
        _ members: [Int], _ size: Size, _ candidates: [Candidate], _ files: [ExaminedFile]
    ) -> [Int] {
        guard members.count > 1 else { return [] }
        let areNew = members.allSatisfy { candidates[$0].diff.kind == .added }
        let isCode = members.contains { files[$0].category == .production }
        guard areNew && size.lines >= newFileLinesMin || members.count >= filesMin,
            !isCode || size.bytes >= codeBytesMin,
            let kept = members.min(by: { (files[$0].category, $0) < (files[$1].category, $1) })
        else { return [] }
        return members.filter { $0 != kept }
    }

    private static func isSame(_ left: [DiffHunk], _ right: [DiffHunk]) -> Bool {
        let lines = { (hunks: [DiffHunk]) in hunks.lazy.flatMap(\.lines).filter { $0.kind != .context } }
        return lines(left).elementsEqual(lines(right)) {
            $0.kind == $1.kind && $0.hasSameBytes(as: $1)
        }
    }
}
