import Glibc

// Texts to values, nil for what is not accepted. Digits are ASCII digits only: `Int("+5")` is 5, and we refuse it.
enum Parse {
    static let boolText = "true or false (also yes/no, on/off, 1/0)"
    static let pathText = "a path; ~ and variables are not expanded"
    static let tokenText = "printable ASCII without blanks"
    static let baseURLText = "http:// or https:// with a host, without user, query or fragment"

    static func bool(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "true", "yes", "on", "1": true
        case "false", "no", "off", "0": false
        default: nil
        }
    }

    static func wholeText(_ range: ClosedRange<Int>) -> String {
        "a whole number from \(range.lowerBound) to \(range.upperBound), digits only"
    }

    static func whole(_ text: some StringProtocol, _ range: ClosedRange<Int>) -> Int? {
        guard !text.isEmpty else { return nil }
        var value = 0
        for byte in text.utf8 {
            guard UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte else { return nil }
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflowed) = product.addingReportingOverflow(Int(byte - UInt8(ascii: "0")))
            guard !overflow, !overflowed else { return nil }
            value = sum
        }
        return range.contains(value) ? value : nil
    }

    /// A path as it stands. One that begins with `~` would make a directory of that name, so it is refused.
    static func path(_ text: String) -> String? {
        guard !text.isEmpty, text.utf8.first != UInt8(ascii: "~"), !text.utf8.contains(where: { $0 < 0x20 }),
            text.utf8.count < Int(PATH_MAX)
        else { return nil }
        return text
    }

    /// The most rungs of a ladder: more models than anybody tells apart.
    static let rungsMax = 8

    /// `claude-opus-5-5:0.7,claude-sonnet-5-5:0.3`: models with falling shares. A model's id may have a colon in it.
    static func ladder(_ text: String) -> [ModelSettings.Rung]? {
        let rungs = list(text, upTo: rungsMax) { rung -> ModelSettings.Rung? in
            guard let colon = rung.lastIndex(of: ":"), let share = millionths(rung[rung.index(after: colon)...])
            else { return nil }
            let model = String(rung[..<colon])
            guard 1...200 ~= model.utf8.count, isVisible(model) else { return nil }
            return ModelSettings.Rung(model: model, leastShareMillionths: share)
        }
        guard let rungs, Set(rungs.map(\.model)).count == rungs.count,
            zip(rungs, rungs.dropFirst()).allSatisfy({ $0.leastShareMillionths > $1.leastShareMillionths })
        else { return nil }
        return rungs
    }

    /// A share from 0 to 1 with at most six places, in millionths: 700000 for `0.7`.
    private static func millionths(_ text: Substring) -> Int? {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let ones = parts.first.flatMap({ whole($0, 0...1) }) else { return nil }
        guard parts.count == 2 else { return ones * 1_000_000 }
        let places = String(parts[1])
        guard 1...6 ~= places.utf8.count,
            let value = whole(places + String(repeating: "0", count: 6 - places.utf8.count), 0...999_999),
            ones == 0 || value == 0
        else { return nil }
        return ones * 1_000_000 + value
    }

    /// Whether `text` is ASCII from `!` to `~`.
    static func isVisible(_ text: String) -> Bool { text.utf8.allSatisfy { 0x21...0x7E ~= $0 } }

    /// A token that goes into a header field: what could end or split the field is refused.
    static func token(_ text: String) -> Secret? { !text.isEmpty && isVisible(text) ? Secret(text) : nil }

    /// The parts of `text` between commas, blanks around them dropped, each read by `parse`.
    static func list<Value>(_ text: String, upTo countMax: Int, _ parse: (String) -> Value?) -> [Value]? {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        let values = parts.compactMap { parse(trimmed($0)) }
        return values.count == parts.count && values.count <= countMax ? values : nil
    }

    static func webhookSecret(_ text: String) -> Secret? {
        !text.isEmpty && text.utf8.allSatisfy { 0x20...0x7E ~= $0 } ? Secret(text) : nil
    }

    /// `whsec_` and base64 (RFC 4648 section 4, padded) of 24 to 64 bytes: the form of Standard Webhooks; GitLab's keys
    /// have 32.
    static func signingToken(_ text: String) -> Secret? {
        let prefix = "whsec_"
        guard text.hasPrefix(prefix) else { return nil }
        let encoded = Array(text.utf8.dropFirst(prefix.utf8.count))
        let padding = encoded.reversed().prefix { $0 == UInt8(ascii: "=") }.count
        let digits = encoded.dropLast(padding)
        guard encoded.count % 4 == 0, padding <= 2, 24...64 ~= encoded.count / 4 * 3 - padding,
            digits.allSatisfy({ isAlphanumeric($0) || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "/") })
        else { return nil }
        return Secret(text)
    }

    /// The title of one label. GitLab separates labels by commas, so none has one.
    static func label(_ text: String) -> String? {
        let isPlain = text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control && $0 != "," }
        return 1...255 ~= text.count && isPlain ? text : nil
    }

    /// A group, twenty levels of subgroups, a project: as deep as GitLab goes.
    private static let projectDepthMax = 22

    /// The full path of a project or a group, or a project's number (GitLab "Reserved names": letters, digits, `_`, `-`, `.`).
    static func projectPath(_ text: String) -> String? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        let isPath = parts.allSatisfy { part in
            1...255 ~= part.utf8.count && part.utf8.allSatisfy { isAlphanumeric($0) || "_-.".utf8.contains($0) }
                && part.first != "-" && !part.hasPrefix(".") && part.last != "."
        }
        return isPath && parts.count <= projectDepthMax ? text : nil
    }

    /// A URL to which paths are appended: no slash at its end.
    static func baseURL(_ text: String) -> String? {
        guard let schemeEnd = text.firstRange(of: "://"), isVisible(text) else { return nil }
        let scheme = text[..<schemeEnd.lowerBound].lowercased()
        guard scheme == "https" || scheme == "http" else { return nil }
        let rest = text[schemeEnd.upperBound...]
        let authority = rest.prefix { $0 != "/" }
        var path = rest.dropFirst(authority.count)
        guard isAuthority(authority), path.utf8.allSatisfy({ isAlphanumeric($0) || pathBytes.contains($0) })
        else { return nil }
        while path.last == "/" { path = path.dropLast() }
        return "\(scheme)://\(authority.lowercased())\(path)"
    }

    static let targetURLText = "a http:// or https:// URL with a host, without user and fragment"

    /// A URL that is asked as it stands, query and all. It is a secret: whoever knows it may write there.
    static func targetURL(_ text: String) -> Secret? {
        let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard text.utf8.count <= 2000, let base = parts.first, baseURL(String(base)) != nil,
            parts.dropFirst().allSatisfy({ query in
                query.utf8.allSatisfy { isAlphanumeric($0) || pathBytes.contains($0) || "?@".utf8.contains($0) }
            })
        else { return nil }
        return Secret(text)
    }

    static let targetSecretText =
        "whsec_ and the base64 of a key of 24 to 64 bytes, or 16 to 500 printable ASCII characters without blanks"

    static func targetSecret(_ text: String) -> Secret? {
        if text.hasPrefix("whsec_") { return signingToken(text) }
        return 16...500 ~= text.utf8.count ? token(text) : nil
    }

    /// `08:00`; `.some(nil)` for `off`.
    static func digestTime(_ text: String) -> AlertSettings.Time?? {
        if text.lowercased() == "off" { return .some(nil) }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 }), let hour = whole(parts[0], 0...23),
            let minute = whole(parts[1], 0...59)
        else { return nil }
        return AlertSettings.Time(hour: hour, minute: minute)
    }

    /// What a path may hold beside letters and digits (RFC 3986 section 3.3), without `@`.
    private static let pathBytes = Set("/-._~!$&'()*+,;=:%".utf8)

    /// The host and port of a base URL.
    static func authority(of baseURL: String) -> Substring {
        guard let schemeEnd = baseURL.firstRange(of: "://") else { return "" }
        return baseURL[schemeEnd.upperBound...].prefix { $0 != "/" }
    }

    /// A base URL of GitLab: the instance, or its API, whose `/api/v4` is dropped.
    static func gitlabURL(_ text: String) -> String? {
        guard let url = baseURL(text) else { return nil }
        return url.hasSuffix("/api/v4") ? String(url.dropLast("/api/v4".count)) : url
    }

    /// `host`, `host:port`, `[address]`, `[address]:port`.
    private static func isAuthority(_ text: Substring) -> Bool {
        var rest = text
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]"), Address.isIPv6(text[text.index(after: text.startIndex)..<end])
            else { return false }
            rest = text[text.index(after: end)...]
        } else {
            let host = text.prefix { $0 != ":" }
            guard 1...253 ~= host.utf8.count, host.utf8.allSatisfy({ isAlphanumeric($0) || "-._".utf8.contains($0) })
            else { return false }
            rest = text.dropFirst(host.count)
        }
        return rest.isEmpty || (rest.first == ":" && whole(rest.dropFirst(), 1...65_535) != nil)
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }

    /// `text` without blanks and tabs at either end.
    static func trimmed(_ text: some StringProtocol) -> String {
        let isBlank: (Unicode.Scalar) -> Bool = { $0 == " " || $0 == "\t" }
        let scalars = String(text).unicodeScalars.drop(while: isBlank)
        return String(String.UnicodeScalarView(scalars.reversed().drop(while: isBlank).reversed()))
    }
}

/// A warning threshold: tokens, or a share of the limit.
enum Threshold: Sendable, Equatable {
    case tokens(Int)
    case percent(Int)

    init?(_ text: String) {
        if text.hasSuffix("%") {
            guard let percent = Parse.whole(text.dropLast(), 1...100) else { return nil }
            self = .percent(percent)
        } else {
            guard let tokens = Parse.whole(text, 1...Keys.dailyLimitTokensMax) else { return nil }
            self = .tokens(tokens)
        }
    }

    /// The threshold under a limit, in tokens, at least 1. A share is rounded up, so that it is reached and not
    /// nearly reached.
    func tokens(of limit: Int) -> Int {
        switch self {
        case .tokens(let tokens): tokens
        case .percent(let percent): limit / 100 * percent + (limit % 100 * percent + 99) / 100
        }
    }
}
