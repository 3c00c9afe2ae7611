import Budget
import Ledger

// The books for code that waits without holding a thread: a slow disk must not stall every other task.

extension Ledger {
    func reserve(_ request: ReservationRequest) async throws -> Admission {
        try await withCheckedThrowingContinuation { continuation in
            reserve(request) { continuation.resume(with: $0) }
        }
    }

    @discardableResult
    func dispatch(_ id: String) async throws -> Reservation {
        try await withCheckedThrowingContinuation { continuation in dispatch(id) { continuation.resume(with: $0) } }
    }

    @discardableResult
    func release(_ id: String, certainlyNothingSpent: Bool) async throws -> Reservation {
        try await withCheckedThrowingContinuation { continuation in
            release(id, certainlyNothingSpent: certainlyNothingSpent) { continuation.resume(with: $0) }
        }
    }

    @discardableResult
    func markUnresolved(_ id: String) async throws -> Reservation {
        try await withCheckedThrowingContinuation { continuation in
            markUnresolved(id) { continuation.resume(with: $0) }
        }
    }

    func settle(_ id: String, with call: CompletedCall) async throws -> Booking {
        try await withCheckedThrowingContinuation { continuation in
            settle(id, with: call) { continuation.resume(with: $0) }
        }
    }
}
