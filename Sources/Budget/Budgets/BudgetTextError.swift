/// Why a text that was to describe a budget does not.
public struct BudgetTextError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was to be read: `scope`, `budgets[2].period`.
    public var field: String
    /// The text as it was given; nil when there was none.
    public var value: String?
    /// What is wrong with it, and what is accepted.
    public var reason: String

    /// An error about `value` in `field`.
    public init(_ field: String, _ value: String?, _ reason: String) {
        self.field = field
        self.value = value
        self.reason = reason
    }

    /// `scope "projekt:app": no such scope; accepted are …`. Longer values are cut.
    public var description: String {
        let shown = value.map { " \"\($0.count > 80 ? $0.prefix(80) + "…" : $0[...])\"" } ?? ""
        return "\(field)\(shown): \(reason)"
    }

    /// The same error with `path` before the field: `budgets[2].` makes `budgets[2].period`.
    public func under(_ path: String) -> BudgetTextError { BudgetTextError(path + field, value, reason) }
}

extension BudgetTextError {
    /// Checks a name of a budget or a team: it stands in paths of the API and on the command line.
    public static func checkName(_ name: String, _ field: String) throws(BudgetTextError) {
        let bytes = name.utf8
        let isFine = bytes.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        guard isFine, 1...nameBytesMax ~= bytes.count, bytes.first != UInt8(ascii: "."),
            bytes.first != UInt8(ascii: "-")
        else {
            throw BudgetTextError(
                field, name,
                "accepted are up to \(nameBytesMax) letters, digits, '.', '_' and '-', not starting with '.' or '-'")
        }
    }

    /// The most bytes of a name.
    static let nameBytesMax = 64
}
