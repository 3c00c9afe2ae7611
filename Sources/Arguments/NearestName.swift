/// `. Did you mean 'status'?` when one of `names` is near what was typed, else nothing.
func suggestion(for typed: String, among names: [String]) -> String {
    nearest(to: typed, among: names).map { ". Did you mean '\($0)'?" } ?? ""
}

/// The name that is the fewest typing slips away from `typed`, if these are at most a third of its letters.
public func nearest(to typed: String, among names: [String]) -> String? {
    // Longer words are no slip of a name of ours, and the comparison takes time by the product of both lengths.
    let lengthMax = 64
    guard typed.utf8.count <= lengthMax else { return nil }
    let near = names.map { (name: $0, slips: slips(from: Array(typed.utf8), to: Array($0.utf8))) }
    guard let best = near.min(by: { $0.slips < $1.slips }) else { return nil }
    return best.slips <= max(1, min(typed.utf8.count, best.name.utf8.count) / 3) ? best.name : nil
}

/// Letters left out, added, replaced, or swapped with their neighbour (optimal string alignment distance).
private func slips(from typed: [UInt8], to name: [UInt8]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...name.count)
    for (row, letter) in typed.enumerated() {
        var current = [row + 1]
        for (column, wanted) in name.enumerated() {
            var best = min(last[column] + (letter == wanted ? 0 : 1), last[column + 1] + 1, current[column] + 1)
            if row > 0, column > 0, letter == name[column - 1], typed[row - 1] == wanted {
                best = min(best, beforeLast[column - 1] + 1)
            }
            current.append(best)
        }
        (beforeLast, last) = (last, current)
    }
    return last[name.count]
}
