// Names of files as diffs write them: with a prefix or without, with a time behind them or without, quoted where they
// hold what would break the line.

/// A name on a line of a diff.
enum DiffPath {
    typealias Bytes = UnsafeBufferPointer<UInt8>

    /// The two names behind `diff --git `; nil where they cannot be told apart without the lines that follow.
    ///
    /// Unquoted names may hold blanks. They are the same but for their prefixes unless the file was moved, so the
    /// blank between them is the one in the middle; the names of a moved file stand on lines of their own.
    static func pair(_ line: Bytes) -> (old: String, new: String)? {
        guard let (old, new) = parts(line) else { return nil }
        return withoutPrefixes(old, new)
    }

    private static func parts(_ line: Bytes) -> (String, String)? {
        if line.first == quote {
            guard let (old, end) = unquoted(line), end < line.count, line[end] == blank else { return nil }
            return (old, name(line.slice((end + 1)..<line.count)))
        }
        if line.last == quote {
            // Within quotes a quote has a backslash before it, so the one behind a blank opens.
            guard let start = (1..<max(1, line.count)).first(where: { line[$0] == quote && line[$0 - 1] == blank })
            else { return nil }
            return (line.slice(0..<(start - 1)).text, name(line.slice(start..<line.count)))
        }
        let middle = line.count / 2
        guard line.count >= 3, line.count % 2 == 1, line[middle] == blank else { return nil }
        let (old, new) = (line.slice(0..<middle), line.slice((middle + 1)..<line.count))
        let skipped = prefixLength(old, new)
        guard old.dropFirst(skipped).elementsEqual(new.dropFirst(skipped)) else { return nil }
        return (old.text, new.text)
    }

    /// Both names without `a/` and `b/`, or what `diff.mnemonicPrefix` and `--no-index` write in their place.
    static func withoutPrefixes(_ old: String, _ new: String) -> (old: String, new: String) {
        var (old, new) = (old, new)
        let length = old.withUTF8 { left in new.withUTF8 { right in prefixLength(left, right) } }
        guard length > 0 else { return (old, new) }
        return (String(old.utf8.dropFirst(length)) ?? old, String(new.utf8.dropFirst(length)) ?? new)
    }

    /// 2 where the names begin with two different prefixes of git's, else 0: `diff.noprefix` has none.
    private static func prefixLength(_ old: Bytes, _ new: Bytes) -> Int {
        guard old.count > 2, new.count > 2, old[1] == slash, new[1] == slash, old[0] != new[0] else { return 0 }
        let letters: StaticString = "abciow12"
        let isPrefix = { (byte: UInt8) in
            (0..<letters.utf8CodeUnitCount).contains { letters.utf8Start[$0] == byte }
        }
        return isPrefix(old[0]) && isPrefix(new[0]) ? 2 : 0
    }

    /// Both names of a plain `diff -u`, without first folders where they alone differ (`old/x.c` and `new/x.c`).
    static func withoutRoots(_ old: String, _ new: String) -> (old: String, new: String) {
        guard old != new, let left = old.utf8.firstIndex(of: slash), let right = new.utf8.firstIndex(of: slash)
        else { return (old, new) }
        let tails = (old[old.utf8.index(after: left)...], new[new.utf8.index(after: right)...])
        return tails.0 == tails.1 && !tails.0.isEmpty ? (String(tails.0), String(tails.1)) : (old, new)
    }

    /// The name behind `--- ` or `+++ `; nil for none, which is `/dev/null` or a time at the very beginning of time.
    static func side(_ line: Bytes) -> String? {
        if line.first == quote { return unquoted(line)?.text ?? line.text }
        // Git puts a tab behind a name with blanks, diff a tab and a time.
        let end = line.firstIndex(of: tab) ?? line.count
        let path = line.slice(0..<end).withoutCR.text
        if path == "/dev/null" { return nil }
        // GNU diff -N: a file that is not there has the time 0.
        return line.slice(min(line.count, end + 1)..<line.count).starts(with: "1970-01-01 ") ? nil : path
    }

    /// A name that is all of `line`, quoted or not.
    static func name(_ line: Bytes) -> String {
        guard line.first == quote, let (text, end) = unquoted(line), end == line.count else { return line.text }
        return text
    }

    /// The quoted name at the beginning of `line`, and the place behind its closing quote (git's `quote.c`).
    private static func unquoted(_ line: Bytes) -> (text: String, end: Int)? {
        var output: [UInt8] = []
        var index = 1
        while index < line.count {
            let byte = line[index]
            index += 1
            if byte == quote { return (String(decoding: output, as: UTF8.self), index) }
            guard byte == UInt8(ascii: "\\") else {
                output.append(byte)
                continue
            }
            guard index < line.count else { return nil }
            let escaped = line[index]
            index += 1
            switch escaped {
            case UInt8(ascii: "a"): output.append(0x07)
            case UInt8(ascii: "b"): output.append(0x08)
            case UInt8(ascii: "t"): output.append(0x09)
            case UInt8(ascii: "n"): output.append(0x0A)
            case UInt8(ascii: "v"): output.append(0x0B)
            case UInt8(ascii: "f"): output.append(0x0C)
            case UInt8(ascii: "r"): output.append(0x0D)
            case quote, UInt8(ascii: "\\"): output.append(escaped)
            case UInt8(ascii: "0")...UInt8(ascii: "3"):
                guard index + 1 < line.count, let high = octal(line[index]), let low = octal(line[index + 1])
                else { return nil }
                output.append((escaped - UInt8(ascii: "0")) << 6 | high << 3 | low)
                index += 2
            default: return nil
            }
        }
        return nil
    }

    private static func octal(_ byte: UInt8) -> UInt8? {
        UInt8(ascii: "0")...UInt8(ascii: "7") ~= byte ? byte - UInt8(ascii: "0") : nil
    }

    private static let quote = UInt8(ascii: "\"")
    private static let blank = UInt8(ascii: " ")
    private static let slash = UInt8(ascii: "/")
    private static let tab: UInt8 = 0x09
}
