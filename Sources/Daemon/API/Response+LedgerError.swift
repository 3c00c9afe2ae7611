import HTTPServer
import HTTPWire
import Ledger

extension Response {
    /// What a caller over HTTP is told when the books refuse an operation.
    static func problem(_ error: LedgerError) -> Response {
        let (status, title) = meaning(of: error)
        return .problem(
            status, title: title, detail: "\(error).",
            fields: status == 503 ? [("Retry-After", "30")] : [])
    }

    private static func meaning(of error: LedgerError) -> (status: Int, title: String?) {
        switch error {
        case .notFound: (404, "No such reservation")
        case .wrongState, .expired: (409, "The reservation is in another state")
        case .conflict: (409, "Used before with other values")
        case .invalid: (400, "A value is out of range")
        case .damaged: (503, "The books are damaged")
        case .lowSpace, .writeFailed: (503, "The books cannot be written")
        case .tooMany: (503, "Too much at once")
        case .taken, .closed: (503, "The books are closed")
        }
    }
}
