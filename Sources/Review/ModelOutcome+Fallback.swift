extension ModelOutcome {
    /// Why another model may do what this one did not, as words that follow its name: it declined, it is not there, or
    /// it has too much to do. Nil where the same would happen again (a key, an account, an address, a request that
    /// nobody takes) and where money may be on its way.
    ///
    /// A call to the next model needs a hold of its own; a refusal may have been charged.
    public var reasonToTryNext: String? {
        switch self {
        case .answered(let answer):
            if case .refused = answer.stop { "declined to review the change" } else { nil }
        case .notCharged(let failure): failure.reasonToTryNext
        case .unknown: nil
        }
    }
}

extension ModelFailure {
    fileprivate var reasonToTryNext: String? {
        switch kind {
        case .notFound: "is not known to the model's server"
        case .overloaded: "was overloaded"
        case .rateLimited: "had too many requests"
        case .tooLong: "takes no prompt of this length"
        // A key may be allowed one model and not another; a wrong key is wrong for all.
        case .auth: status == 403 ? "may not be used with the API key" : nil
        case .quota, .invalid, .unavailable, .unreachable: nil
        }
    }

    /// Whether the request may be taken when less is asked of its answer: 400, or 422 of servers that check fields.
    var mayBeOfTheForm: Bool { (status == 400 || status == 422) && kind != .quota && kind != .tooLong }
}
