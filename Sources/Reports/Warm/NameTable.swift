/// Names as small numbers: a row has its six names in 24 bytes.
struct NameTable: Sendable {
    /// A name by its bytes, as the files have it: to `String` two spellings of é are one name.
    private struct Key: Hashable {
        let text: String

        static func == (left: Key, right: Key) -> Bool { left.text.utf8.elementsEqual(right.text.utf8) }

        func hash(into hasher: inout Hasher) {
            var text = text
            text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        }
    }

    private var names: [String] = []
    private var numbers: [Key: UInt32] = [:]

    /// How many names there are.
    var count: Int { names.count }

    /// The number of `name`, which is added when it is new.
    mutating func number(adding name: String) -> UInt32 {
        if let number = numbers[Key(text: name)] { return number }
        let number = UInt32(truncatingIfNeeded: names.count)
        names.append(name)
        numbers[Key(text: name)] = number
        return number
    }

    /// The number of `name`; nil when no row has it.
    func number(of name: String) -> UInt32? { numbers[Key(text: name)] }

    /// The name of `number`.
    subscript(_ number: UInt32) -> String { names.indices.contains(Int(number)) ? names[Int(number)] : "" }

    /// Whether `isWanted` says yes to the name, by its number.
    func marks(_ isWanted: (String) -> Bool) -> [Bool] { names.map(isWanted) }
}

/// The names of all rows, a table for each column that has names.
struct RowNames: Sendable {
    var projects = NameTable()
    var users = NameTable()
    var models = NameTable()
    var agents = NameTable()
    var commands = NameTable()
    /// The session of a row without a merge request is the empty name.
    var sessions = NameTable()
}
