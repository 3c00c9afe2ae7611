import Dashboard

extension StoryEvent {
    /// What happened, as `bursar why` tells it. `webBase` is where GitLab shows projects; nil where there is none.
    init(_ line: WhyStory.Line, webBase: String?) {
        var address: WebAddress?
        if let webBase, let note = line.note {
            address = WebAddress("\(webBase)/\(note.project)/-/merge_requests/\(note.iid)#note_\(note.id)")
        }
        self.init(time: line.time, what: line.what, details: line.details, note: address)
    }
}
