import HTTPWire
import Testing

@Suite struct RequestReaderTests {
    @Test(arguments: wireCases) func `takes or refuses, whatever the pieces`(_ wire: WireCase) {
        let whole = outcomes(of: wire.bytes)
        #expect(outcomes(of: wire.bytes, pieceBytes: 1) == whole)
        #expect(outcomes(of: wire.bytes, pieceBytes: 7) == whole)
        let followed = outcomes(of: wire.bytes + following)
        #expect(outcomes(of: wire.bytes + following, pieceBytes: 1) == followed)
        if let status = wire.status {
            #expect(whole.last?.status == status, "\(whole)")
            #expect(whole.count == 1)
            #expect(followed == whole, "nothing after a refusal is read")
        } else {
            #expect(whole.count == 1)
            #expect(whole.first?.body == octets(wire.body), "\(whole)")
            #expect(followed.count == 2)
            #expect(followed.first == whole.first)
            #expect(followed.last == outcomes(of: following).first)
        }
    }

    @Test(arguments: wireCases.filter { $0.status == nil }) func `waits for more before the end`(_ wire: WireCase) {
        for count in 1..<min(wire.bytes.count, 200) {
            let outcomes = outcomes(of: Array(wire.bytes[..<(wire.bytes.count - count)]))
            #expect(outcomes == [.incomplete] || outcomes.isEmpty)
        }
    }

    // Property 3: what was accepted, written again, is the same request.
    @Test(arguments: wireCases.filter { $0.status == nil }) func `reads again what it read`(_ wire: WireCase) throws {
        let first = try #require(outcomes(of: wire.bytes).first)
        guard case .request(let target, let fields, let body, _) = first else { return }
        let words = target.split(separator: " ")
        var bytes = octets("\(words[0]) \(words[1]) HTTP/1.\(words[2])\r\n")
        for field in fields { bytes += octets(field.name) + octets(": ") + field.value + octets("\r\n") }
        bytes += octets("\r\n")
        let isChunked = fields.contains { $0.name.lowercased() == "transfer-encoding" }
        let size = String(body.count, radix: 16)
        if isChunked, !body.isEmpty { bytes += octets("\(size)\r\n") + body + octets("\r\n") }
        bytes += isChunked ? octets("0\r\n\r\n") : body
        #expect(outcomes(of: bytes) == [first])
    }

    // Properties 1, 2 and 4 on bytes nobody thought of: valid requests with changes, and plain noise.
    @Test(arguments: 0..<24) func `noise neither traps nor depends on the pieces`(_ seed: UInt64) {
        var random = SplitMix(seed: seed)
        for _ in 0..<60 {
            var bytes = wireCases[random.below(wireCases.count)].bytes
            if bytes.count > 2000 { bytes = [] }
            for _ in 0..<random.below(4) where !bytes.isEmpty {
                let place = random.below(bytes.count)
                switch random.below(3) {
                case 0: bytes[place] = random.byte()
                case 1: bytes.insert(random.byte(), at: place)
                default: bytes.remove(at: place)
                }
            }
            if bytes.isEmpty { bytes = (0..<random.below(300)).map { _ in random.byte() } }
            let whole = outcomes(of: bytes)
            #expect(outcomes(of: bytes, pieceBytes: 1) == whole, "\(bytes)")
            #expect(outcomes(of: bytes, pieceBytes: 1 + random.below(20)) == whole, "\(bytes)")
            #expect(whole.dropLast().allSatisfy { $0.status == nil }, "a refusal is the last word")
        }
    }

    @Test func `holds no more than the limits, whatever is promised`() {
        var reader = RequestReader()
        var position = 0
        let head = octets("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 900000000\r\n\r\nabc")
        #expect(throws: Never.self) {
            _ = try reader.read(head.span, from: &position)
            try reader.readBody(bytesMax: .max)
            _ = try reader.read(head.span, from: &position)
        }
        #expect(reader.bodyBytes == 3)
        #expect(reader.bodyStorageBytes == 64 * 1024)
    }

    // Of storage there is at most twice of what has come, and never more than what may come.
    @Test(arguments: [
        (1, [1]), (65536, [65536, 65536]), (65537, [65537, 65537]),
        (300_000, [70_000, 70_000, 210_000, 210_000, 210_000, 210_000, 300_000, 300_000, 300_000]),
    ]) func `storage of a body follows what has come`(_ length: Int, _ steps: [Int]) throws {
        for isChunked in [false, true] {
            var reader = RequestReader()
            let framing = isChunked ? "Transfer-Encoding: chunked" : "Content-Length: \(length)"
            let head = octets("POST / HTTP/1.1\r\nHost: a\r\n\(framing)\r\n\r\n")
            var position = 0
            _ = try reader.read(head.span, from: &position)
            try reader.readBody(bytesMax: length)
            #expect(reader.bodyStorageBytes == 0)
            let size = octets(isChunked ? "\(String(length, radix: 16))\r\n" : "")
            position = 0
            _ = try reader.read(size.span, from: &position)
            var seen: [Int] = []
            for start in stride(from: 0, to: length, by: 35_000) {
                let piece = [UInt8](repeating: 65, count: min(35_000, length - start))
                position = 0
                _ = try reader.read(piece.span, from: &position)
                seen.append(reader.bodyStorageBytes)
            }
            #expect(seen == steps)
        }
    }

    @Test func `refuses again after a refusal`() {
        var reader = RequestReader()
        for text in ["GET / HTTP/1.1\n", "GET / HTTP/1.1\r\nHost: a\r\n\r\n"] {
            var position = 0
            let bytes = octets(text)
            let refusal = #expect(throws: HTTPRefusal.self) { _ = try reader.read(bytes.span, from: &position) }
            #expect(refusal?.detail == "A line feed stands alone.")
        }
    }

    // The fixed order: syntax, version, sizes, what nobody serves, framing.
    @Test(arguments: [
        ("FOO / HTTP/2.0\r\nA : b\r\n\r\n", 400),
        ("FOO /\(String(repeating: "a", count: 8192)) HTTP/2.0\r\n\r\n", 505),
        ("FOO / HTTP/2.0\r\nA: \(String(repeating: "a", count: 20000))", 505),
        ("FOO /\(String(repeating: "a", count: 8192)) HTTP/1.1\r\n\r\n", 414),
        ("FOO / HTTP/1.1\r\nA: \(String(repeating: "a", count: 9000))\r\n\r\n", 431),
        ("FOO / HTTP/1.1\r\nContent-Length: x\r\n\r\n", 501),
        ("GET / HTTP/1.1\r\nTransfer-Encoding: gzip\r\nContent-Length: x\r\n\r\n", 501),
        ("GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n", 400),
    ]) func `of several faults, the first in order counts`(_ text: String, _ status: Int) {
        #expect(outcomes(of: octets(text)).last?.status == status)
    }
}

/// A small generator with a seed, so that a failing case can be run again.
struct SplitMix {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ count: Int) -> Int { Int(next() % UInt64(count)) }

    /// Any byte, and half of the time one that means something on the wire.
    mutating func byte() -> UInt8 {
        let telling = Array("\r\n\t :;,%/0aA".utf8) + [0, 0x7F, 0x80, 0xFF]
        return below(2) == 0 ? telling[below(telling.count)] : UInt8(truncatingIfNeeded: next())
    }
}
