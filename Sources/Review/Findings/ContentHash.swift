/// A cryptographic hash, handed in by the caller: this target has none.
///
/// It must not be one that can be forged: who could make two changes of one hash could hide the second from an
/// incremental review.
public struct ContentHash: Sendable {
    private let sha256: @Sendable ([UInt8]) -> [UInt8]

    /// Uses `sha256`, which gives at least `byteCount` bytes for any bytes.
    public init(_ sha256: @escaping @Sendable ([UInt8]) -> [UInt8]) { self.sha256 = sha256 }

    /// Bytes of a hash that are kept.
    public static let byteCount = 16

    /// 32 hexadecimal digits for `parts`; each part counts with its length, so that `ab`, `c` is not `a`, `bc`.
    func digits(of parts: [String]) -> String {
        var bytes: [UInt8] = []
        for part in parts {
            bytes += "\(part.utf8.count):".utf8
            bytes += part.utf8
        }
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: sha256(bytes).prefix(Self.byteCount).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
            as: UTF8.self)
    }
}
