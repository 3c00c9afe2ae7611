/// The form of a key that shows who issued it, as its issuer documents it. Every prefix has three bytes or more.
struct TokenShape: Sendable {
    /// What may follow the prefix.
    enum Alphabet: Int, Sendable, CaseIterable {
        /// Capital letters and digits.
        case upper
        /// Hexadecimal digits.
        case hexadecimal
        /// Letters and digits.
        case alphanumeric
        /// Letters, digits, `_` and `-`.
        case url
        /// As `url`, and dots.
        case dotted

        @inline(__always) func has(_ byte: UInt8) -> Bool {
            switch self {
            case .upper: byte.isASCIIUpper || byte.isASCIIDigit
            case .hexadecimal: byte.isASCIIDigit || (byte | 0x20) &- 0x61 < 6
            case .alphanumeric: byte.isASCIILetter || byte.isASCIIDigit
            case .url: byte.isWordByte || byte == 0x2D
            case .dotted: byte.isWordByte || byte == 0x2D || byte == 0x2E
            }
        }
    }

    let prefix: StaticString
    let words: String
    let alphabet: Alphabet
    /// How many bytes follow the prefix.
    let rest: ClosedRange<Int>

    init(_ prefix: StaticString, _ words: String, _ alphabet: Alphabet, _ rest: ClosedRange<Int>) {
        self.prefix = prefix
        self.words = words
        self.alphabet = alphabet
        self.rest = rest
    }

    private static let longest = 4096

    static let all: [TokenShape] = [
        TokenShape("AKIA", "AWS access key", .upper, 16...16), TokenShape("ASIA", "AWS access key", .upper, 16...16),
        TokenShape("ABIA", "AWS access key", .upper, 16...16), TokenShape("ACCA", "AWS access key", .upper, 16...16),
        TokenShape("AIza", "Google API key", .url, 35...35),
        TokenShape("ATATT3", "Atlassian API token", .url, 60...longest),
        TokenShape("AGE-SECRET-KEY-1", "age key", .upper, 58...58),
        TokenShape("GOCSPX-", "Google client secret", .url, 28...28),
        TokenShape("SG.", "SendGrid API key", .dotted, 60...80),
        TokenShape("dapi", "Databricks token", .hexadecimal, 32...32),
        TokenShape("dckr_pat_", "Docker token", .url, 24...64),
        TokenShape("dop_v1_", "DigitalOcean token", .hexadecimal, 64...64),
        TokenShape("ghp_", "GitHub token", .alphanumeric, 36...255),
        TokenShape("gho_", "GitHub token", .alphanumeric, 36...255),
        TokenShape("ghu_", "GitHub token", .alphanumeric, 36...255),
        TokenShape("ghs_", "GitHub token", .alphanumeric, 36...255),
        TokenShape("ghr_", "GitHub token", .alphanumeric, 36...255),
        TokenShape("github_pat_", "GitHub token", .url, 36...255),
        TokenShape("glpat-", "GitLab token", .dotted, 20...300),
        TokenShape("gldt-", "GitLab token", .dotted, 20...300),
        TokenShape("glrt-", "GitLab token", .dotted, 20...300),
        TokenShape("glrtr-", "GitLab token", .dotted, 20...300),
        TokenShape("glptt-", "GitLab token", .dotted, 20...300),
        TokenShape("glcbt-", "GitLab token", .dotted, 20...300),
        TokenShape("glsoat-", "GitLab token", .dotted, 20...300),
        TokenShape("gloas-", "GitLab token", .dotted, 20...300), TokenShape("glft-", "GitLab token", .dotted, 20...300),
        TokenShape("glimt-", "GitLab token", .dotted, 20...300),
        TokenShape("glagent-", "GitLab token", .dotted, 20...300),
        TokenShape("glffct-", "GitLab token", .dotted, 20...300), TokenShape("glsa_", "Grafana token", .url, 32...64),
        TokenShape("gsk_", "Groq API key", .alphanumeric, 40...80),
        TokenShape("hf_", "Hugging Face token", .alphanumeric, 30...60),
        TokenShape("hvs.", "Vault token", .url, 24...longest),
        TokenShape("key-", "Mailgun API key", .hexadecimal, 32...32),
        TokenShape("lin_api_", "Linear API key", .alphanumeric, 32...64),
        TokenShape("npm_", "npm token", .alphanumeric, 36...36),
        TokenShape("pplx-", "Perplexity API key", .url, 40...80),
        TokenShape("pypi-", "PyPI token", .url, 50...longest),
        TokenShape("r8_", "Replicate token", .alphanumeric, 37...40),
        TokenShape("rk_live_", "Stripe key", .alphanumeric, 20...255),
        TokenShape("shpat_", "Shopify token", .hexadecimal, 32...32),
        TokenShape("sk-ant-", "Anthropic API key", .url, 24...255),
        TokenShape("sk-or-v1-", "OpenRouter API key", .hexadecimal, 64...64),
        TokenShape("sk-proj-", "OpenAI API key", .url, 24...255),
        TokenShape("sk-svcacct-", "OpenAI API key", .url, 24...255),
        TokenShape("sk-admin-", "OpenAI API key", .url, 24...255),
        TokenShape("sk-", "API key", .alphanumeric, 32...128),
        TokenShape("sk_live_", "Stripe key", .alphanumeric, 20...255),
        TokenShape("whsec_", "webhook signing secret", .url, 24...128),
        TokenShape("xai-", "xAI API key", .alphanumeric, 60...100),
        TokenShape("xapp-", "Slack token", .url, 20...255), TokenShape("xoxa-", "Slack token", .url, 20...255),
        TokenShape("xoxb-", "Slack token", .url, 20...255), TokenShape("xoxp-", "Slack token", .url, 20...255),
        TokenShape("xoxr-", "Slack token", .url, 20...255), TokenShape("xoxs-", "Slack token", .url, 20...255),
        TokenShape("ya29.", "Google access token", .url, 40...longest),
    ]

