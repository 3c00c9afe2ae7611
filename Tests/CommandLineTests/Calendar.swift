import Platform
import UTCTime

/// Days and months in UTC as the names of files have them. The program takes the machine's clock, so we do too.
enum Calendar {
    static var today: String { String("\(TimeSource.system.now())".prefix(10)) }

    /// The day that is `days` from today, and the hour that it is.
    static func day(_ days: Int) -> String { TimeSource.system.now().day.adding(days: days).description }
    static var hour: Int { Int("\(TimeSource.system.now())".dropFirst(11).prefix(2)) ?? 0 }

    static var month: String { String(today.prefix(7)) }

    static var previousMonth: String {
        let parts = month.split(separator: "-").compactMap { Int($0) }
        let (year, month) = parts[1] == 1 ? (parts[0] - 1, 12) : (parts[0], parts[1] - 1)
        return "\(year)-\(month < 10 ? "0" : "")\(month)"
    }

    /// Whether a test that speaks of today could see the day end.
    static var isNearMidnight: Bool { "\(TimeSource.system.now())".contains("T23:59:") }
}

/// A month's rows as someone might have written them by hand.
enum HandMadeBooks {
    static let header =
        "year,month,day,time,project_id,project_name,mr_iid,username,input_tokens,output_tokens,total_tokens,model,"
        + "duration_ms,cache_write_tokens,cache_read_tokens,cost_usd,price_id,estimated_tokens,agent,command,"
        + "session_id,usage_id\n"

    /// A row of today of `tokens`, a fifth of them output.
    static func row(tokens: Int) -> String {
        let day = Calendar.today.split(separator: "-").joined(separator: ",")
        return "\(day),00:00:00,42,backend-api,123,maria.lopez,\(tokens - tokens / 5),\(tokens / 5),\(tokens),"
            + "claude-sonnet-5-5,900,0,0,,,,reviewer,review,shop/backend-api!123,\n"
    }

    static var file: String { "token-logs/\(Calendar.month).csv" }
}
