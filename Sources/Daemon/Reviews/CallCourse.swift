import Budget
import Review

/// How far the calls for one review have come: what was answered, what is still to be shown, whom not to ask again.
///
/// Made from the answers on the disk alone, so that a review that was cut off goes on where it was.
struct CallCourse: Sendable {
    /// What was answered and paid for, refusals too, oldest first.
    private(set) var answers: [PaidAnswer]
    /// Models that are not asked again for this review, in the order in which they failed.
    private(set) var failed: [PassedOverModel] = []

    /// The course after `answers`.
    init(_ answers: [PaidAnswer] = []) {
        self.answers = answers
        failed = answers.compactMap(PassedOverModel.init)
    }

    /// The answers that say something about a part of the change.
    var parts: [PaidAnswer] { answers.filter { !$0.isRefusal } }

    /// Paths of the files that the plan of the first call gave to later ones and that no call has shown; nil before the
    /// first answer, when everything is to be planned.
    var waiting: [String]? {
        let parts = parts
        guard let last = parts.last else { return nil }
        let shown = Set(parts.flatMap(\.includedFiles))
        return last.waitingFiles.filter { !shown.contains($0) }
    }

    /// Whether every part of the change that was to be shown has been.
    var isComplete: Bool { waiting?.isEmpty ?? false }

    /// Takes `answer` down; a refusal passes its model over.
    mutating func take(_ answer: PaidAnswer) {
        answers.append(answer)
        if let model = PassedOverModel(answer) { failed.append(model) }
    }

    /// Passes `model` over for `reason`.
    mutating func passOver(_ model: String, for reason: String, isTooShort: Bool) {
        failed.append(PassedOverModel(model: model, reason: reason, isTooShort: isTooShort))
    }

    /// `planner` for what is left to do.
    func applied(to planner: ReviewPlanner) -> ReviewPlanner {
        var planner = planner
        planner.callsMax = max(1, planner.callsMax - parts.count)
        for model in failed {
            planner.passedOver.insert(model.model)
            if model.isTooShort { planner.passOver(tooShort: model.model) }
        }
        return planner
    }
}

extension PassedOverModel {
    /// The model of `answer`, where that is a refusal.
    fileprivate init?(_ answer: PaidAnswer) {
        guard let reason = ModelOutcome.answered(answer.answer).reasonToTryNext else { return nil }
        self.init(model: answer.askedModel, reason: reason)
    }
}
