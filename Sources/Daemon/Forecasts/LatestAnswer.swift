import Synchronization

/// Keeps the answer to the latest question. Whoever asks the same while it is worked out waits for it, so that many
/// pages that are fetched at once after a change have it worked out once.
final class LatestAnswer<Question: Equatable & Sendable, Answer: Sendable>: Sendable {
    private struct Kept: Sendable {
        let question: Question
        let answer: Answer
    }

    private let kept = Mutex<Kept?>(nil)

    /// The answer that is kept, or that of `make`, which must not ask here again. What fails is not kept.
    func answer<Failure: Error>(
        to question: Question, _ make: () throws(Failure) -> Answer
    ) throws(Failure) -> Answer {
        try kept.withLock { (kept) throws(Failure) -> Answer in
            if let kept, kept.question == question { return kept.answer }
            let fresh = try make()
            kept = Kept(question: question, answer: fresh)
            return fresh
        }
    }
}
