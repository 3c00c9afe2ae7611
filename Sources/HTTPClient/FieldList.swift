/// Header fields in their order; names are compared without regard to case (RFC 9110 section 5.1).
public struct FieldList: Sendable, Equatable, ExpressibleByDictionaryLiteral {
    /// One field.
    public struct Field: Sendable, Equatable {
        /// The name as it was written.
        public let name: String
        /// The value without blanks about it.
        public let value: String
    }

    /// The fields in their order.
    public private(set) var fields: [Field] = []

    /// Fields in the order written.
    public init(dictionaryLiteral elements: (String, String)...) {
        for (name, value) in elements { append(name, value) }
    }

    /// Adds a field at the end.
    public mutating func append(_ name: String, _ value: String) { fields.append(Field(name: name, value: value)) }

    /// The value of the first field called `name`. Setting replaces every field of that name; nil removes them.
    public subscript(_ name: String) -> String? {
        get {
            let wanted = Self.folded(name)
            return fields.first { Self.folded($0.name) == wanted }?.value
        }
        set {
            let wanted = Self.folded(name)
            fields.removeAll { Self.folded($0.name) == wanted }
            if let newValue { append(name, newValue) }
        }
    }

    // Only ASCII letters have a case here: `lowercased()` would fold the Kelvin sign to a k.
    private static func folded(_ name: String) -> [UInt8] {
        name.utf8.map { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 ? $0 | 0x20 : $0 }
    }
}
