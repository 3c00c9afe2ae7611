import UTCTime

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

    private static let fieldCount = 22
    private static let oldFieldCount = 13

    /// How every row of a month begins: `2025,12,`.
    struct Prefix: Sendable {
        fileprivate let bytes: UInt64
        fileprivate let mask: UInt64

        /// The prefix of `month`; of one whose year has not four digits no row is plain.
        init(_ month: Month) {
            let text = "\(month.year),\(month.month),".utf8
            guard text.count <= 8 else {
                (bytes, mask) = (.max, .max)
                return
            }
            bytes = text.reversed().reduce(0) { $0 << 8 | UInt64($1) }
            mask = ~0 >> UInt64(64 - text.count * 8)
        }
    }

    /// Reads a row of which no field has a quote or a control character. One of an older tool has the columns up to the
    /// duration, and neither session, agent nor command.
    @inline(__always)
    init?(_ fields: inout RowFields, month: Prefix, isOurs: Bool) {
        fields.expectCommas(count: isOurs ? Self.fieldCount : Self.oldFieldCount)
        fields.expectPrefix(month.bytes, mask: month.mask)
        dayOfMonth = fields.number(2)
        hour = fields.hour(3)
        _ = fields.number(4)
        slug = fields.text(5)
        let iid = fields.number(6)
        user = fields.text(7)
        let input = fields.number(8)
        let output = fields.number(9)
        let total = fields.number(10)
        model = fields.text(11)
        let duration = fields.number(12)
        guard isOurs else {
            fields.expect(dayOfMonth | input | output | duration >= 0 && total == input &+ output)
            guard !fields.isOdd else { return nil }
            project = slug
            agent = UnsafeBufferPointer(start: slug.baseAddress, count: 0)
            command = agent
            session = agent
            figures = UsageTotals.Record(
                inputTokens: input, outputTokens: output, cacheWriteTokens: 0, cacheReadTokens: 0,
                durationMilliseconds: duration, costMicroUSD: nil, estimatedTokens: nil)
            return
        }
        let written = fields.number(13)
        let read = fields.number(14)
        let cost = fields.amount(15)
        _ = fields.text(16)
        let estimated = fields.number(17)
        agent = fields.text(18)
        command = fields.text(19)
        let session = fields.text(20)
        _ = fields.text(21)
        // None is below -1, and a sum of two is only negative with one that is.
        fields.expect(
            dayOfMonth | input | output | duration | written | read >= 0 && total == input &+ output
                && written &+ read <= input)
        guard !fields.isOdd,
            let project = Self.project(
                of: session, slug: slug, iid: iid, digits: fields.text(6))
        else { return nil }
        self.project = project
        self.session = iid >= 0 ? session : UnsafeBufferPointer(start: session.baseAddress, count: 0)
        figures = UsageTotals.Record(
            inputTokens: input, outputTokens: output, cacheWriteTokens: written, cacheReadTokens: read,
            durationMilliseconds: duration, costMicroUSD: cost < 0 ? nil : cost,
            estimatedTokens: estimated < 0 ? nil : estimated)
    }

    /// The project's path as the session has it, `group/app` of `group/app!7`; nil when the session is not of this project
    /// and merge request, whose number has these digits.
    @inline(__always)
    private static func project(
        of session: UnsafeBufferPointer<UInt8>, slug: UnsafeBufferPointer<UInt8>, iid: Int,
        digits: UnsafeBufferPointer<UInt8>
    ) -> UnsafeBufferPointer<UInt8>? {
        guard let base = session.baseAddress, let name = slug.baseAddress, let number = digits.baseAddress else {
            return nil
        }
        var count = session.count
        if iid >= 0 {
            let length = digits.count
            count &-= length &+ 1
            guard count >= 0, length == 1 || number[0] != UInt8(ascii: "0"), base[count] == UInt8(ascii: "!"),
                RowFields.areEqual(base + count + 1, number, count: length)
            else { return nil }
        }
        let before = count &- slug.count
        guard before == 0 || before > 0 && base[before &- 1] == UInt8(ascii: "/"),
            RowFields.areEqual(base + before, name, count: slug.count)
        else { return nil }
        return UnsafeBufferPointer(start: base, count: count)
    }
}
