package import Linux
package import OCI

/// What a reader is to find.
package struct LogQuery: Equatable, Sendable {
    /// The last records only, counted over both streams and before the times are looked at, as dockerd counts.
    package var tail: Int?
    /// Records from the first one on that is not before.
    package var since: Timestamp?
    /// Records up to the first one that is after.
    package var until: Timestamp?
    package var stdout = true
    package var stderr = true
    /// Goes on with what is written from now on.
    package var follow = false

    package init() {}
}

/// Reads a container's log through its files, compressed ones included, oldest record first.
///
/// A line that is no record is skipped and counted. A last line without an end is none yet: with `follow` the rest is
/// waited for. Following costs nothing while nothing happens: the kernel tells of changes (inotify(7)).
package final class LogReader {
    package enum Outcome: Equatable, Sendable {
        case record
        /// Nothing more for now: `next` again once `descriptor` is readable.
        case wait
        case end
    }

    private let query: LogQuery
    private let files: LogFiles
    private var isFollowing: Bool
    private var watcher: LogWatcher?
    /// What is left to read, oldest first.
    private var sources: [LogSource]
    /// The current file has another name or none; what it holds is all that it will hold.
    private var isLast = false
    private var hasBegun: Bool
    private var isOver = false
    private var brokenBefore: UInt64 = 0
    private var brokenLines: UInt64 = 0
    /// How often files had gone before they were read.
    package private(set) var gaps: UInt64 = 0

    package init(path: String, query: LogQuery) throws(Errno) {
        self.query = query
        isFollowing = query.follow
        files = try LogFiles(path: path)
        // Before the files are opened: what happens in between is then told.
        watcher = query.follow ? try LogWatcher(files) : nil
        sources = try files.openAll()
        hasBegun = query.since == nil
        try choose()
    }

    /// Lines and files that were no records.
    package var broken: UInt64 { brokenBefore + brokenLines + (sources.first?.broken ?? 0) }

    /// To wait on with poll(2) or epoll(7) after `wait`; nil without `follow`.
    package var descriptor: BorrowedDescriptor? { watcher?.descriptor.borrowed }

    /// No more waiting: `next` gives what there is, and then the end.
    package func stopFollowing() { isFollowing = false }

    /// Waits for a change. False: the time was over first.
    package func wait(milliseconds: Int32) throws(Errno) -> Bool {
        guard let watcher else { return false }
        return try watcher.descriptor.waitForInput(milliseconds: milliseconds)
    }

    /// Leaves out what can't be wanted, without reading it.
    private func choose() throws(Errno) {
        if let since = query.since {
            let oldest = sources.dropLast().firstIndex { ($0.latest ?? UInt64.max) >= since.nanoseconds }
            sources.removeFirst(oldest ?? max(0, sources.count - 1))
        }
        guard let tail = query.tail else { return }
        var rest = max(0, tail)
        var first = sources.count
        while first > 0 && (rest > 0 || first == sources.count) {
            first -= 1
            rest -= try sources[first].goToLast(rest)
        }
        sources.removeFirst(first)
    }

    /// The next record; its bytes reuse the memory of `record`.
    package func next(into record: inout LogRecord) throws(Errno) -> Outcome {
        while !isOver {
            guard let source = sources.first else {
                if !isFollowing { return .end }
                if try refresh(after: nil) { continue }
                return .wait
            }
            guard let line = try source.nextLine() else {
                guard let outcome = try atEnd(of: source) else { continue }
                return outcome
            }
            let isRecord = source.withLine(line) { RecordDecoder.decode($0, into: &record) }
            if !isRecord { brokenLines += 1 } else if isWanted(record) { return .record }
        }
        return .end
    }

    private func isWanted(_ record: LogRecord) -> Bool {
        if !hasBegun, let since = query.since {
            if record.time.nanoseconds < since.nanoseconds { return false }
            // Times need not be in order: pieces of a line have the first one's.
            hasBegun = true
        }
        if let until = query.until, record.time.nanoseconds > until.nanoseconds {
            isOver = true
            return false
        }
        return record.stream == .stdout ? query.stdout : query.stderr
    }

    /// nil: there is something to read again.
    private func atEnd(of source: LogSource) throws(Errno) -> Outcome? {
        if sources.count > 1 {
            drop()
            return nil
        }
        guard isFollowing, let watcher else { return .end }
        if try watcher.watch(source) { return nil }
        try watcher.takeEvents()
        if try source.isCut() {
            try source.restart()
            return nil
        }
        if try files.state(of: source) == .replaced { return try afterLast(source) }
        if try source.hasMore() { return nil }
        return try files.areGone() ? .end : .wait
    }

    /// All that was written to a file was written before another got its name: once more to its end, then on.
    private func afterLast(_ source: LogSource) throws(Errno) -> Outcome? {
        if isLast { return try refresh(after: source) ? nil : .wait }
        isLast = true
        return nil
    }

    private func drop() {
        brokenBefore += sources[0].broken
        sources.removeFirst()
        isLast = false
    }

    /// Opens what came after `source`. False: there is nothing.
    private func refresh(after source: LogSource?) throws(Errno) -> Bool {
        // First, or what happens after the look could be missed.
        if source == nil { try watcher?.takeEvents() }
        var found = try files.openAll()
        if let source {
            if let place = try LogFiles.place(of: source, in: found) {
                found.removeFirst(place + 1)
            } else {
                gaps += 1
            }
        }
        if found.isEmpty {
            isOver = try files.areGone()
            return isOver
        }
        if source != nil { drop() }
        sources = found
        return true
    }
}
