import Budget
import Platform
import UTCTime

/// What goes to the disk in one go: everything that was asked for while the one before was being written.
struct Batch {
    /// Rows of one month, whole lines.
    struct Rows {
        let month: Month
        var bytes: [UInt8] = []
    }

    /// What is to be done when the bytes are on the disk, or are known not to be.
    enum Step {
        case reserved(RecordID, HoldDurability, Reply<Admission>)
        case dispatched(RecordID, Reply<Reservation>)
        case released(RecordID, Reply<Reservation>)
        case booked(Booked, Reply<Booking>)
        /// A record that has been waiting in memory.
        case bookedAtLast(Booked)
        /// An attempt to write at all, after a failure.
        case probe
        /// Nothing but to be told when everything before it is done.
        case barrier(Reply<Void>)
    }

    var rows: [Rows] = []
    var steps: [Step] = []
    /// Asked for while what they repeat was not on the disk; they are tried again when it is.
    var deferred: [Operation] = []
    /// The blocking callers that wait for this batch.
    var waiters: [any Waiter] = []

    var isWanted: Bool { !steps.isEmpty || !deferred.isEmpty }

    /// Whether this batch is to find out if a failure is over.
    var isAttempt = false

    /// Adds the row of `booked`.
    mutating func add(_ booked: Booked, by writer: inout RowWriter) {
        let month = booked.record.time.day.month
        if rows.last?.month != month {
            if rows.last?.bytes.isEmpty == true { rows.removeLast() }
            rows.append(Rows(month: month))
        }
        writer.write(booked.record, id: booked.id, to: &rows[rows.count - 1].bytes)
    }

    mutating func removeAll() {
        isAttempt = false
        // Few batches have more than one month; the bytes of the first keep their memory.
        if rows.count > 1 { rows.removeLast(rows.count - 1) }
        if !rows.isEmpty { rows[0].bytes.removeAll(keepingCapacity: true) }
        steps.removeAll(keepingCapacity: true)
        deferred.removeAll(keepingCapacity: true)
        waiters.removeAll(keepingCapacity: true)
    }
}

/// How the writing of a batch ended.
struct BatchOutcome {
    /// Why the rows of a month are not on the disk.
    var rowFailures: [(month: Month, failure: POSIXFailure)] = []
    /// Why the lines of the journal are not on the disk.
    var lineFailure: POSIXFailure?

    func failure(of month: Month) -> POSIXFailure? {
        rowFailures.isEmpty ? nil : rowFailures.first { $0.month == month }?.failure
    }

    var anyFailure: POSIXFailure? { rowFailures.first?.failure ?? lineFailure }
}
