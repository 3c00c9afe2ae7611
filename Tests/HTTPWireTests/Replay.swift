import HTTPWire

/// One byte for each scalar, so that tables can write any byte as `\u{FF}`.
func octets(_ text: String) -> [UInt8] { text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) } }

/// What a reader made of some bytes.
enum Outcome: Equatable, CustomStringConvertible {
    case request(target: String, fields: [HTTPFields.Field], body: [UInt8], keepsAlive: Bool)
    case refused(HTTPRefusal)
    case incomplete

    var description: String {
        switch self {
        case .request(let target, let fields, let body, let keepsAlive):
            "\(target) \(fields.map(\.name)) \(body.count) bytes\(keepsAlive ? "" : ", closes")"
        case .refused(let refusal): "\(refusal.status) \(refusal.detail)"
        case .incomplete: "incomplete"
        }
    }

    var status: Int? { if case .refused(let refusal) = self { refusal.status } else { nil } }
    var body: [UInt8]? { if case .request(_, _, let body, _) = self { body } else { nil } }
}

/// Feeds `bytes` in pieces of `pieceBytes` and notes what comes out, up to the first refusal.
func outcomes(
    of bytes: [UInt8], pieceBytes: Int = .max, limits: HTTPLimits = HTTPLimits(), bodyBytesMax: Int = 1000
) -> [Outcome] {
    var reader = RequestReader(limits: limits)
    var outcomes: [Outcome] = []
    var head: RequestHead?
    var start = 0
    while start < bytes.count {
        let end = min(start + min(pieceBytes, bytes.count), bytes.count)
        let piece = Array(bytes[start..<end])
        var position = 0
        do throws(HTTPRefusal) {
            while let event = try reader.read(piece.span, from: &position) {
                switch event {
                case .head(let found):
                    head = found
                    try reader.readBody(bytesMax: bodyBytesMax)
                case .end(let body):
                    outcomes.append(outcome(head, body))
                    head = nil
                }
            }
        } catch {
            outcomes.append(.refused(error))
            return outcomes
        }
        start = end
    }
    if head != nil || reader.hasBegun { outcomes.append(.incomplete) }
    return outcomes
}

private func outcome(_ head: RequestHead?, _ body: [UInt8]) -> Outcome {
    guard let head else { return .incomplete }
    return .request(
        target: "\(head.method.rawValue) \(head.rawTarget) \(head.minorVersion)", fields: Array(head.fields),
        body: body,
        keepsAlive: head.keepsAlive)
}

/// The request with which every case is followed once.
let following = octets("GET /following HTTP/1.1\r\nHost: b\r\n\r\n")
