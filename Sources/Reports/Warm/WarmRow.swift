import Budget
import UTCTime

/// A row of the books in 112 bytes.
struct WarmRow: Sendable {
    /// Days since 1970.
    let day: Int32
    let secondOfDay: Int32
    let project: UInt32
    let user: UInt32
    let model: UInt32
    let agent: UInt32
    let command: UInt32
    let session: UInt32
    /// Where its line begins in the file of its month.
    let offset: Int
    let figures: UsageTotals.Record

    /// The row of `record`, whose names are added to `names`.
    init(_ record: UsageRecord, offset: Int, names: inout RowNames) {
        let context = record.context
        let seconds = record.time.seconds
        let number = record.time.day.number
        day = Int32(clamping: number)
        secondOfDay = Int32(clamping: seconds - Int64(number) * 86_400)
        project = names.projects.number(adding: context.project)
        user = names.users.number(adding: context.user)
        model = names.models.number(adding: context.model)
        agent = names.agents.number(adding: context.agent)
        command = names.commands.number(adding: context.command)
        session = names.sessions.number(adding: context.sessionID)
        self.offset = offset
        figures = UsageTotals.Record(record)
    }

    /// The same row with its names numbered as in `names` instead of `old`.
    init(_ row: WarmRow, from old: RowNames, to names: inout RowNames) {
        day = row.day
        secondOfDay = row.secondOfDay
        project = names.projects.number(adding: old.projects[row.project])
        user = names.users.number(adding: old.users[row.user])
        model = names.models.number(adding: old.models[row.model])
        agent = names.agents.number(adding: old.agents[row.agent])
        command = names.commands.number(adding: old.commands[row.command])
        session = names.sessions.number(adding: old.sessions[row.session])
        offset = row.offset
        figures = row.figures
    }

    /// Seconds since 1970.
    var seconds: Int64 { Int64(day) * 86_400 + Int64(secondOfDay) }

    /// When it was booked.
    var time: Instant { Instant(seconds: seconds) }
}

extension UsageTotals.Record {
    /// What `record` adds.
    init(_ record: UsageRecord) {
        let usage = record.usage
        self.init(
            inputTokens: usage.inputTokens, outputTokens: usage.outputTokens,
            cacheWriteTokens: usage.cacheWriteTokens, cacheReadTokens: usage.cacheReadTokens,
            durationMilliseconds: record.durationMilliseconds, costMicroUSD: record.cost.map { Int($0.amount.value) },
            estimatedTokens: record.estimatedTokens)
    }

    /// Input and output tokens.
    var totalTokens: Int { inputTokens + outputTokens }
}
