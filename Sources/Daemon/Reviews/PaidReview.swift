import Budget
import Review

/// The answers of one review's calls, as the one review that its note is about.
struct PaidReview: Sendable {
    /// What was paid for, refusals too, oldest first; never empty.
    private(set) var answers: [PaidAnswer]
    private let last: PaidAnswer

    /// A review of `answers`; nil when there is none.
    init?(_ answers: [PaidAnswer]) {
        guard let last = answers.last else { return nil }
        self.answers = answers
        self.last = last
    }

    /// The review that ends before every part was answered, and the answer that knows why, to be kept.
    func ended(_ ending: ReviewEnding) -> (review: PaidReview, changed: PaidAnswer) {
        var changed = last
        changed.restReason = ending.reason
        if !rest.isEmpty {
            changed.remarks.append(ending.sentence)
        } else if case .noAnswer(let message) = ending, last.isRefusal, !message.isEmpty {
            changed.remarks.append(message)
        }
        return (PaidReview(Array(answers.dropLast()) + [changed], last: changed), changed)
    }

    private init(_ answers: [PaidAnswer], last: PaidAnswer) {
        (self.answers, self.last) = (answers, last)
    }

    /// The answers that say something; the last refusal where there is no other.
    private var parts: [PaidAnswer] {
        let parts = answers.filter { !$0.isRefusal }
        return parts.isEmpty ? [last] : parts
    }

    // MARK: What was said

    /// The commit that was reviewed.
    var headSHA: String { last.headSHA }
    /// What the models wrote, as one reading.
    var reading: ReviewReading {
        let readings = parts.map { ReviewReading($0.answer.text) }
        guard readings.count > 1 else { return readings.first ?? ReviewReading() }
        func joined(_ texts: [String]) -> String { texts.filter { !$0.isEmpty }.unique.joined(separator: "\n\n") }
        return ReviewReading(
            verdict: joined(readings.map(\.verdict)), findings: readings.flatMap(\.findings),
            rest: joined(readings.map(\.rest)), isWhole: readings.allSatisfy(\.isWhole))
    }
    /// Why the models stopped writing: the worst of it.
    var stop: ModelAnswer.Stop {
        let stops = parts.map(\.answer.stop)
        return stops.first { $0 == .cutOff } ?? stops.first { $0 != .complete } ?? .complete
    }
    /// Secrets on added lines, found without the model.
    var secrets: [Finding] { last.secrets }
    /// What the review set out with.
    var outset: ReviewOutset { last.outset }
    /// The least severity that the project wants to hear of; nil is all.
    var severityFloor: Finding.Severity? { last.severityFloor }

    /// The model that was asked last.
    var askedModel: String { last.askedModel }

    // MARK: What was shown

    var includedFiles: [String] { parts.flatMap(\.includedFiles) }
    var trimmedFiles: [OmittedFile] { parts.flatMap(\.trimmedFiles) }
    /// The others, those whose turn did not come among them.
    var omittedFiles: [OmittedFile] {
        let known = parts.flatMap(\.omittedFiles)
        let named = Set(known.map(\.path))
        let reason = last.restReason ?? .noAnswer
        return known + rest.filter { !named.contains($0) }.map { OmittedFile(path: $0, reason: reason) }
    }
    /// Paths of files that were to be shown and were not.
    private var rest: [String] {
        let shown = Set(includedFiles)
        return (parts.last?.waitingFiles ?? []).filter { !shown.contains($0) }
    }
    var suspiciousFiles: [String] { parts.flatMap(\.suspiciousFiles).unique }
    var isDescriptionCut: Bool { parts.contains(where: \.isDescriptionCut) }
    var incompleteness: String? { last.incompleteness }
    var steps: [String] { answers.flatMap(\.steps).unique }
    /// What else the reader must know, each a sentence.
    var remarks: [String] {
        var remarks = answers.flatMap(\.remarks).unique
        let silent = answers.filter { $0.answer.usage == nil }
        if !silent.isEmpty, silent.count < answers.count {
            let held = silent.reduce(0) { $0.addingReportingOverflow($1.heldTokens).partialValue }
            remarks.append(
                "\(silent.count) of \(answers.count) answers came without usage: \(held) tokens stay held and are not in "
                    + "the figures.")
        }
        return remarks
    }

    // MARK: What it took

    /// The models that were asked for what is in the note, each once.
    var model: String { parts.map(\.answer.model).unique.joined(separator: ", ") }
    /// What all calls used whose server said so; nil when none did.
    var usage: TokenUsage? {
        let known = answers.compactMap(\.answer.usage)
        guard known.count > 1 else { return known.first }
        func sum(_ path: KeyPath<TokenUsage, Int>) -> Int { known.reduce(0) { $0 + $1[keyPath: path] } }
        return try? TokenUsage(
            inputTokens: sum(\.inputTokens), outputTokens: sum(\.outputTokens),
            cacheWriteTokens: sum(\.cacheWriteTokens), longCacheWriteTokens: sum(\.longCacheWriteTokens),
            cacheReadTokens: sum(\.cacheReadTokens))
    }
    /// What had been held for all calls.
    var heldTokens: Int { answers.reduce(0) { $0.addingReportingOverflow($1.heldTokens).partialValue } }
    /// The input that had been expected of the calls whose usage is known; of all where none is.
    var estimatedInputTokens: Int {
        let known = answers.filter { $0.answer.usage != nil }
        return (known.isEmpty ? answers : known).reduce(0) {
            $0.addingReportingOverflow($1.estimatedInputTokens).partialValue
        }
    }
    /// What all calls cost; nil when that is not known of each.
    var cost: MicroUSD? { Self.sum(answers.map { $0.cost?.amount }) }
    /// What all calls had been expected to cost; nil when that is not known of each.
    var estimatedCost: MicroUSD? { Self.sum(answers.map(\.estimatedCost)) }

    private static func sum(_ amounts: [MicroUSD?]) -> MicroUSD? {
        let known = amounts.compactMap { $0?.value }
        guard known.count == amounts.count else { return nil }
        return MicroUSD(known.reduce(0) { $0.addingReportingOverflow($1).partialValue })
    }
}

extension [String] {
    /// Each text once, where it comes first.
    fileprivate var unique: [String] {
        var seen: Set<String> = []
        return filter { seen.insert($0).inserted }
    }
}
