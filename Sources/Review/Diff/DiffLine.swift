/// One line of a hunk.
///
/// A large change has hundreds of thousands: a line is a place in the bytes of the diff, which all its lines share, and
/// becomes a string of its own only where somebody asks for it.
public struct DiffLine: Sendable {
    /// On which side the line is.
    public enum Kind: Sendable { case context, added, removed }

    /// UTF-8, in which the line stands.
    private var source: [UInt8]
    private var start: UInt32
    private var length: UInt32
    private var old: Number
    private var new: Number
    /// On which side the line is.
    public var kind: Kind
    /// Whether the file ends here without a line break.
    public var lacksLineBreak: Bool

    /// The line without its sign and its line break; a CR before the line break is part of it.
    public var text: String {
        get { withBytes { $0.text } }
        set {
            source = Array(newValue.utf8)
            (start, length) = (0, UInt32(clamping: source.count))
        }
    }
    /// Its number in the file before; nil for an added line.
    public var oldNumber: Int? {
        get { old.value }
        set { old = Number(newValue) }
    }
    /// Its number in the file after; nil for a removed line.
    public var newNumber: Int? {
        get { new.value }
        set { new = Number(newValue) }
    }

    /// A line of these parts.
    public init(kind: Kind, text: String, oldNumber: Int? = nil, newNumber: Int? = nil, lacksLineBreak: Bool = false) {
        let source = Array(text.utf8)
        self.init(
            kind: kind, in: source, at: 0, count: source.count, oldNumber: oldNumber, newNumber: newNumber,
            lacksLineBreak: lacksLineBreak)
    }

    /// The line of `count` bytes at `start` of `source`, which must be UTF-8.
    init(
        kind: Kind, in source: [UInt8], at start: Int, count: Int, oldNumber: Int? = nil, newNumber: Int? = nil,
        lacksLineBreak: Bool = false
    ) {
        self.kind = kind
        self.source = source
        self.start = UInt32(clamping: start)
        length = UInt32(clamping: count)
        old = Number(oldNumber)
        new = Number(newNumber)
        self.lacksLineBreak = lacksLineBreak
    }

    /// The bytes of `text`, in number.
    var byteCount: Int { Int(length) }

    /// Calls `body` with the bytes of `text`.
    @inline(__always) func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        source.withUnsafeBufferPointer { body($0.slice(Int(start)..<(Int(start) + Int(length)))) }
    }

    /// Whether the bytes of both are the same.
    func hasSameBytes(as other: DiffLine) -> Bool {
        length == other.length && withBytes { left in other.withBytes { left.elementsEqual($0) } }
    }

    /// The number of a line, or none: half as large as `Int?`.
    private struct Number: Equatable {
        private let stored: Int32

        init(_ value: Int?) { stored = value.map { Int32(clamping: max(0, $0)) } ?? -1 }

        var value: Int? { stored < 0 ? nil : Int(stored) }
    }
}

extension DiffLine: Equatable {
    /// Whether all that is known of both is the same.
    public static func == (left: DiffLine, right: DiffLine) -> Bool {
        left.kind == right.kind && left.old == right.old && left.new == right.new
            && left.lacksLineBreak == right.lacksLineBreak && left.hasSameBytes(as: right)
    }
}
