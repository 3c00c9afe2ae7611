import Testing

@testable import Daemon

@Suite struct LatestAnswerTests {
    private struct Failure: Error {}

    @Test("the same question is worked out once, another one anew")
    func once() {
        let answers = LatestAnswer<Int, String>()
        var made: [Int] = []
        func ask(_ question: Int) -> String {
            answers.answer(to: question) {
                made.append(question)
                return "\(question)"
            }
        }
        #expect([1, 1, 2, 2, 1].map(ask) == ["1", "1", "2", "2", "1"])
        #expect(made == [1, 2, 1])
    }

    @Test("what fails is not kept, and what was kept before stays")
    func failure() throws {
        let answers = LatestAnswer<Int, String>()
        #expect(answers.answer(to: 1) { "one" } == "one")
        #expect(throws: Failure.self) {
            try answers.answer(to: 2) { () throws(Failure) -> String in throw Failure() }
        }
        #expect(answers.answer(to: 1) { "another" } == "one")
        #expect(answers.answer(to: 2) { "two" } == "two")
    }
}
