/// The field lines of a head in their order, read from its bytes when they are asked for.
///
/// Most requests are answered after looking at one or two fields, so nothing is built ahead. The bytes were checked
/// before: each line has a colon, a name of token characters and a CR LF at its end.
public struct HTTPFields: Sendable, Sequence {
    /// One field line.
    public struct Field: Sendable, Equatable {
        /// The name as it was written.
        public let name: String
        /// The value without the blanks around it; opaque bytes.
        public let value: [UInt8]

        /// A field of `name` and `value`.
        public init(name: String, value: [UInt8]) {
            self.name = name
            self.value = value
        }
    }

    let bytes: [UInt8]
    let start: Int

    /// The value of the first line named `name`, in any letter case; nil when there is none or it is not UTF-8.
    public subscript(_ name: String) -> String? { bytes(of: name).flatMap { String(validating: $0, as: UTF8.self) } }

    /// The bytes of the first line named `name`, in any letter case.
    public func bytes(of name: String) -> [UInt8]? {
        let name = name.utf8.map(lowercased)
        var line = FieldLine(after: start)
        while line.next(in: bytes) {
            if line.isNamed(name, in: bytes) { return Array(bytes[line.value]) }
        }
        return nil
    }

    /// The values of all lines named `name` in their order, those that are UTF-8.
    public func all(_ name: String) -> [String] {
        let name = name.utf8.map(lowercased)
        var values: [String] = []
        var line = FieldLine(after: start)
        while line.next(in: bytes) {
            if line.isNamed(name, in: bytes), let text = String(validating: bytes[line.value], as: UTF8.self) {
                values.append(text)
            }
        }
        return values
    }

    /// Walks over all lines.
    public func makeIterator() -> AnyIterator<Field> {
        var line = FieldLine(after: start)
        return AnyIterator {
            guard line.next(in: bytes) else { return nil }
            return Field(name: String(decoding: bytes[line.name], as: UTF8.self), value: Array(bytes[line.value]))
        }
    }
}

/// A place in checked field lines.
private struct FieldLine {
    private(set) var name: Range<Int>
    private(set) var value: Range<Int>
    private var end: Int

    init(after start: Int) {
        name = start..<start
        value = start..<start
        end = start
    }

    /// Moves to the next line; false at the blank line that ends the head.
    mutating func next(in bytes: [UInt8]) -> Bool {
        let span = bytes.span
        guard end < bytes.count, let colon = firstIndex(of: UInt8(ascii: ":"), span, end..<bytes.count),
            let lineEnd = firstIndex(of: carriageReturn, span, colon..<bytes.count)
        else { return false }
        name = end..<colon
        value = trimmed(span, (colon + 1)..<lineEnd)
        end = lineEnd + 2
        return true
    }

    func isNamed(_ wanted: [UInt8], in bytes: [UInt8]) -> Bool {
        guard wanted.count == name.count else { return false }
        for (offset, byte) in wanted.enumerated() where lowercased(bytes[name.lowerBound + offset]) != byte {
            return false
        }
        return true
    }
}
