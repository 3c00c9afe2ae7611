import Glibc
import Ledger

/// A row that is written as Bursar writes it: what nearly every row is.
///
/// Everything else (quotes, control characters, longer numbers, other forms of the same) is not plain, and `RowReader`, which
/// knows every form and every error, is asked instead. So the two differ in speed and in nothing else.
struct PlainRow {
    let dayOfMonth: Int
    let hour: Int
    /// The last part of the project's path.
    let slug: UnsafeBufferPointer<UInt8>
    /// The project's path as far as the row knows it.
    let project: UnsafeBufferPointer<UInt8>
    let user: UnsafeBufferPointer<UInt8>
    let model: UnsafeBufferPointer<UInt8>
    let agent: UnsafeBufferPointer<UInt8>
    let command: UnsafeBufferPointer<UInt8>
    /// Empty without a merge request.
    let session: UnsafeBufferPointer<UInt8>
    let figures: UsageTotals.Record

    /// Reads the next row of all 22 columns. `month` is how every row of its file begins: `2025,12,`.
    @inline(__always)
    init?(_ cursor: inout FieldCursor, month: [UInt8]) {
        guard cursor.take(month), let dayOfMonth = cursor.number(), let hour = cursor.hour(),
            let projectID = cursor.number(), let slug = cursor.text()
        else { return nil }
        let digits = UnsafeBufferPointer(start: cursor.base + cursor.position, count: 8)
        guard let iid = cursor.number(), let user = cursor.text(), let input = cursor.number(),
            let output = cursor.number(), let total = cursor.number(), let model = cursor.text(),
            let duration = cursor.number(), let written = cursor.number(), let read = cursor.number(),
            let cost = cursor.amount(), cursor.text() != nil, let estimated = cursor.number(),
            let agent = cursor.text(), let command = cursor.text(), let session = cursor.text(),
            cursor.text(endingWith: 0x0A) != nil, projectID >= -1, input >= 0, output >= 0, total == input + output,
            duration >= 0, written >= 0, read >= 0, written + read <= input,
            let project = Self.project(of: session, slug: slug, iid: iid, digits)
        else { return nil }
        self.dayOfMonth = dayOfMonth
        self.hour = hour
        self.slug = slug
        self.project = project
        self.user = user
        self.model = model
        self.agent = agent
        self.command = command
        self.session = iid >= 0 ? session : UnsafeBufferPointer(start: session.baseAddress, count: 0)
        figures = UsageTotals.Record(
            inputTokens: input, outputTokens: output, cacheWriteTokens: written, cacheReadTokens: read,
            durationMilliseconds: duration, costMicroUSD: cost < 0 ? nil : cost,
            estimatedTokens: estimated < 0 ? nil : estimated)
    }

    /// The project's path as the session has it, `group/app` of `group/app!7`; nil when the session is not of this project
    /// and merge request. `digits` begin with the merge request's number.
    @inline(__always)
    private static func project(
        of session: UnsafeBufferPointer<UInt8>, slug: UnsafeBufferPointer<UInt8>, iid: Int,
        _ digits: UnsafeBufferPointer<UInt8>
    ) -> UnsafeBufferPointer<UInt8>? {
        guard let base = session.baseAddress, let name = slug.baseAddress, let number = digits.baseAddress else {
            return nil
        }
        var count = session.count
        if iid >= 0 {
            let length = digits.prefix { $0 != UInt8(ascii: ",") }.count
            count -= length + 1
            guard count >= 0, length == 1 || digits[0] != UInt8(ascii: "0"), base[count] == UInt8(ascii: "!"),
                memcmp(base + count + 1, number, length) == 0
            else { return nil }
        }
        let before = count - slug.count
        guard before == 0 || before > 0 && base[before - 1] == UInt8(ascii: "/"),
            memcmp(base + before, name, slug.count) == 0
        else { return nil }
        return UnsafeBufferPointer(start: base, count: count)
    }
}
