import Dispatch
import Glibc
import Ledger
import Platform
import Synchronization
import Terminal
import UTCTime

/// Says on a terminal how far something is that takes longer than a second, and takes the line away at its end.
final class Progress: Sendable {
    private struct State {
        var bytes = 0
        var isShown = false
        var isOver = false
    }

    private let line: ProgressLine
    private let start = ContinuousClock.now
    private let state = Mutex(State())

    private init(_ line: ProgressLine) { self.line = line }

    /// How often the line is written anew.
    private static let intervalMilliseconds = 200

    /// Does `body`, and says so meanwhile.
    ///
    /// - Parameters:
    ///   - what: What is done: "Reading the books".
    ///   - totalBytes: How much there is to read, when that is known.
    ///   - isWanted: False where something else writes to the terminal meanwhile.
    static func during<Result>(
        _ what: String, totalBytes: Int? = nil, isWanted: Bool = true, _ body: (Progress) throws -> Result
    ) rethrows -> Result {
        let progress = Progress(ProgressLine(what, totalBytes: totalBytes))
        let timer = isWanted ? progress.ticking() : nil
        defer { progress.end(timer) }
        return try body(progress)
    }

    /// As above, for what waits.
    static func during<Result>(_ what: String, _ body: () async throws -> Result) async rethrows -> Result {
        let progress = Progress(ProgressLine(what))
        let timer = progress.ticking()
        defer { progress.end(timer) }
        return try await body()
    }

    /// File calls that count what is read.
    var calls: FileCalls {
        var calls = FileCalls.system
        let read = calls.read
        calls.read = { descriptor, bytes, offset in
            let count = read(descriptor, bytes, offset)
            if count > 0 { self.state.withLock { $0.bytes += count } }
            return count
        }
        return calls
    }

    private func ticking() -> (any DispatchSourceTimer)? {
        guard Console.showsProgress else { return nil }
        let timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "bursar.progress"))
        timer.schedule(
            deadline: .now() + ProgressLine.delaySeconds, repeating: .milliseconds(Self.intervalMilliseconds))
        timer.setEventHandler { self.tick() }
        timer.resume()
        return timer
    }

    private func tick() {
        let elapsed = (ContinuousClock.now - start) / .seconds(1)
        state.withLock { state in
            guard !state.isOver,
                let text = line.text(seconds: elapsed, bytes: state.bytes, width: Console.width(of: 2))
            else { return }
            state.isShown = true
            Console.complain(text)
        }
    }

    private func end(_ timer: (any DispatchSourceTimer)?) {
        timer?.cancel()
        state.withLock { state in
            state.isOver = true
            if state.isShown { Console.complain(ProgressLine.erasure) }
        }
    }
}

extension FileCalls {
    /// Bytes of the monthly files of `months` in the books in `directory`: what a report over them reads.
    func logBytes(in directory: String, months: ClosedRange<Month>) -> Int {
        let layout = LedgerLayout(directory: directory)
        let known = (try? UsageReader(directory: directory, calls: self).months()) ?? []
        return known.filter(months.contains).reduce(0) { sum, month in
            guard case .success(let found) = status(layout.log(month)) else { return sum }
            return sum + found.size
        }
    }
}
