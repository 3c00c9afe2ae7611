/// The counters to which names of calls lead, remembered: people, projects and models come again, and to find a counter
/// means to hash its scope, which costs more than all else that an admission does.
///
/// Names are as counters have them, so that two names that are equal lead to the same. What is remembered holds until a
/// counter loses its place: whoever takes one away forgets all names.
struct KnownNames: Sendable {
    /// By `CallPart`, then by name: places in `counters`.
    private var names = [[String: Range<Int>]](repeating: [:], count: CallPart.allCases.count)
    /// The counters of all names, one name's after the other's.
    private(set) var counters: [Counters.Found] = []

    /// The most names of one part that are remembered, and the most counters of all of them. With one more it begins
    /// anew, because names come from outside.
    static let namesMax = 1024
    static let countersMax = 16_384

    /// Where in `counters` those of `name` are; nil: it is not known.
    subscript(part: CallPart, name: String) -> Range<Int>? { names[part.rawValue][name] }

    /// Remembers that `name` leads to `found`, unless these are more than are remembered at all.
    mutating func remember(_ found: some Collection<Counters.Found>, for part: CallPart, _ name: String) {
        if names[part.rawValue].count >= Self.namesMax || counters.count + found.count > Self.countersMax { forget() }
        guard found.count <= Self.countersMax else { return }
        let start = counters.count
        counters.append(contentsOf: found)
        names[part.rawValue][name] = start..<counters.count
    }

    /// Forgets all names.
    mutating func forget() {
        for part in names.indices { names[part].removeAll(keepingCapacity: true) }
        counters.removeAll(keepingCapacity: true)
    }

    /// How many names of `part` are remembered.
    func count(of part: CallPart) -> Int { names[part.rawValue].count }
}
