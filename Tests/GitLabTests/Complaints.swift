/// What is still dangerous in `text`, a note that should be harmless; `body` is the text with its marker.
func complaints(_ text: String, body: String? = nil) -> [String] {
    let outside = prose(text)
    // Within an address that becomes a link GitLab looks for no reference.
    let outsideAddresses = outside.replacing(/https?:\/\/[A-Za-z0-9][^\s<>`|\\\[\]]*/, with: "")
    var found = QuickActionReaders.all(body ?? text).map { "/\($0)" }
    for (name, expression) in [
        ("a mention", /@[A-Za-z0-9_.]/), ("a tag", /<[A-Za-z\/!?]/), ("an image", /!\[/),
        ("a merge request", /![0-9]/),
        ("a snippet", /\$[0-9]/), ("a label", /~[A-Za-z0-9"]/), ("a scheme", /\]\((?:javascript|data):/),
        ("an unpaired backtick", /UNPAIRED/),
    ] where outside.contains(expression) {
        found.append(name)
    }
    for (name, expression) in [
        ("an issue", /#[0-9]/), ("an epic or entity", /&[0-9#]/), ("a milestone", /%m/),
    ] where outsideAddresses.contains(expression) {
        found.append(name)
    }
    if text.contains(/(?m)^\/[A-Za-z_]+(?:\s|$)/) { found.append("a slash at the start of a line") }
    if ["hunter22", "glpat-0123456789abcdefghij", "sk-ant-api03-0123456789abcdefghij"].contains(where: text.contains) {
        found.append("a secret")
    }
    if text.unicodeScalars.contains("\r") || text.unicodeScalars.contains("\u{202E}") {
        found.append("a hidden character")
    }
    return found
}
