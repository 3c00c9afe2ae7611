import Testing

@testable import HTTPServer

@Suite struct AllocatorTests {
    // Under another C library than glibc this is false, and only the memory of large bodies stays longer.
    @Test func `glibc takes the bound from which storage goes back to the system`() {
        #expect(Allocator.returnsLargeStorage())
    }
}
