@testable import GitLab
import Testing

@Suite struct TriggerTests {
    private func decide(_ body: String, push: Bool = false, bot: Int? = 99) -> Trigger.Decision {
        Trigger(label: "ai-review", reviewOnPush: push, botUserID: bot).decide(delivery(body, ["webhook-id": "d"]))
    }

    private func kind(_ decision: Trigger.Decision) -> ReviewTrigger.Kind? {
        if case .review(let trigger) = decision { trigger.kind } else { nil }
    }

    private func code(_ decision: Trigger.Decision) -> Trigger.Code? {
        if case .ignored(let code, let reason) = decision { reason.isEmpty ? nil : code } else { nil }
    }

    /// A merge request event of user 1. `@` stands for the label's object, `~` for another label's.
    private func event(
        _ attributes: String, labels: String = "[@]", changes: String? = #"{"updated_at":{}}"#, user: Int = 1
    ) -> String {
        let changes = changes.map { ",\"changes\":\($0)" } ?? ""
        return
            """
            {"object_kind":"merge_request","user":{"id":\(user),"username":"ann"},"project":{"id":3,"path_with_namespace":"g/a"},
            "object_attributes":{"iid":7,"state":"opened","last_commit":{"id":"c0ffee"},\(attributes)},"labels":\(labels)\(changes)}
            """
            .replacing("@", with: #"{"title":"ai-review"}"#).replacing("~", with: #"{"title":"bug"}"#)
    }

    @Test func `a trigger carries what a review needs`() {
        let decision = decide(event(#""action":"update""#, changes: #"{"labels":{"previous":[],"current":[@]}}"#))
        guard case .review(let trigger) = decision else { return #expect(Bool(false)) }
        #expect(
            trigger.kind == .labelAdded && trigger.projectID == 3 && trigger.projectPath == "g/a" && trigger.iid == 7)
        #expect(trigger.headSHA == "c0ffee" && trigger.username == "ann" && trigger.userID == 1)
        #expect(trigger.deliveryID == "d" && trigger.asksAgain && !trigger.needsPermission && trigger.command == nil)
    }

    private static let added = #"{"labels":{"previous":[~],"current":[~,@]}}"#
    private static let kept = #"{"labels":{"previous":[@],"current":[~,@]}}"#
    private static let ready = #"{"draft":{"previous":true,"current":false}}"#

    @Test(arguments: [
        (#""action":"update""#, "[~,@]", added, ReviewTrigger.Kind.labelAdded),
        (#""action":"update","draft":true"#, "[@]", added, .labelAdded),
        (#""action":"open""#, "[@]", "{}", .opened), (#""action":"open","draft":true"#, "[@]", "{}", .opened),
        (#""action":"reopen""#, "[@]", #"{"state_id":{}}"#, .reopened), (#""action":"update""#, "[@]", ready, .ready),
        (#""action":"update""#, "[@]", #"{"title":{"previous":"Draft: a","current":"a"}}"#, .ready),
        (#""action":"update""#, "[@]", "{}", .labelPresent), (#""action":"update""#, "[@]", "null", .labelPresent),
        (#""action":"update","state":null,"state_id":1"#, "[@]", added, .labelAdded),
        (#""iid":7"#, "[@]", added, .labelAdded),
    ])
    func `these ask for a review`(
        _ attributes: String, _ labels: String, _ changes: String, _ wanted: ReviewTrigger.Kind
    ) {
        // A name that comes twice is refused by our reader: the attributes replace the defaults.
        var body = event(attributes, labels: labels, changes: changes)
        if attributes.contains("\"state\"") { body = body.replacing(#""state":"opened","#, with: "") }
        if attributes.contains("\"iid\"") { body = body.replacing(#""iid":7,"state""#, with: #""state""#) }
        #expect(kind(decide(body)) == wanted, "\(decide(body))")
        #expect(code(decide(body.replacing("ai-review", with: "AI-review"))) != nil)
        #expect(code(decide(body, bot: 1)) == .ownEvent)
        #expect(kind(decide(body, bot: nil)) == wanted)
    }

    @Test(arguments: [
        (#""action":"update""#, "[~]", added.replacing("@", with: "~"), Trigger.Code.noLabel),
        (#""action":"open""#, "[~]", "{}", .noLabel),
        (#""action":"open""#, "null", "{}", .noLabel), (#""action":"update""#, "[@]", kept, .nothingNew),
        (#""action":"update""#, "[~]", #"{"labels":{"previous":[@],"current":[~]}}"#, .labelRemoved),
        (#""action":"update""#, "[@]", #"{"title":{"previous":"a","current":"b"}}"#, .nothingNew),
        (#""action":"update""#, "[@]", #"{"draft":{"previous":false,"current":true}}"#, .nothingNew),
        (#""action":"update""#, "[~]", ready, .noLabel),
        (#""action":"update","oldrev":"a1""#, "[@]", "{}", .pushNotReviewed),
        (#""action":"update","oldrev":"a1""#, "[@]", added, .pushNotReviewed),
        (#""action":"approved""#, "[@]", "{}", .otherAction),
        (#""action":"unapproved","system":true"#, "[@]", "{}", .systemEvent),
        (#""action":"close""#, "[@]", "{}", .otherAction),
        (#""action":"merge""#, "[@]", "{}", .otherAction), (#""action":"warp""#, "[@]", "{}", .otherAction),
        (#""draft":false"#, "[@]", "{}", .noAction),
    ])
    func `these ask for nothing`(_ attributes: String, _ labels: String, _ changes: String, _ wanted: Trigger.Code) {
        #expect(code(decide(event(attributes, labels: labels, changes: changes))) == wanted)
    }

    @Test(arguments: ["closed", "merged", "locked"]) func `only open ones are reviewed`(_ state: String) {
        let body = event(#""action":"update""#, changes: Self.added).replacing("opened", with: state)
        #expect(code(decide(body)) == .notOpen)
    }

    @Test func `pushes are reviewed on request`() {
        let push = event(#""action":"update","oldrev":"a1""#)
        #expect(kind(decide(push, push: true)) == .push && code(decide(push)) == .pushNotReviewed)
        #expect(kind(decide(event(#""action":"update","oldrev":"a1""#, changes: Self.added), push: true)) == .push)
        #expect(code(decide(event(#""action":"update","oldrev":"a1""#, labels: "[]"), push: true)) == .noLabel)
        #expect(code(decide(event(#""action":"update""#, changes: Self.kept), push: true)) == .nothingNew)
    }

    @Test func `only a label put on and a command ask again for the same head`() {
        let asking = ReviewTrigger.Kind.allCases.filter { kind in
            ReviewTrigger.test(kind).asksAgain
        }
        #expect(asking == [.labelAdded, .command])
        #expect(ReviewTrigger.Kind.allCases.filter { ReviewTrigger.test($0).needsPermission } == [.command])
    }

    private func note(
        _ text: String, _ attributes: String = #""action":"create""#, state: String = "opened", user: Int = 1
    ) -> String {
        """
        {"object_kind":"note","user":{"id":\(user),"username":"ann"},"project_id":3,"project":{"path_with_namespace":"g/a"},
        "object_attributes":{"id":5,"note":"\(text)","noteable_type":"MergeRequest",\(attributes)},
        "merge_request":{"iid":7,"state":"\(state)","target_project_id":3,"last_commit":{"id":"c0ffee"}}}
        """
    }

    @Test(arguments: [
        ("/ai-review", nil), ("/ai-review ", nil), ("/ai-review\\nplease", nil), ("/ai-review security", "security"),
        ("/ai-review  Security now", "security"), ("/ai-review a@b", "a"), ("/ai-review ../x", nil),
        ("/ai-review\\tfast", "fast"),
    ])
    func `a comment that starts with the command asks for a review`(_ text: String, _ command: String?) {
        guard case .review(let trigger) = decide(note(text)) else { return #expect(Bool(false), "\(text)") }
        #expect(trigger.kind == .command && trigger.command == command && trigger.needsPermission && trigger.asksAgain)
        #expect(trigger.projectID == 3 && trigger.iid == 7 && trigger.headSHA == "c0ffee" && trigger.userID == 1)
        #expect(kind(decide(note(text, #""x":1"#))) == .command)
    }

    @Test func `other comments ask for nothing`() {
        for text in [
            "ok", "/ai-reviewer", "please /ai-review", " /ai-review", "> /ai-review", "/AI-REVIEW", "", "/ai-review-x",
        ] {
            #expect(code(decide(note(text))) == .notCommand, "\(text)")
        }
        #expect(code(decide(note("/ai-review", #""action":"update""#))) == .editedNote)
        #expect(code(decide(note("/ai-review", #""system":true"#))) == .systemEvent)
        #expect(code(decide(note("/ai-review", user: 99))) == .ownEvent)
        #expect(code(decide(note("/ai-review", state: "merged"))) == .notOpen)
        #expect(code(decide(note("/ai-review").replacing("\"MergeRequest\"", with: "\"Issue\""))) == .notMergeRequest)
        let long = note("/ai-review " + String(repeating: "a", count: 100))
        guard case .review(let trigger) = decide(long) else { return #expect(Bool(false)) }
        #expect(trigger.command?.count == Trigger.argumentCharactersMax)
    }

    @Test func `what cannot be read asks for nothing and says why`() {
        #expect(code(decide("{")) == .malformed && code(decide(#"{"object_kind":"push"}"#)) == .unsupportedEvent)
    }
}

extension ReviewTrigger {
    fileprivate static func test(_ kind: Kind) -> ReviewTrigger {
        ReviewTrigger(
            kind: kind, projectID: 1, projectPath: "", iid: 1, headSHA: nil, username: "", userID: nil, deliveryID: "",
            eventUUID: nil, command: nil)
    }
}
