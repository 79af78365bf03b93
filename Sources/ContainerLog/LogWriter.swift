package import Linux
package import OCI

/// A container's log: Docker's json-file format in a file that rotates, written here or by a helper process, or nothing.
/// None of the calls waits for anything but the disk, and in `nonBlocking` mode not for that either.
package struct LogWriter: ~Copyable {
    private enum Target { case none, file, helper }

    private let target: Target
    private var file: LogFile
    private var pipe: LogPipe

    /// Keeps nothing.
    package init() {
        target = .none
        file = LogFile()
        pipe = LogPipe()
    }

    /// Opens or makes the file with mode 0640. What a crash left behind the last newline is cut off.
    ///
    /// The caller ignores SIGXFSZ, and SIGPIPE for `nonBlocking` mode.
    package init(path: String, options: LogOptions) throws(Errno) {
        switch options.mode {
        case .blocking: self.init(.file, try LogFile.open(path: path, options: options), LogPipe())
        case .nonBlocking: self.init(.helper, LogFile(), try LogPipe.open(path: path, options: options))
        }
    }

    private init(_ target: Target, _ file: consuming LogFile, _ pipe: consuming LogPipe) {
        self.target = target
        self.file = file
        self.pipe = pipe
    }

    package var counters: LogCounters {
        switch target {
        case .none: LogCounters()
        case .file: file.counters
        case .helper: pipe.counters
        }
    }

    /// The child that compresses a rotated file, if there is one. `childEnded` wants to hear of it.
    var compressor: Int32? { file.compression.pid }

    /// The child that writes the log in `nonBlocking` mode. `childEnded` wants to hear of it.
    var helper: Int32? { pipe.pid }

    /// Where something waits for room: `push` once it can be written to. It may be another one, or none, after each call
    /// of this log.
    package var waiting: BorrowedDescriptor? { pipe.waiting }

    /// Sends on what waits.
    package mutating func push() { pipe.push() }

    /// Whether strangers can change the names in the folder of `path`: that is why `init` has failed with EPERM.
    package static func hasUnsafeFolder(_ path: String) -> Bool {
        do throws(Errno) { return try LogName(path: path).hasUnsafeFolder() } catch { return false }
    }

    /// Logs what `buffer` has to give: whole lines, and pieces of 16 KiB of longer ones. `time` is that of the read.
    package mutating func consume(_ buffer: inout StreamBuffer, _ stream: LogStream, at time: Timestamp) {
        switch target {
        case .none: buffer.consumed(upTo: buffer.pending.upperBound)
        case .file: file.append(&buffer, stream, time.nanoseconds, ending: false)
        case .helper: pipe.append(&buffer, stream, time.nanoseconds, ending: false)
        }
    }

    /// The stream is at its end: logs what is left of a line that has none.
    package mutating func end(_ buffer: inout StreamBuffer, _ stream: LogStream, at time: Timestamp) {
        switch target {
        case .none: buffer.consumed(upTo: buffer.pending.upperBound)
        case .file: file.append(&buffer, stream, time.nanoseconds, ending: true)
        case .helper: pipe.append(&buffer, stream, time.nanoseconds, ending: true)
        }
    }

    /// Opens the log by its name again, for whoever has moved it. On an error the open file stays (a helper only counts
    /// the error).
    package mutating func reopen() throws(Errno) {
        switch target {
        case .none: break
        case .file: try file.reopen()
        case .helper: pipe.reopen()
        }
    }

    /// A child was reaped. True if it was one of this log's.
    package mutating func childEnded(_ pid: Int32, ok: Bool) -> Bool {
        switch target {
        case .none: false
        case .file: file.compressorEnded(pid, ok: ok)
        case .helper: pipe.helperEnded(pid)
        }
    }

    /// Gives memory back: for a quiet time.
    package mutating func giveBack() {
        switch target {
        case .none: break
        case .file: file.giveBack()
        case .helper: pipe.giveBack()
        }
    }

    /// Ends the log, and waits up to so long for the helper to write what it has, or for a file to be compressed (which
    /// else stays plain). False: the helper was not done, and what it had not written is counted as lost.
    package mutating func finish(milliseconds: Int) -> Bool {
        let end = Clock.monotonic() + UInt64(max(0, milliseconds)) * 1_000_000
        switch target {
        case .none: return true
        case .file:
            file.finish(until: end)
            return true
        case .helper: return pipe.finish(until: end)
        }
    }
}
