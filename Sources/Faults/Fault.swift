/// One way in which a request to a server goes wrong.
package enum Fault: Sendable, Hashable {
    /// It does not.
    case none
    /// A proxy answers this status with an HTML page; the server never hears of the request.
    case error(Int)
    /// The server acts on the request, and a proxy answers this status in its place.
    case errorAfterEffect(Int)
    /// These bytes are the answer, whatever they are; the server never hears of the request.
    case answer(String)
    /// 429, with `Retry-After` when there are seconds; the server never hears of the request.
    case tooManyRequests(retryAfterSeconds: Int?)
    /// The connection breaks before the server hears of the request.
    case dropBefore
    /// The server acts on the request and the connection breaks before the first byte of its answer.
    case dropAfter
    /// The server acts on the request and the connection breaks in the middle of the answer's body.
    case cut
    /// The answer is right and this many milliseconds late.
    case slow(milliseconds: Int)
    /// Nothing comes until the client gives up; the server never hears of the request. Costs the client's whole deadline.
    case hang
    /// The server acts on the request and nothing comes until the client gives up.
    case hangAfterEffect

    /// Whether the server hears of the request.
    package var reachesServer: Bool {
        switch self {
        case .none, .errorAfterEffect, .dropAfter, .cut, .slow, .hangAfterEffect: true
        case .error, .answer, .tooManyRequests, .dropBefore, .hang: false
        }
    }
}

/// Which fault each request meets.
package struct FaultPlan: Sendable {
    /// What a plan decides by.
    package struct Question: Sendable, Equatable {
        /// `GET`, `POST`, …
        package let method: String
        /// The path with its query, as it was sent.
        package let target: String
        /// How many requests of this method and path came before, whatever their query: 0 for the first.
        package let repetition: Int
        /// How many requests of any kind came before.
        package let number: Int

        /// A question of these parts.
        package init(method: String, target: String, repetition: Int, number: Int) {
            self.method = method
            self.target = target
            self.repetition = repetition
            self.number = number
        }
    }

    /// The decision itself.
    package let decide: @Sendable (Question) -> Fault

    /// A plan that a closure decides.
    package init(_ decide: @escaping @Sendable (Question) -> Fault) { self.decide = decide }

    /// Nothing goes wrong.
    package static let calm = FaultPlan { _ in .none }

    /// A share of all requests fails, by chance and yet always in the same way: which fault a request meets depends on the seed,
    /// its method, its path and its repetition, not on how threads are scheduled.
    ///
    /// `percents` are of all requests; what is left of 100 passes.
    package static func seeded(_ seed: UInt64, _ percents: [(Fault, Int)] = storm) -> FaultPlan {
        FaultPlan { question in
            var hash = seed &+ 0x9E37_79B9_7F4A_7C15
            for byte in "\(question.method) \(question.target.prefix { $0 != "?" }) \(question.repetition)".utf8 {
                hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
            }
            // The finishing steps of SplitMix64.
            hash = (hash ^ (hash >> 30)) &* 0xBF58_476D_1CE4_E5B9
            hash = (hash ^ (hash >> 27)) &* 0x94D0_49BB_1331_11EB
            var place = Int((hash ^ (hash >> 31)) % 100)
            for (fault, percent) in percents {
                if place < percent { return fault }
                place -= percent
            }
            return .none
        }
    }

    /// A very bad day: about half of all requests fail, a third with 500 or 502. Nothing hangs.
    package static let storm: [(Fault, Int)] = [
        (.error(500), 18), (.errorAfterEffect(502), 12), (.tooManyRequests(retryAfterSeconds: 1), 4),
        (.tooManyRequests(retryAfterSeconds: nil), 3), (.dropBefore, 4), (.dropAfter, 4), (.cut, 3),
        (.slow(milliseconds: 20), 4),
    ]
}
