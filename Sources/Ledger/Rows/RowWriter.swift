import Budget
import Journal
import UTCTime

/// Writes records as lines of the monthly CSV, into memory it keeps between lines.
///
/// A line costs a few hundred nanoseconds: bytes go to a scratch line whose size every field's limit guarantees, with no
/// text or array made on the way.
struct RowWriter: ~Copyable {
    private var line = ByteLine(capacity: RowFormat.lineBytesMax)
    private var stampSecond = Int64.min
    private var stamp: [UInt8] = []

    /// Appends `record`, whose id is `id`, to `output` with its line break.
    mutating func write(_ record: UsageRecord, id: RecordID, to output: inout [UInt8]) {
        line.clear()
        putStamp(record.time)
        let context = record.context
        put(context.projectID)
        comma()
        put(name: context.project)
        comma()
        put(context.mergeRequestIID)
        comma()
        put(context.user)
        comma()
        put(record.usage.inputTokens)
        comma()
        put(record.usage.outputTokens)
        comma()
        put(record.usage.totalTokens)
        comma()
        put(context.model)
        comma()
        put(record.durationMilliseconds)
        comma()
        put(record.usage.cacheWriteTokens)
        comma()
        put(record.usage.cacheReadTokens)
        comma()
        if let cost = record.cost { put(cost.amount) }
        comma()
        if let cost = record.cost { put(cost.priceID) }
        comma()
        put(record.estimatedTokens)
        comma()
        put(context.agent)
        comma()
        put(context.command)
        comma()
        put(session: context)
        comma()
        line.put(bytesMax: RecordID.textBytesMax) { id.write(at: $0) }
        byte(0x0A)
        output.append(contentsOf: line.written)
    }

    private mutating func byte(_ byte: UInt8) { line.put(byte: byte) }

    private mutating func comma() { byte(UInt8(ascii: ",")) }

    /// `2025,12,13,09:15:32,`, made once a second.
    private mutating func putStamp(_ time: Instant) {
        let second = time.seconds
        if second != stampSecond {
            stampSecond = second
            let (year, month, day) = time.day.parts
            stamp = Array("\(year),\(month),\(day),\(time.timeOfDay),".utf8)
        }
        stamp.withUnsafeBufferPointer { line.put(raw: $0) }
    }

    private mutating func put(_ value: Int?) { if let value { put(value) } }

    private mutating func put(_ value: Int) { line.put(value) }

    private mutating func put(_ amount: MicroUSD) {
        if amount.value < 0 { byte(UInt8(ascii: "-")) }
        let magnitude = UInt(amount.value.magnitude)
        line.put(magnitude / 1_000_000, digitsMin: 1)
        byte(UInt8(ascii: "."))
        line.put(magnitude % 1_000_000, digitsMin: 6)
    }

    private mutating func put(_ text: String) {
        var text = text
        text.withUTF8 { put($0, isWhole: true) }
    }

    /// The last part of a path.
    private mutating func put(name path: String) {
        var path = path
        path.withUTF8 { bytes in
            let slash = bytes.lastIndex(of: UInt8(ascii: "/"))
            put(UnsafeBufferPointer(rebasing: bytes[(slash.map { $0 + 1 } ?? 0)...]), isWhole: true)
        }
    }

    /// `group/app!123`; the project alone when there is no merge request, or the row would not say which project it was.
    private mutating func put(session context: CallContext) {
        guard let iid = context.mergeRequestIID else { return put(context.project) }
        var path = context.project
        path.withUTF8 { bytes in
            if Self.needsQuotes(bytes) || RowFormat.needsApostrophe(bytes) {
                put("\(context.project)!\(iid)")
            } else {
                put(bytes, isWhole: false)
                byte(UInt8(ascii: "!"))
                put(iid)
            }
        }
    }

    /// Whether `bytes` can stand in a cell as they are: what nearly every text is.
    private static func isPlain(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = bytes.first else { return true }
        if first == UInt8(ascii: "'") || RowFormat.startsFormula(first) { return false }
        for byte in bytes
        where byte < 0x20 || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\"") || byte == 0x7F {
            return false
        }
        return true
    }

    private static func needsQuotes(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        for byte in bytes where byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\"") { return true }
        return false
    }

    private mutating func put(_ bytes: UnsafeBufferPointer<UInt8>, isWhole: Bool) {
        if Self.isPlain(bytes) { return line.put(raw: bytes) }
        let isQuoted = isWhole && Self.needsQuotes(bytes)
        if isQuoted { byte(UInt8(ascii: "\"")) }
        if isWhole, RowFormat.needsApostrophe(bytes) { byte(UInt8(ascii: "'")) }
        for byte in bytes {
            // Twice the text, two quotes, an apostrophe: within the field's share of the line. See `RowFormat`.
            if byte < 0x20 || byte == 0x7F {
                self.byte(0x20)
            } else {
                if byte == UInt8(ascii: "\"") { self.byte(byte) }
                self.byte(byte)
            }
        }
        if isQuoted { byte(UInt8(ascii: "\"")) }
    }
}
