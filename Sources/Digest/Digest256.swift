/// A value of exactly 32 bytes whose comparison takes the same time wherever two values differ.
public struct Digest256: Sendable, Equatable {
    /// The 32 bytes.
    public let bytes: [UInt8]

    init(unchecked bytes: [UInt8]) { self.bytes = bytes }

    /// The digest with these bytes; nil unless there are 32.
    public init?(_ bytes: [UInt8]) {
        guard bytes.count == SHA256.digestByteCount else { return nil }
        self.bytes = bytes
    }

    /// Looks at every byte of both before it answers, so that the time taken tells nothing about where they differ.
    public static func == (left: Digest256, right: Digest256) -> Bool {
        var difference: UInt8 = 0
        for (one, other) in zip(left.bytes, right.bytes) { difference |= one ^ other }
        return difference == 0
    }

    /// 64 lower-case hexadecimal digits.
    public var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
