/// What one look at the installation found.
package struct Check: Sendable, Equatable {
    /// How it stands.
    package enum State: String, Sendable, CaseIterable {
        /// As it should be.
        case ok
        /// It works, and somebody should look at it some time.
        case warning
        /// It keeps Bursar from its work.
        case failed
        /// Not looked at, because something else has to be mended first or the token may not see it.
        case skipped
    }

    /// What was looked at: `token`, `hook of group/app`.
    package let name: String
    /// How it stands.
    package let state: State
    /// What was seen, in a sentence.
    package let seen: String
    /// What to do; empty when there is nothing to do.
    package let advice: String

    static func ok(_ name: String, _ seen: String) -> Check { Check(name: name, state: .ok, seen: seen, advice: "") }

    static func warning(_ name: String, _ seen: String, _ advice: String) -> Check {
        Check(name: name, state: .warning, seen: seen, advice: advice)
    }

    static func failed(_ name: String, _ seen: String, _ advice: String) -> Check {
        Check(name: name, state: .failed, seen: seen, advice: advice)
    }

    static func skipped(_ name: String, _ reason: String, _ advice: String = "") -> Check {
        Check(name: name, state: .skipped, seen: reason, advice: advice)
    }
}
