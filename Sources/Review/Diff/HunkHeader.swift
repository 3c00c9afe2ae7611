/// A line like `@@ -1,7 +1,9 @@ func f()`, or `@@@ -1,7 -1,6 +1,9 @@@` of a merge with two parents.
struct HunkHeader {
    /// Where the place begins in each parent and how many lines it has there. One, but for merges.
    let old: [(start: Int, count: Int)]
    let new: (start: Int, count: Int)
    let section: String

    /// The most lines that a file is taken to have; a greater number is no number of a line.
    static let lineNumbersMax = 1_000_000_000
    /// The most parents of a merge whose hunks are read.
    static let parentsMax = 16

    init?(_ line: UnsafeBufferPointer<UInt8>) {
        // The commonest lines first: this is asked of every line outside hunks.
        guard line.starts(with: "@@") else { return nil }
        var index = 0
        while index < line.count, line[index] == UInt8(ascii: "@") { index += 1 }
        let parents = index - 1
        guard parents <= Self.parentsMax else { return nil }
        var old: [(start: Int, count: Int)] = []
        for _ in 0..<parents {
            guard let range = Self.range(line, &index, sign: UInt8(ascii: "-")) else { return nil }
            old.append(range)
        }
        guard let new = Self.range(line, &index, sign: UInt8(ascii: "+")), index + parents + 2 <= line.count,
            line[index] == UInt8(ascii: " "),
            line[(index + 1)...(index + parents + 1)].allSatisfy({ $0 == UInt8(ascii: "@") })
        else { return nil }
        index += parents + 2
        if index < line.count, line[index] == UInt8(ascii: " ") { index += 1 }
        self.old = old
        self.new = new
        section = line.slice(index..<line.count).withoutCR.text
    }

    /// ` -12,3`: where and how many, one where no count is given.
    private static func range(
        _ line: UnsafeBufferPointer<UInt8>, _ index: inout Int, sign: UInt8
    ) -> (start: Int, count: Int)? {
        guard index + 1 < line.count, line[index] == UInt8(ascii: " "), line[index + 1] == sign else { return nil }
        index += 2
        guard let start = number(line, &index) else { return nil }
        guard index < line.count, line[index] == UInt8(ascii: ",") else { return (start, 1) }
        index += 1
        guard let count = number(line, &index) else { return nil }
        return (start, count)
    }

    private static func number(_ line: UnsafeBufferPointer<UInt8>, _ index: inout Int) -> Int? {
        let first = index
        var value = 0
        while index < line.count, UInt8(ascii: "0")...UInt8(ascii: "9") ~= line[index] {
            value = value * 10 + Int(line[index] - UInt8(ascii: "0"))
            guard value <= lineNumbersMax else { return nil }
            index += 1
        }
        return index > first ? value : nil
    }
}
