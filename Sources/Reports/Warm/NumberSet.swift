/// Some numbers, each once; mostly there is one, which takes no memory of its own.
struct NumberSet: Sendable {
    private var first: UInt32?
    private var others: Set<UInt32> = []

    /// Adds `number` unless it is there.
    mutating func insert(_ number: UInt32) {
        guard first != number else { return }
        if first == nil { first = number } else { others.insert(number) }
    }

    /// The numbers, in no order.
    var numbers: [UInt32] { first.map { [$0] + others } ?? [] }
}
