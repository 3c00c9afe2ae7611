import Budget
import JSON
import UTCTime

/// What each merge request used in a month whose rows a cleaning takes away: budgets over its whole life go on counting it.
///
/// As text a head and a line for each merge request, all JSON:
/// `{"version":1,"month":"2024-01","merge_requests":1}`, then
/// `{"project":"group/app","iid":7,"calls":2,"unpriced_calls":0,"tokens":1500,"micro_usd":4200}`.
struct CarriedUse: Equatable {
    /// One merge request.
    struct Name: Hashable {
        var project: String
        var iid: Int
    }

    let month: Month
    private(set) var sums: [Name: CarriedSums] = [:]

    static let version = 1

    init(month: Month) { self.month = month }

    /// Counts a row. One of no merge request counts for none.
    mutating func add(_ record: UsageRecord) {
        guard let iid = record.context.mergeRequestIID, !record.context.project.isEmpty else { return }
        sums[Name(project: record.context.project, iid: iid), default: CarriedSums()].add(CallAmount(record))
    }

    /// Raises what each merge request used to what `other` says of it, sum by sum.
    mutating func raise(to other: CarriedUse) {
        for (name, more) in other.sums { sums[name, default: CarriedSums()].raise(to: more) }
    }

    /// Counts in `counters` what is beyond `rows`, which were counted already.
    func count(in counters: inout Counters, beyond rows: CarriedUse?) {
        for (name, sums) in sums {
            let excess = sums.excess(over: rows?.sums[name] ?? CarriedSums())
            counters.carry(excess, project: name.project, iid: name.iid)
        }
    }

    /// The text, the same for the same sums.
    var bytes: [UInt8] {
        let head: JSONValue = [
            "version": .integer(Self.version), "month": .string(month.description),
            "merge_requests": .integer(sums.count),
        ]
        let lines = sums.sorted { ($0.key.project, $0.key.iid) < ($1.key.project, $1.key.iid) }.map { name, sums in
            let line: JSONValue = [
                "project": .string(name.project), "iid": .integer(name.iid), "calls": .integer(sums.calls),
                "unpriced_calls": .integer(sums.unpricedCalls), "tokens": .integer(sums.tokens),
                "micro_usd": .integer(sums.microUSD),
            ]
            return line.bytes + [0x0A]
        }
        return head.bytes + [0x0A] + lines.joined()
    }

    /// Why a text is none.
    struct Damage: Error {
        let line: Int
        let reason: String
    }

    /// Reads the text of `month`. The error names the line.
    init(parsing bytes: [UInt8], of month: Month) throws(Damage) {
        self.month = month
        let lines = bytes.split(separator: 0x0A)
        guard let first = lines.first, let head = try? JSONValue(parsing: Array(first)),
            head["version"]?.integer == Self.version, head["month"]?.string == month.description,
            let count = head["merge_requests"]?.integer
        else { throw Damage(line: 1, reason: "this is not the head of \(month) in version \(Self.version)") }
        guard lines.count - 1 == count else {
            throw Damage(line: 1, reason: "\(count) lines should follow; there are \(lines.count - 1)")
        }
        for (index, line) in lines.dropFirst().enumerated() {
            let value = try? JSONValue(parsing: Array(line))
            func count(_ name: String) -> Int? { value?[name]?.integer.flatMap { $0 >= 0 ? $0 : nil } }
            guard let project = value?["project"]?.string, !project.isEmpty, let iid = count("iid"),
                let calls = count("calls"), let unpriced = count("unpriced_calls"), unpriced <= calls,
                let tokens = count("tokens"), let microUSD = count("micro_usd")
            else { throw Damage(line: index + 2, reason: "this is not what a merge request used") }
            var sum = CarriedSums()
            (sum.calls, sum.unpricedCalls, sum.tokens, sum.microUSD) = (calls, unpriced, tokens, microUSD)
            guard sums.updateValue(sum, forKey: Name(project: project, iid: iid)) == nil else {
                throw Damage(line: index + 2, reason: "\(project)!\(iid) comes a second time")
            }
        }
    }
}
