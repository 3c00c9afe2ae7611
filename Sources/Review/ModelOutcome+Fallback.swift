extension ModelOutcome {
    /// Whether another model may do what this one did not: it declined, it is not there, or it has too much to do.
    ///
    /// A call to the next model needs a hold of its own; a refusal may have been charged. False where the same would
    /// happen again (a key, an account, an address, a request that nobody takes) and where money may be on its way.
    public var shouldTryNext: Bool {
        switch self {
        case .answered(let answer):
            if case .refused = answer.stop { true } else { false }
        case .notCharged(let failure):
            switch failure.kind {
            case .notFound, .overloaded, .rateLimited: true
            // A key may be allowed one model and not another; a wrong key is wrong for all.
            case .auth: failure.status == 403
            case .quota, .invalid, .unavailable, .unreachable: false
            }
        case .unknown: false
        }
    }
}

extension ModelFailure {
    /// Whether the request may be taken when less is asked of its answer: 400, or 422 of servers that check fields.
    var mayBeOfTheForm: Bool { (status == 400 || status == 422) && kind != .quota }
}
