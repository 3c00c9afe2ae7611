import Digest
import Testing

@Suite struct Digest256Tests {
    @Test func `differs whichever byte differs`() throws {
        let bytes = Array(UInt8(0)..<32)
        let digest = try #require(Digest256(bytes))
        #expect(digest == Digest256(bytes))
        for index in bytes.indices {
            var other = bytes
            other[index] ^= 1
            #expect(digest != Digest256(other))
        }
    }

    @Test(arguments: [0, 1, 31, 33, 64]) func `has 32 bytes`(_ count: Int) {
        #expect(Digest256([UInt8](repeating: 0, count: count)) == nil)
    }

    @Test func `finds a secret among several`() {
        let secrets = [SecretDigest("old"), SecretDigest("new")]
        for known in ["old", "new"] { #expect(SecretDigest.matches(known, anyOf: secrets)) }
        for unknown in ["", "ol", "older", "NEW", "old\u{0}"] {
            #expect(!SecretDigest.matches(unknown, anyOf: secrets))
        }
        #expect(!SecretDigest.matches("", anyOf: []))
        #expect(secrets[0].matches("old") && !secrets[0].matches("new"))
    }
}
