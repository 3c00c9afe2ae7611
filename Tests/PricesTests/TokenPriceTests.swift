import Prices
import Testing

@Suite struct TokenPriceTests {
    @Test(arguments: [
        ("0", 0), ("2", 2_000_000), ("0.006", 6000), ("12.5", 12_500_000), ("0.000001", 1),
        ("1000000", 1_000_000_000_000),
        ("0.100000", 100_000),
    ])
    func `reads dollars for a million tokens exactly`(_ text: String, _ picoUSD: Int64) {
        #expect(TokenPrice(usdPerMillion: text)?.picoUSD == picoUSD)
    }

    @Test(arguments: [
        "", "-2", "+2", "2.", ".5", "1e-6", " 2", "2 ", "2,5", "1.2.3", "0.0000001", "1000000.000001", "12345678", "٥",
        "0x2",
        "NaN",
    ])
    func `refuses anything else`(_ text: String) { #expect(TokenPrice(usdPerMillion: text) == nil) }

    @Test(arguments: ["0", "2", "0.006", "12.5", "0.000001", "1000000"])
    func `writes what it read`(_ text: String) { #expect(TokenPrice(usdPerMillion: text)?.description == text) }

    @Test func `has no negative and no absurd price`() {
        #expect(TokenPrice(picoUSD: -1) == nil)
        #expect(TokenPrice(picoUSD: TokenPrice.picoUSDMax) != nil)
        #expect(TokenPrice(picoUSD: TokenPrice.picoUSDMax + 1) == nil)
    }
}
