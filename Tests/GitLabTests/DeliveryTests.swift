import Foundation
import GitLab
import Testing

private func payload(_ name: String) throws -> [UInt8] {
    let url = try #require(Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Payloads"))
    return Array(try Data(contentsOf: url))
}

func delivery(_ body: String, _ fields: [String: String] = [:]) -> Delivery {
    Delivery.decode(
        field: { name in fields.first { $0.key.lowercased() == name.lowercased() }?.value }, body: Array(body.utf8))
}

@Suite struct DeliveryTests {
    @Test func `reads a merge request event of GitLab 18`() throws {
        let delivery = Delivery.decode(field: { _ in nil }, body: try payload("merge_request_open_docs_18"))
        guard case .mergeRequest(let event) = delivery.content else { return #expect(Bool(false)) }
        #expect(event.projectID == 2 && event.projectPath == "flightjs/flight-management" && event.iid == 16)
        #expect(event.action == "open" && event.state == "opened" && event.isOpen && !event.isDraft && !event.isSystem)
        #expect(event.labels == ["enhancement"] && event.labelsBefore == nil && !event.hasNoChanges)
        #expect(event.headSHA == "e59094b8de0f2f91abbe4760a52d9137260252d8" && event.oldRevision == nil)
        #expect(event.userID == 1 && event.username == "agarcia" && event.authorID == 1 && event.sourceProjectID == 2)
        #expect(event.targetBranch == "main" && event.updatedAt == "2026-01-16 05:56:25 UTC")
    }

    @Test func `reads a merge request event of GitLab 17`() throws {
        let delivery = Delivery.decode(field: { _ in nil }, body: try payload("merge_request_docs_17"))
        guard case .mergeRequest(let event) = delivery.content else { return #expect(Bool(false)) }
        #expect(event.labelsBefore == ["API"] && event.labelsAfter == ["Platform"] && event.added("Platform"))
        #expect(!event.added("API") && event.removed("API") && event.draftBefore == true && event.draftAfter == false)
        #expect(event.sourceProjectID == 14 && event.projectID == 1)
    }

    @Test func `reads a note event`() throws {
        let delivery = Delivery.decode(field: { _ in nil }, body: try payload("note_merge_request_docs"))
        guard case .note(let event) = delivery.content else { return #expect(Bool(false)) }
        #expect(event.noteID == 1244 && event.text == "This MR needs work." && event.noteableType == "MergeRequest")
        #expect(event.mergeRequest?.iid == 1 && event.mergeRequest?.labels == ["Afterpod", "Element"])
        #expect(event.projectID == 5 && event.userID == 1 && !event.isSystem && event.action == "create")
        #expect(event.mergeRequest?.headSHA == "562e173be03b8ff2efb05345d12df18815438a4b")
    }

    @Test func `a part of an event is malformed, not an error`() throws {
        let delivery = Delivery.decode(field: { _ in nil }, body: try payload("merge_request_rerequest_partial_docs"))
        guard case .malformed = delivery.content else { return #expect(Bool(false)) }
    }

    /// Old, foreign and odd: all of them name project 3 and merge request 7.
    @Test(arguments: [
        #"{"object_kind":"merge_request","object_attributes":{"iid":7,"target_project_id":3}}"#,
        #"{"object_kind":"merge_request","object_attributes":{"iid":"7","target_project_id":"3","state":"reopened"}}"#,
        #"{"object_kind":"merge_request","project":{"id":3},"object_attributes":{"iid":7,"last_commit":null,"source":null}}"#,
        #"{"object_kind":"merge_request","project":{"id":3},"object_attributes":{"iid":7},"labels":null,"changes":null}"#,
        #"{"object_kind":"merge_request","project":{"id":3},"object_attributes":{"iid":7},"user":{"name":"x"},"changes":[]}"#,
        #"{"object_kind":"merge_request","project":{"id":3},"object_attributes":{"iid":7},"user":null,"changes":{"labels":null}}"#,
        #"{"object_kind":"merge_request","project":{"id":3},"object_attributes":{"iid":7},"labels":[1,null,{"title":5}]}"#,
        #"{"event_type":"merge_request","project":{"id":3},"object_attributes":{"iid":7,"updated_at":17,"action":4}}"#,
        #"{"object_kind":"merge_request","project":"x","object_attributes":{"iid":7,"target_project_id":3,"title":null}}"#,
    ])
    func `odd fields cost nothing but themselves`(_ body: String) {
        guard case .mergeRequest(let event) = delivery(body).content else { return #expect(Bool(false), "\(body)") }
        #expect(event.iid == 7 && event.projectID == 3 && event.isOpen && !event.added("x"))
    }

    @Test(arguments: [
        #"{"draft":true}"#, #"{"work_in_progress":true}"#, #"{"draft":"true"}"#, #"{"title":"Draft: x"}"#,
        #"{"title":"WIP: x"}"#,
        #"{"title":"[Draft] x"}"#, #"{"draft":true,"work_in_progress":false}"#,
    ])
    func `knows a draft of every version`(_ attributes: String) {
        let body =
            #"{"object_kind":"merge_request","project":{"id":3},"object_attributes":{"iid":7,"# + attributes.dropFirst()
            + "}"
        guard case .mergeRequest(let event) = delivery(body).content else { return #expect(Bool(false), "\(body)") }
        #expect(event.isDraft)
        let ready = body.replacing("true", with: "false").replacing("Draft", with: "x").replacing("WIP", with: "x")
        guard case .mergeRequest(let other) = delivery(ready).content else { return #expect(Bool(false), "\(ready)") }
        #expect(!other.isDraft)
    }

    @Test func `reads changes as an array of two`() {
        let body =
            #"{"object_kind":"merge_request","project":{"id":3},"object_attributes":{"iid":7},"changes":{"labels":[[],[{"title":"a"}]]}}"#
        guard case .mergeRequest(let event) = delivery(body).content else { return #expect(Bool(false)) }
        #expect(event.added("a") && !event.added("A"))
    }

    @Test(arguments: [
        "", "{", "[]", "null", "7", "\"x\"", "{}", #"{"object_kind":null}"#, #"{"object_kind":"merge_request"}"#,
        #"{"object_kind":"merge_request","object_attributes":[]}"#,
        #"{"object_kind":"merge_request","object_attributes":{"iid":7}}"#,
        #"{"object_kind":"merge_request","project":{"id":-3},"object_attributes":{"iid":7}}"#,
        #"{"object_kind":"merge_request","project":{"id":3},"object_attributes":{"iid":0}}"#,
        #"{"object_kind":"merge_request","project":{"id":3},"object_attributes":{"iid":99999999999999999999}}"#,
        #"{"object_kind":"note"}"#, #"{"object_kind":"note","object_attributes":{}}"#, "<html>", "\u{FEFF}{}",
    ])
    func `what is not GitLab's says so`(_ body: String) {
        guard case .malformed(let reason) = delivery(body).content else { return #expect(Bool(false), "\(body)") }
        #expect(!reason.isEmpty)
    }

    @Test func `bytes that are not text and nesting without end say so`() {
        for bytes in [[0xFF, 0xFE], Array(repeating: UInt8(ascii: "["), count: 100_000)] as [[UInt8]] {
            guard case .malformed = Delivery.decode(field: { _ in nil }, body: bytes).content else {
                return #expect(Bool(false))
            }
        }
    }

    @Test(arguments: ["push", "pipeline", "emoji", "build", "issue"])
    func `other events are named`(_ kind: String) {
        #expect(delivery("{\"object_kind\":\"\(kind)\"}").content == .unsupported(kind: kind))
        #expect(delivery("{\"event_name\":\"\(kind)\"}").content == .unsupported(kind: kind))
    }

    @Test func `the same delivery has the same id`() {
        let uuid = ["X-Gitlab-Event-UUID": "u"]
        #expect(delivery("{}", ["webhook-id": "a", "Idempotency-Key": "b"]).id == "a")
        #expect(delivery("{}", ["idempotency-key": "b"]).id == "b")
        #expect(delivery("{}", uuid).id == delivery("{}", uuid).id && delivery("{}", uuid).eventUUID == "u")
        #expect(delivery("{}", uuid).id != delivery("{}").id && delivery("{ }").id != delivery("{}").id)
        let long = String(repeating: "a", count: Delivery.idCharactersMax)
        #expect(delivery("{}", ["webhook-id": long]).id == long)
        for odd in [long + "a", "", "a b", "a\nb", "é"] {
            #expect(delivery("{}", ["webhook-id": odd, "Idempotency-Key": "b"]).id == "b")
        }
        #expect(delivery("{}", ["X-Gitlab-Event-UUID": "a\r\nb: c"]).eventUUID == nil)
    }
}
