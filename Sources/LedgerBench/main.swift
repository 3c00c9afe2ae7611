import Budget
import Dispatch
import Glibc
import Ledger
import Platform
import Synchronization
import UTCTime

// Measures the books beside a bare write + fdatasync loop, in turn within one process, so that both see the same disk in
// the same moment. `scripts/bench/ledger` runs it and SQLite and prints the ratios.
//
// Usage: ledger-bench DIRECTORY [SECONDS [alone|records|reviews]], or ledger-bench DIRECTORY start for the time that
// the books take to open after a year of reviews, or ledger-bench DIRECTORY admission for what one admission takes.

let arguments = CommandLine.arguments
guard arguments.count >= 2 else {
    print("usage: ledger-bench DIRECTORY [SECONDS [alone|records|reviews] | start | admission]")
    exit(2)
}
if arguments.count > 2, arguments[2] == "start" {
    try StartMeasurements(directory: arguments[1]).run()
    exit(0)
}
if arguments.count > 2, arguments[2] == "admission" {
    for _ in 0..<3 {
        print("admission, 10 budgets, ns\t\(Int(try AdmissionMeasurements.nanoseconds().rounded()))")
        let new = try AdmissionMeasurements.nanoseconds(areNamesNew: true)
        print("admission, 10 budgets, new names, ns\t\(Int(new.rounded()))")
    }
    exit(0)
}
let seconds = arguments.count > 2 ? Double(arguments[2]) ?? 2 : 2
try Measurements(directory: arguments[1], seconds: seconds)
    .run(only: arguments.count > 3 ? arguments[3] : nil)
