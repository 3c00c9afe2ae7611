public import UTCTime

/// One review on its way: what was asked for, how far it has come, and what it holds.
public struct Job: Sendable, Equatable {
    /// Its name in the books, unguessable: the hidden marker of its note is made from it.
    public let id: String
    /// Its place in the order of requests; a newer head takes the place of the one it replaces.
    public let turn: Int
    /// What was asked for.
    public let wish: Wish
    /// How often the merge request had been asked anew before.
    public let generation: Int
    /// When it was taken.
    public let acceptedAt: Instant

    /// The head that is reviewed, once it is known.
    public internal(set) var head: String?
    /// How far the note has come.
    public internal(set) var posting = Posting.none
    /// Times it was begun since it last waited.
    public internal(set) var startCount = 0
    /// The model calls made for it, oldest first.
    public internal(set) var calls: [Call] = []
    /// What it waits for, beside its turn.
    public internal(set) var deferral: Deferral?
    /// How it ended; nil while it has not.
    public internal(set) var result: JobResult?
    /// What happened to it.
    public internal(set) var steps: [JobStep] = []

    /// `group/app!123`, for people.
    public var name: String {
        let project = wish.projectPath.isEmpty ? String(wish.mergeRequest.projectID) : wish.projectPath
        return "\(project)!\(wish.mergeRequest.iid)"
    }

    /// How far a note has come.
    public enum Posting: String, Sendable {
        /// It has not been sent.
        case none
        /// It may have been sent: look before sending.
        case begun
        /// It stands on the merge request.
        case done
    }

    /// One model call and the tokens held for it.
    public struct Call: Sendable, Equatable {
        /// How far a call has come.
        public enum State: String, Sendable {
            /// Tokens are held.
            case reserved
            /// It may have been made.
            case dispatched
            /// Its answer is on the disk.
            case answered
            /// Its usage is in the books.
            case settled
            /// It came to no answer; its tokens stay held.
            case lost
            /// It cost nothing; nothing is held.
            case released
        }

        /// The reservation of its tokens.
        public let reservation: String
        /// Tokens held.
        public let tokens: Int
        /// How far it has come.
        public internal(set) var state: State
    }

    /// Calls that may have cost money.
    public var dispatchedCount: Int { calls.count { $0.state != .reserved && $0.state != .released } }
    /// Calls that came to no answer.
    public var lostCount: Int { calls.count { $0.state == .lost } }
    /// Tokens that calls without an answer hold.
    public var lostTokens: Int {
        calls.reduce(0) { sum, call in
            call.state == .lost ? sum.addingReportingOverflow(call.tokens).partialValue : sum
        }
    }
    /// The last call.
    public var lastCall: Call? { calls.last }
    /// Whether nothing but words would be lost if it were replaced.
    var isUntouched: Bool {
        posting == .none && calls.allSatisfy { $0.state == .released }
    }
}

/// Why and until when a review waits.
public struct Deferral: Sendable, Equatable {
    /// What it waits for.
    public enum Kind: String, Sendable {
        /// A budget's reset.
        case budget
        /// That something works again.
        case trouble
    }

    /// What it waits for.
    public var kind: Kind
    /// When it is tried again.
    public var until: Instant
    /// When it first had to wait for this.
    public var since: Instant
    /// Tries that came to nothing.
    public var failureCount: Int
    /// Why, in words.
    public var reason: String

    /// A deferral of these parts.
    public init(kind: Kind, until: Instant, since: Instant, failureCount: Int, reason: String) {
        self.kind = kind
        self.until = until
        self.since = since
        self.failureCount = failureCount
        self.reason = reason.cut(to: 500)
    }
}

/// How a review ended.
public struct JobResult: Sendable, Equatable {
    /// How a review ended.
    public enum Outcome: String, Sendable, CaseIterable {
        /// Its note stands on the merge request.
        case posted
        /// A budget left no room, and it is not tried again by itself.
        case blocked
        /// It failed for good.
        case failed
        /// There was nothing to do any more.
        case skipped
        /// There was nothing to show a model.
        case empty
        /// A newer wish took its place.
        case superseded
        /// The label was taken away before its turn.
        case withdrawn
        /// Who asked may not.
        case refused
        /// It was paid for and could not be posted.
        case undelivered
    }

    /// How.
    public var outcome: Outcome
    /// Why, in words.
    public var reason: String

    /// A result of these parts.
    public init(_ outcome: Outcome, _ reason: String) {
        self.outcome = outcome
        self.reason = reason.cut(to: 500)
    }
}

/// Something that happened to a review.
public struct JobStep: Sendable, Equatable {
    /// When.
    public let time: Instant
    /// What.
    public let event: Event

    /// What can happen to a review.
    public enum Event: Sendable, Equatable {
        /// It was begun, for the so-manieth time.
        case started(count: Int)
        /// This head is reviewed.
        case planned(head: String)
        /// Tokens are held.
        case reserved(reservation: String, tokens: Int)
        /// From here on the call may cost money.
        case dispatched(reservation: String)
        /// The answer is on the disk.
        case answered(reservation: String)
        /// The call is a row in the books.
        case settled(reservation: String)
        /// The call came to no answer; its tokens stay held.
        case lost(reservation: String)
        /// The tokens were given back.
        case released(reservation: String)
        /// From here on the note may be on the merge request.
        case posting
        /// The note is on the merge request.
        case posted(noteID: Int?)
        /// It waits.
        case deferred(Deferral)
        /// It ended.
        case finished(JobResult)
    }
}
