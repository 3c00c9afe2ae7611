// The grammar of `Host` and of the authority of a target: a name or an address, and perhaps a port.

/// Bytes in a host's name at most: no name in the DNS is longer (RFC 1035 section 2.3.4).
private let hostNameBytesMax = 255

/// Whether the bytes in `range` are a host with an optional port (RFC 9110 section 7.2), not empty and without user.
///
/// In brackets only IPv6 addresses are known: nobody uses the future forms of RFC 3986, and zones mean nothing to a server.
func isHost(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
    guard let first = range.first else { return false }
    let end: Int
    if bytes[first] == UInt8(ascii: "[") {
        guard let bracket = firstIndex(of: UInt8(ascii: "]"), bytes, range),
            isIPv6Address(bytes, (first + 1)..<bracket)
        else { return false }
        end = bracket + 1
    } else {
        end = firstIndex(of: UInt8(ascii: ":"), bytes, range) ?? range.upperBound
        guard isHostName(bytes, first..<end) else { return false }
    }
    guard end < range.upperBound else { return true }
    return bytes[end] == UInt8(ascii: ":") && isPort(bytes, (end + 1)..<range.upperBound)
}

private func isHostName(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
    guard 1...hostNameBytesMax ~= range.count else { return false }
    for index in range {
        guard bytes[index] != UInt8(ascii: "%") else {
            guard index + 2 < range.upperBound, hexadecimal(bytes[index + 1]) != nil,
                hexadecimal(bytes[index + 2]) != nil
            else { return false }
            continue
        }
        guard isHostCharacter(bytes[index]) else { return false }
    }
    return true
}

/// Up to five digits of at most 65,535; none are allowed too (RFC 3986 section 3.2.3).
private func isPort(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
    guard !range.isEmpty else { return true }
    guard range.count <= 5, let port = decimal(bytes, range) else { return false }
    return port <= 65535
}

/// Eight groups of up to four digits; one `::` for one or more groups of zeros; the last two may be an IPv4 address
/// (RFC 3986 section 3.2.2).
private func isIPv6Address(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
    let colon = UInt8(ascii: ":")
    var index = range.lowerBound
    var groupCount = 0
    var hasGap = false
    func isGap(_ index: Int) -> Bool {
        index + 1 < range.upperBound && bytes[index] == colon && bytes[index + 1] == colon
    }
    if isGap(index) { (hasGap, index) = (true, index + 2) }
    while index < range.upperBound {
        var end = index
        while end < range.upperBound, hexadecimal(bytes[end]) != nil { end += 1 }
        if end < range.upperBound, bytes[end] == UInt8(ascii: ".") {
            guard isIPv4Address(bytes, index..<range.upperBound) else { return false }
            groupCount += 2
            break
        }
        guard 1...4 ~= end - index else { return false }
        groupCount += 1
        index = end
        guard index < range.upperBound else { break }
        if isGap(index) {
            guard !hasGap else { return false }
            (hasGap, index) = (true, index + 2)
        } else {
            guard bytes[index] == colon, index + 1 < range.upperBound else { return false }
            index += 1
        }
    }
    return hasGap ? groupCount <= 7 : groupCount == 8
}

private func isIPv4Address(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
    var start = range.lowerBound
    for part in 1...4 {
        let dot = firstIndex(of: UInt8(ascii: "."), bytes, start..<range.upperBound)
        guard (dot == nil) == (part == 4) else { return false }
        let digits = start..<(dot ?? range.upperBound)
        guard digits.count <= 3, let value = decimal(bytes, digits), value <= 255,
            digits.count == 1 || bytes[start] != UInt8(ascii: "0")
        else { return false }
        start = digits.upperBound + 1
    }
    return true
}
