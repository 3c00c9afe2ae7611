import Digest
import Testing

@Suite struct SHA256Tests {
    // FIPS 180-4 examples (NIST "Secure Hash Standard" example values) and the empty message.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
            "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
        ),
    ])
    func `hashes the standard's examples`(_ message: String, _ wanted: String) {
        #expect(SHA256.digest(message.utf8).hexadecimal == wanted)
        var piecewise = SHA256()
        for byte in message.utf8 { piecewise.update(CollectionOfOne(byte)) }
        #expect(piecewise.finalize().hexadecimal == wanted)
    }

    @Test func `hashes a million letters`() {
        let digest = SHA256.digest([UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000))
        #expect(digest.hexadecimal == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }

    // Lengths about the padding's border; the wanted value is the digest of the digests, computed with Python's hashlib.
    @Test func `pads every length about a block`() {
        var all: [UInt8] = []
        for count in 0...130 { all += SHA256.digest([UInt8](repeating: 0x61, count: count)).bytes }
        #expect(SHA256.digest(all).hexadecimal == "f908a43fc8456c583aacde0fb2627959f8513dc76d0c03979b7f945a7dd78f22")
    }

    @Test(arguments: [1, 3, 63, 64, 65, 127, 128, 200]) func `it does not matter how the bytes are parted`(_ size: Int)
    {
        let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        var hash = SHA256()
        for start in stride(from: 0, to: bytes.count, by: size) { hash.update(bytes[start..<min(start + size, 1000)]) }
        #expect(hash.finalize() == SHA256.digest(bytes))
    }

    // RFC 4231 test cases 1, 2, 3, 4, 6 and 7.
    @Test(arguments: [
        (
            [UInt8](repeating: 0x0b, count: 20), Array("Hi There".utf8),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (
            Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            [UInt8](repeating: 0xaa, count: 20), [UInt8](repeating: 0xdd, count: 50),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
        ),
        (
            Array(UInt8(1)...25), [UInt8](repeating: 0xcd, count: 50),
            "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
        ),
        (
            [UInt8](repeating: 0xaa, count: 131), Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
        (
            [UInt8](repeating: 0xaa, count: 131),
            Array(
                "This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm."
                    .utf8),
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"
        ),
    ])
    func `authenticates as RFC 4231 says`(_ key: [UInt8], _ message: [UInt8], _ wanted: String) {
        #expect(SHA256.authenticationCode(key: key, message: message).hexadecimal == wanted)
        #expect(SHA256.authenticationCode(key: key, message: message + [0]).hexadecimal != wanted)
    }
}
