import Journal
import UTCTime

/// The books as the bytes of a journal have them. With a line that cannot be read an alert may be lost or come twice.
struct AlertLoad {
    let books: AlertBooks
    /// The number of the next line.
    let next: Int
    /// The lines that could not be read, the first of them.
    let problems: [JournalScan.Problem]

    init(reading bytes: [UInt8]) {
        var books = AlertBooks()
        let scan = JournalScan(reading: bytes) { (line) throws(JournalError) in
            var fields = line.fields
            let entry = try AlertEntry(&fields)
            books.apply(entry, at: line.time)
            if case .begin(let version) = entry {
                try JournalError.refusing(version: version, unless: AlertEntry.version)
            }
        }
        self.books = books
        next = scan.next
        problems = scan.problems
    }
}
