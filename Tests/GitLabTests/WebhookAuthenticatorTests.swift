import GitLab
import Testing
import UTCTime

@Suite struct WebhookAuthenticatorTests {
    /// The Standard Webhooks reference vector, and one of GitLab's form whose key is the bytes 0 to 31.
    private static let vectors = [
        (
            token: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", id: "msg_p5jXN8AQM9LWM0D4loKWxJek", time: "1614265330",
            body: #"{"test": 2432232314}"#, signature: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        ),
        (
            token: "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", id: "f5e5f430-f57b-4e6e-9fac-d9128cd7232f",
            time: "1760000000", body: #"{"object_kind":"merge_request"}"#,
            signature: "v1,Yf7S/xy0a0e1FJjPF7MMuiZMQuHrwUb0jZmhALrhpbU="
        ),
    ]
    private static let signing = vectors[1].token

    private func authenticator(
        _ secrets: [String] = [], _ signing: [String] = [], at seconds: Int64 = 1_760_000_000
    ) throws -> WebhookAuthenticator {
        try WebhookAuthenticator(secretTokens: secrets, signingTokens: signing, now: { Instant(seconds: seconds) })
    }

    /// A delivery signed as the second vector, with what a test changes; nil takes a field away.
    private func fields(_ changes: [String: String?] = [:]) -> (String) -> String? {
        let vector = Self.vectors[1]
        var fields: [String: String] = [
            "webhook-id": vector.id, "webhook-timestamp": vector.time, "webhook-signature": vector.signature,
        ]
        for (name, value) in changes { fields[name.lowercased()] = value }
        return { fields[$0.lowercased()] }
    }

    private let body = Array(vectors[1].body.utf8)

    @Test func `accepts the reference vectors and nothing near them`() throws {
        for vector in Self.vectors {
            let authenticator = try authenticator([], [vector.token], at: Int64(vector.time) ?? 0)
            let fields = self.fields([
                "webhook-id": vector.id, "webhook-timestamp": vector.time, "webhook-signature": vector.signature,
            ])
            #expect(authenticator.checkHead(fields) == .needsBody)
            #expect(authenticator.checkBody(fields, body: Array(vector.body.utf8)) == .accepted)
            #expect(authenticator.checkBody(fields, body: Array(vector.body.utf8) + [0x0A]) != .accepted)
            #expect(authenticator.checkBody(fields, body: []) != .accepted)
        }
    }

    @Test(
        arguments: [
            ["webhook-id": "f5e5f430-f57b-4e6e-9fac-d9128cd72320"], ["webhook-id": nil], ["webhook-id": ""],
            ["webhook-timestamp": nil], ["webhook-timestamp": ""], ["webhook-timestamp": "1760000001"],
            ["webhook-timestamp": "+1760000000"], ["webhook-timestamp": "1760000000.0"],
            ["webhook-timestamp": "9223372036854775807"], ["webhook-timestamp": "99999999999"],
            ["webhook-signature": ""], ["webhook-signature": "v1,"], ["webhook-signature": "v1"],
            ["webhook-signature": "Yf7S/xy0a0e1FJjPF7MMuiZMQuHrwUb0jZmhALrhpbU="],
            ["webhook-signature": "v2,Yf7S/xy0a0e1FJjPF7MMuiZMQuHrwUb0jZmhALrhpbU="],
            ["webhook-signature": "v1,Yf7S/xy0a0e1FJjPF7MMuiZMQuHrwUb0jZmhALrhpbV="],
            ["webhook-signature": "v1,Yf7S_xy0a0e1FJjPF7MMuiZMQuHrwUb0jZmhALrhpbU="],
            ["webhook-signature": "v1,Yf7S/xy0a0e1FJjPF7MMuiZMQuHrwUb0jZmhALrhpbU"],
        ] as [[String: String?]])
    func `a signature that is there must be right, whatever token comes with it`(_ changes: [String: String?]) throws {
        let authenticator = try authenticator(["secret"], [Self.signing])
        let fields = self.fields(changes.merging(["X-Gitlab-Token": "secret"]) { one, _ in one })
        #expect(authenticator.checkBody(fields, body: body) != .accepted)
        #expect(authenticator.checkHead(fields) != .accepted)
    }

    @Test func `any entry of the list and any configured token will do`() throws {
        let right = Self.vectors[1].signature
        let list = "v1a,xyz v1,AAAA \(right) v1,Yf7S"
        let authenticator = try authenticator([], [Self.vectors[0].token, Self.signing])
        #expect(authenticator.checkBody(fields(["webhook-signature": list]), body: body) == .accepted)
        let fifteen = String(repeating: "v1,AAAA ", count: 15)
        #expect(authenticator.checkBody(fields(["webhook-signature": fifteen + right]), body: body) == .accepted)
        #expect(
            authenticator.checkBody(fields(["webhook-signature": fifteen + "v1,A " + right]), body: body) != .accepted)
        #expect(try self.authenticator([], [Self.vectors[0].token]).checkBody(fields(), body: body) != .accepted)
    }

    @Test(arguments: [(-300, true), (300, true), (-301, false), (301, false)])
    func `a timestamp may be five minutes off`(_ offset: Int64, _ isAccepted: Bool) throws {
        let authenticator = try authenticator([], [Self.signing], at: 1_760_000_000 + offset)
        #expect((authenticator.checkBody(fields(), body: body) == .accepted) == isAccepted)
        #expect((authenticator.checkHead(fields()) == .needsBody) == isAccepted)
    }

    @Test func `without a signature the secret token decides, where there is one`() throws {
        let unsigned: [String: String?] = ["webhook-signature": nil]
        let both = try authenticator(["old", "new"], [Self.signing])
        for token in ["old", "new"] {
            let fields = self.fields(unsigned.merging(["x-gitlab-token": token]) { one, _ in one })
            #expect(both.checkHead(fields) == .accepted && both.checkBody(fields, body: []) == .accepted)
        }
        for token in ["", "ol", "older", "NEW"] {
            #expect(both.checkHead(fields(unsigned.merging(["x-gitlab-token": token]) { one, _ in one })) != .accepted)
        }
        #expect(both.checkHead(fields(unsigned)) != .accepted)
        let signedOnly = try authenticator([], [Self.signing])
        #expect(signedOnly.checkHead(fields(unsigned.merging(["x-gitlab-token": ""]) { one, _ in one })) != .accepted)
    }

    @Test func `a signature that nobody here can check does not stand in the way of the token`() throws {
        let authenticator = try authenticator(["secret"])
        #expect(authenticator.checkHead(fields(["X-Gitlab-Token": "secret"])) == .accepted)
        #expect(authenticator.checkHead(fields()) != .accepted)
    }

    @Test(arguments: [
        ([], []), ([""], []), ([" a"], []), (["a\n"], []), (["a\u{0}b"], []), ([], ["whsec_"]), ([], ["AAECAwQF"]),
        ([], ["whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRY="]), (["good"], ["whsec_not base64 hunter2"]),
    ])
    func `says what is wrong with a token and does not show it`(_ secrets: [String], _ signing: [String]) {
        let error = #expect(throws: WebhookConfigurationError.self) { try authenticator(secrets, signing) }
        #expect(error?.description.contains("hunter2") == false && error?.description.isEmpty == false)
    }
}
