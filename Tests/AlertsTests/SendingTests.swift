import HTTPClient
import JSON
import Testing
import UTCTime

@testable import Alerts

private func alert(_ title: String, _ text: String = "") -> Alert {
    Alert(
        id: "alert_1",
        content: AlertCandidate(
            kind: .anomaly, claim: AlertClaim(key: "k", until: nil), title: title, text: text,
            facts: JSONObject([("tokens", 5)])),
        raisedAt: Office.start, deliveries: [:], acknowledgement: nil, previous: nil)
}

@Suite struct `A message for Slack` {
    @Test(arguments: [
        ("<!channel> & <@U1>", ":warning: *&lt;!channel&gt; &amp; &lt;@\u{200B}U1&gt;*"),
        ("@channel @here", ":warning: *@\u{200B}channel @\u{200B}here*"),
        ("[click](http://evil)", ":warning: *[click]\u{200B}(http://evil)*"),
        ("a*b`c", ":warning: *a\u{2217}b'c*"), ("two\nlines", ":warning: *two lines*"),
        ("plain_name-1", ":warning: *plain_name-1*"),
    ])
    func `pings nobody and links nowhere`(title: String, text: String) {
        #expect(SlackMessage(alert(title)).text == text)
    }

    @Test func `is one member called text`() throws {
        let body = try JSONValue(parsing: SlackMessage(alert("Title", "One.\nTwo.")).body)
        #expect(body == ["text": ":warning: *Title*\nOne.\nTwo."])
    }
}

@Suite struct `A message for a webhook` {
    // The example of the Standard Webhooks reference libraries.
    @Test func `is signed as Standard Webhooks has it`() throws {
        let key = try #require(WebhookKey.bytes(of: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
        let signature = WebhookMessage.signature(
            key: key, id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: "1614265330",
            body: Array(#"{"test": 2432232314}"#.utf8))
        #expect(signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }

    @Test(
        arguments: [("whsec_AAAA", [0, 0, 0]), ("whsec_%%%%", nil), ("plain text", Array("plain text".utf8))]
            as [(String, [UInt8]?)])
    func `has the key that its secret stands for`(secret: String, key: [UInt8]?) {
        #expect(WebhookKey.bytes(of: secret) == key)
    }

    @Test func `has the same id and body at every attempt, and the time of its own`() throws {
        let first = AlertTarget.webhook.request(for: alert("T"), at: Office.start)
        let second = AlertTarget.webhook.request(for: alert("T"), at: Office.start.adding(seconds: 60))
        #expect(first.body == second.body && first.fields["webhook-id"] == "alert_1")
        #expect(first.fields["webhook-timestamp"] == "1773133200")
        #expect(second.fields["webhook-timestamp"] == "1773133260")
        #expect(first.fields["webhook-signature"] != second.fields["webhook-signature"])
        let body = try JSONValue(parsing: try #require(first.body))
        #expect(body["type"] == "alert.anomaly" && body["data"]?["facts"] == ["tokens": 5])
        let unsigned = AlertTarget(name: "w", url: "http://h/", form: .webhook(key: nil)).request(
            for: alert("T"), at: Office.start)
        #expect(unsigned.fields["webhook-signature"] == nil && unsigned.fields["webhook-id"] == "alert_1")
    }
}

@Suite struct `After an attempt` {
    @Test(
        arguments: [
            (200, .sent), (204, .sent), (301, .retry), (400, .refused), (401, .retry), (403, .retry), (404, .retry),
            (408, .retry), (410, .refused), (413, .refused), (422, .refused), (429, .retry), (500, .retry),
            (503, .retry),
        ] as [(Int, Outcome)])
    func `the status decides`(status: Int, outcome: Outcome) {
        let verdict = SendingPolicy.verdict(on: .answered(ClientResponse(status: status)), at: Office.start)
        switch verdict {
        case .sent: #expect(outcome == .sent)
        case .retry: #expect(outcome == .retry)
        case .refused: #expect(outcome == .refused)
        }
    }

    enum Outcome: Sendable { case sent, retry, refused }

    @Test(
        arguments: [
            (1, nil, 0, 5), (2, nil, 0, 10), (3, nil, 0, 20), (9, nil, 0, 900), (500, nil, 0, 900),
            (2, nil, 0.999, 7.5),
            (1, 60, 0, 60), (1, 2, 0, 5), (1, 1e9, 0, 3600), (1, -5, 0, 5),
        ] as [(Int, Double?, Double, Double)])
    func `waits double, up to a bound, and are as long as was asked for`(
        count: Int, asked: Double?, random: Double, seconds: Double
    ) {
        let wait = SendingPolicy.wait(failureCount: count, askedSeconds: asked, random: random)
        #expect(abs(wait - seconds) < 0.01)
    }

    @Test func `a wait that the receiver asks for is read`() {
        let response = ClientResponse(status: 429, fields: ["Retry-After": "17"])
        #expect(
            SendingPolicy.verdict(on: .answered(response), at: Office.start)
                == .retry(reason: "the receiver answered 429", askedSeconds: 17))
    }

    @Test func `what is said of a failure does not tell the address`() {
        let failure = HTTPClientError(.unreachable, "POST http://slack.test/services/secret: refused")
        #expect(
            SendingPolicy.verdict(on: .failed(failure), at: Office.start)
                == .retry(reason: "no connection came about", askedSeconds: nil))
        #expect(AlertTarget.slack.host == "slack.test")
    }
}
