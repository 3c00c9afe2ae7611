import Review

/// A hash for tests: FNV-1a twice. Good enough to tell the few texts of a test apart.
let testHash = ContentHash { bytes in
    (0..<2).flatMap { round in
        var state: UInt64 = 0xCBF2_9CE4_8422_2325 &+ UInt64(round)
        for byte in bytes { state = (state ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return (0..<8).map { UInt8(truncatingIfNeeded: state >> (UInt64($0) * 8)) }
    }
}

/// A change of which most tests of findings are about: `src/cache.swift` from line 10, a moved and a removed file.
enum Changes {
    static let text = """
        diff --git a/src/cache.swift b/src/cache.swift
        --- a/src/cache.swift
        +++ b/src/cache.swift
        @@ -10,7 +10,9 @@ struct Cache {
             var items: [String: Data] = [:]

        -    func get(_ key: String) -> Data {
        -        return items[key]!
        +    func get(_ key: String) -> Data? {
        +        lock.lock()
        +        let item = items[key]
        +        return item
             }

             func clear() {
        @@ -40,3 +42,4 @@ struct Cache {
             func size() -> Int {
        +        lock.lock()
                 return items.count
             }
        diff --git a/lib/old.rb b/lib/new.rb
        similarity index 90%
        rename from lib/old.rb
        rename to lib/new.rb
        --- a/lib/old.rb
        +++ b/lib/new.rb
        @@ -1,2 +1,2 @@
        -x = 1
        +x = 2
         puts x
        diff --git a/gone.txt b/gone.txt
        deleted file mode 100644
        --- a/gone.txt
        +++ /dev/null
        @@ -1,2 +0,0 @@
        -first
        -second
        diff --git a/fresh.txt b/fresh.txt
        new file mode 100644
        --- /dev/null
        +++ b/fresh.txt
        @@ -0,0 +1,1 @@
        +only line

        """

    static let files = UnifiedDiff(parsing: text).files

    static func checked(
        _ findings: [Finding], certain: [Finding] = [], in files: [FileDiff] = files, inlineMax: Int = 10
    ) -> CheckedFindings {
        CheckedFindings(certain: certain, findings, in: files, inlineMax: inlineMax, hash: testHash)
    }

    static func finding(
        _ path: String = "src/cache.swift", _ side: Finding.Side = .new, line: Int? = nil, quote: String,
        severity: Finding.Severity = .major, kind: Finding.Kind = .bug, title: String = "t", text: String = "",
        replaced: String = "", replacement: String = ""
    ) -> Finding {
        Finding(
            severity: severity, kind: kind, path: path, side: side, line: line, quote: quote, title: title, text: text,
            replaced: replaced, replacement: replacement)
    }
}