    /// The bytes of the shortest token of any form; a web token has more.
    static let bytesMin = all.map { $0.prefix.utf8CodeUnitCount + $0.rest.lowerBound }.min() ?? 1

    /// Where in `all` the shapes that begin with a byte stand: one search a word would be too many.
    static let ranges: [Range<Int>] = (0..<128).map { byte in
        let first = all.firstIndex { Int($0.prefix.utf8Start[0]) == byte } ?? 0
        let last = all.lastIndex { Int($0.prefix.utf8Start[0]) == byte } ?? -1
        return first..<max(first, last + 1)
    }

    /// Which first three bytes a shape may begin with, by `place`; a few others have the place of one that does.
    ///
    /// Every word is asked about, and words that begin as `sk` or `gl` do are many: three bytes tell nearly all apart.
    static let openings: [Bool] = {
        var openings = [Bool](repeating: false, count: 1 << openingBits)
        for shape in all {
            openings[place(shape.prefix.utf8Start[0], shape.prefix.utf8Start[1], shape.prefix.utf8Start[2])] = true
        }
        // A web token has no issuer.
        openings[place(UInt8(ascii: "e"), UInt8(ascii: "y"), UInt8(ascii: "J"))] = true
        return openings
    }()

    private static let openingBits = 12

    /// Where three bytes stand in `openings`.
    @inline(__always) static func place(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> Int {
        let mixed = UInt32(first) | UInt32(second) << 8 | UInt32(third) << 16
        return Int((mixed &* 0x9E37_79B1) >> UInt32(32 - openingBits))
    }

    /// The end of a token of this form that begins at `index`; nil when there is none.
    func end(in bytes: UnsafeBufferPointer<UInt8>, at index: Int, _ runs: inout TokenRuns) -> Int? {
        guard bytes.has(prefix, at: index) else { return nil }
        let start = index + prefix.utf8CodeUnitCount
        let end = runs.shaped[alphabet.rawValue].wordEnd(of: alphabet, in: bytes, from: start)
        guard rest.contains(end - start), !bytes.at(end).isWordByte else { return nil }
        let value = UnsafeBufferPointer(rebasing: bytes[start..<end])
        return SecretValue(value).isRandomToken ? end : nil
    }
}
