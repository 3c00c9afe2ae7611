import JSON
import Platform
import Queue
import Review
import Synchronization
import UTCTime

/// What reviews remember of each merge request: `state/reviews/PROJECT-NUMBER.json`.
///
/// Losing one costs the tokens of a whole review and nothing else, so whatever cannot be read is as if it were absent,
/// and what cannot be written does not hold up a review.
final class ReviewMemories: Sendable {
    /// Bytes of a memory at most; one that would be larger is not kept.
    static let bytesMax = 4 << 20
    /// Merge requests that are remembered; the ones that were heard of longest ago go first.
    static let filesMax = 5_000
    /// Days after the last delivery that a merge request is remembered.
    static let daysMax: Int64 = 90

    private let directory: String
    private let queue: ReviewQueue
    private let calls: FileCalls
    private let now: @Sendable () -> Instant
    private let log: Log
    private let filesMax: Int
    /// Held while files are written and removed; the day on which they were last looked through.
    private let prunedOn = Mutex<Day?>(nil)

    /// The memories of the data directory `dataDirectory`. `queue` knows when a merge request was heard of last.
    init(
        dataDirectory: String, queue: ReviewQueue, now: @escaping @Sendable () -> Instant, log: Log,
        calls: FileCalls = .system, filesMax: Int = ReviewMemories.filesMax
    ) {
        directory = Self.directory(in: dataDirectory)
        self.queue = queue
        self.now = now
        self.log = log
        self.calls = calls
        self.filesMax = filesMax
    }

    /// Where the memories of a data directory are.
    static func directory(in dataDirectory: String) -> String { dataDirectory + "/state/reviews" }

    /// The file of a merge request.
    static func path(of mergeRequest: MergeRequestID, in directory: String) -> String {
        "\(directory)/\(mergeRequest.projectID)-\(mergeRequest.iid).json"
    }

    /// What reviews of `mergeRequest` left; nil when there were none or it cannot be read.
    func memory(of mergeRequest: MergeRequestID) -> ReviewMemory? {
        let path = Self.path(of: mergeRequest, in: directory)
        do throws(POSIXFailure) {
            return try Self.memory(at: path, calls) {
                log(.warning, "what earlier reviews saw is lost, the next one is of the whole change", ["file": path])
            }
        } catch {
            log(
                .warning, "what earlier reviews saw cannot be read, this one is of the whole change",
                ["file": path, "error": "\(error)"])
            return nil
        }
    }

    /// The memory at `path`; nil when there is none, and, after `isDamaged` was told, when it is not one of ours.
    static func memory(
        at path: String, _ calls: FileCalls = .system, isDamaged: () -> Void
    ) throws(POSIXFailure) -> ReviewMemory? {
        let bytes: [UInt8]
        do throws(POSIXFailure) {
            bytes = try calls.contents(of: path, limit: bytesMax)
        } catch {
            guard error.code == 2 else { throw error }
            return nil
        }
        if let memory = (try? JSONValue(parsing: bytes)).flatMap({ ReviewMemory($0) }) { return memory }
        isDamaged()
        return nil
    }

    /// Keeps `memory` of `mergeRequest` unless that of a later review is there.
    func keep(_ memory: ReviewMemory, of mergeRequest: MergeRequestID) {
        let path = Self.path(of: mergeRequest, in: directory)
        let bytes = memory.json.bytes
        guard bytes.count <= Self.bytesMax else {
            log(
                .warning, "what this review saw is too much to be kept, the next one is of the whole change",
                ["file": path, "bytes": String(bytes.count)])
            return forget(mergeRequest)
        }
        prunedOn.withLock { day in
            if let standing = try? Self.memory(at: path, calls, isDamaged: {}), standing.run > memory.run { return }
            do throws(POSIXFailure) {
                try calls.makingDirectories(directory)
                // Paths and titles are of code that not everybody may see.
                try calls.replacing(path, with: bytes, lasts: false, isPrivate: true)
            } catch {
                log(
                    .warning, "what this review saw could not be kept, the next one is of more than it must be",
                    ["file": path, "error": "\(error)"])
            }
            prune(&day)
        }
    }

    /// Forgets `mergeRequest`, which was merged or closed.
    func forget(_ mergeRequest: MergeRequestID) { _ = calls.unlink(Self.path(of: mergeRequest, in: directory)) }

    /// Removes what is older or more than is kept, and what a crash left, once a day and whenever there are too many.
    func prune() { prunedOn.withLock { prune(&$0) } }

    private func prune(_ day: inout Day?) {
        guard case .success(let names) = calls.names(directory) else { return }
        let today = now().day
        guard day != today || names.count > filesMax else { return }
        day = today
        let wanted = queue.mergeRequests(heardOfSince: now().adding(seconds: -Self.daysMax * 86_400))
            .prefix(filesMax).map { Self.path(of: $0, in: directory) }
        let kept = Set(wanted)
        for name in names where FileCalls.isTemporary(name) || name.hasSuffix(".json") {
            let path = "\(directory)/\(name)"
            if !kept.contains(path) { _ = calls.unlink(path) }
        }
    }
}
