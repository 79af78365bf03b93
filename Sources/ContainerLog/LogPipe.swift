internal import Linux

/// The shim's side of `nonBlocking` mode: frames into a pipe to a process that writes the log. What finds no room is
/// dropped by whole lines, and counted. A disk that hangs stops the helper alone.
///
/// The pipe holds max-buffer-size bytes, rounded up to a power of two of pages; an unprivileged user gets no more than
/// /proc/sys/fs/pipe-max-size (1 MiB). Beside it the rest of one frame of up to 64 KiB may wait here.
struct LogPipe: ~Copyable {
    private static let restart: UInt64 = 1_000_000_000

    private let path: String
    private let options: LogOptions
    private var helper: ChildProcess?
    private var pipe: FileDescriptor?
    private var shared: SharedNumbers
    /// The frame that is being sent, and what of it the pipe has not taken.
    private var frame: PageBuffer
    private var rest = 0..<0
    private var stdout = PipedStream()
    private var stderr = PipedStream()
    private var wantsReopen = false
    /// What was dropped here, and what helpers did that are gone.
    private var past = LogCounters()
    private var sent = (records: UInt64(0), bytes: UInt64(0))
    private var lastStart: UInt64 = 0

    /// No helper.
    init() {
        path = ""
        options = LogOptions()
        helper = nil
        pipe = nil
        shared = SharedNumbers()
        frame = PageBuffer()
    }

    /// Starts the helper.
    static func open(path: String, options: LogOptions) throws(Errno) -> LogPipe {
        var pipe = LogPipe(path, options, try PageBuffer(size: LogFrame.headerSize + StreamBuffer.capacity))
        // The one time that the file is opened here: who starts the shim hears what is wrong with it.
        try pipe.start(LogFile.open(path: path, options: options))
        return pipe
    }

    private init(_ path: String, _ options: LogOptions, _ frame: consuming PageBuffer) {
        self.path = path
        self.options = options
        helper = nil
        pipe = nil
        shared = SharedNumbers()
        self.frame = frame
    }

    /// In place of a helper that has died. It opens the file itself: a disk that hangs stops nobody else.
    private mutating func startAgain() throws(Errno) {
        lastStart = Clock.monotonic()
        try start(LogFile.later(path: path, options: options))
    }

    private mutating func start(_ file: consuming LogFile) throws(Errno) {
        lastStart = Clock.monotonic()
        // Whatever can fail or allocates, before the clone.
        var server = try LogServer(file: file)
        let numbers = try SharedNumbers(shared: ())
        let ends = try Pipe()
        LogPipe.setCapacity(of: ends.writeEnd, options.maxBufferSize)
        try ends.writeEnd.setNonBlocking()
        helper = try LogPipe.fork(&server, ends.readEnd, numbers)
        let (read, write) = ends.release()
        _ = FileDescriptor(owning: read)
        pipe = FileDescriptor(owning: write)
        shared = numbers
        sent = (0, 0)
    }

    private static func fork(
        _ server: inout LogServer,
        _ pipe: borrowing FileDescriptor,
        _ numbers: borrowing SharedNumbers
    ) throws(Errno) -> ChildProcess {
        switch try clone([]) {
        case .parent(let child): return child
        case .child:
            server.serve(pipe, numbers)
            ThisProcess.exit(0)
        }
    }

    private static func setCapacity(of pipe: borrowing FileDescriptor, _ capacity: Int) {
        var wanted = max(capacity, 4096)
        while wanted >= 4096 {
            do throws(Errno) {
                _ = try pipe.setPipeCapacity(wanted)
                return
            } catch { wanted /= 2 }
        }
    }

    var pid: Int32? {
        switch helper {
        case .some(let helper): return helper.pid
        case nil: return nil
        }
    }

    var counters: LogCounters {
        var result = past
        result.add(LogCounters(from: shared))
        return result
    }

    mutating func append(_ buffer: inout StreamBuffer, _ stream: LogStream, _ time: UInt64, ending: Bool) {
        var state = stream == .stdout ? stdout : stderr
        if state.isSkipping {
            let end = state.skip(buffer)
            past.lostBytes += UInt64(end - buffer.pending.lowerBound)
            buffer.consumed(upTo: end)
        }
        let start = buffer.pending.lowerBound
        let range = start..<(ending ? buffer.pending.upperBound : buffer.loggable(from: start))
        if !range.isEmpty || ending { forward(buffer, range, &state, stream, time, ending) }
        buffer.consumed(upTo: range.upperBound)
        if stream == .stdout { stdout = state } else { stderr = state }
    }

    private mutating func forward(
        _ buffer: borrowing StreamBuffer,
        _ range: Range<Int>,
        _ state: inout PipedStream,
        _ stream: LogStream,
        _ time: UInt64,
        _ ending: Bool
    ) {
        var flags: LogFrame.Flags = ending ? .ending : []
        if state.endsLine { flags.insert(.endsLine) }
        let lines = buffer.lines(in: range)
        let header = LogFrame(length: range.count, lines: lines, stream: stream, flags: flags, time: time)
        let newline = ending || buffer.endsLine(range)
        if send(header, buffer, range) {
            state.sent(endsLine: newline)
        } else {
            state.dropped(endsLine: newline)
        }
    }

    /// False: it was dropped.
    private mutating func send(_ header: LogFrame, _ buffer: borrowing StreamBuffer, _ range: Range<Int>) -> Bool {
        if isReady() {
            prepare(header)
            buffer.pages.withBytes(range) { frame.store($0, at: LogFrame.headerSize) }
            if transmit(LogFrame.headerSize + range.count) {
                sent.records += header.lines
                sent.bytes += UInt64(range.count)
                return true
            }
        }
        past.lostRecords += header.lines
        past.lostBytes += UInt64(range.count)
        return false
    }

    private mutating func prepare(_ header: LogFrame) {
        var header = header
        if wantsReopen { header.flags.insert(.reopen) }
        header.store(in: &frame)
    }

    private mutating func transmit(_ count: Int) -> Bool {
        rest = 0..<count
        push()
        if rest.count == count || pipe == nil {
            rest = 0..<0
            return false
        }
        wantsReopen = false
        return true
    }

    /// Whether nothing waits any more to be sent.
    private mutating func isReady() -> Bool {
        if pipe == nil && Clock.monotonic() - lastStart > LogPipe.restart {
            do throws(Errno) { try startAgain() } catch { past.lastError = error.rawValue }
        }
        push()
        return rest.isEmpty && pipe != nil
    }

    /// The pipe while something waits for room in it.
    var waiting: BorrowedDescriptor? { rest.isEmpty ? nil : pipe.view() }

    /// Sends what the pipe takes.
    mutating func push() {
        while !rest.isEmpty, let pipe = pipe.view() {
            do throws(Errno) {
                let part = unsafe UnsafeRawBufferPointer(rebasing: frame.bytes[rest])
                rest = rest.lowerBound + (unsafe try pipe.writeSome(part))..<rest.upperBound
            } catch {
                if error != .again { lose(error) }
                return
            }
        }
    }

    /// The helper is gone: what it had not written is lost.
    private mutating func lose(_ error: Errno?) {
        pipe = nil
        // One that has closed the pipe, and is not reaped, ends by itself: a wait for it could be one for the disk.
        if error != nil, let left = helper.take() { _ = left.release() }
        helper = nil
        rest = 0..<0
        past.add(LogCounters(from: shared))
        let handled = LogCounters.handled(shared)
        past.lostRecords += sent.records - min(sent.records, handled.records)
        past.lostBytes += sent.bytes - min(sent.bytes, handled.bytes)
        if let error { past.lastError = error.rawValue }
        shared = SharedNumbers()
        stdout = PipedStream()
        stderr = PipedStream()
    }

    mutating func reopen() {
        wantsReopen = true
        guard isReady() else { return }
        prepare(LogFrame(length: 0, lines: 0, stream: .stdout, flags: [], time: 0))
        _ = transmit(LogFrame.headerSize)
    }

    mutating func helperEnded(_ pid: Int32) -> Bool {
        guard pid == self.pid else { return false }
        lose(nil)
        return true
    }

    mutating func giveBack() {
        push()
        if rest.isEmpty { frame.giveBack() }
    }

    /// Ends the pipe and waits for the helper. False: it was not done in time, and is left alone.
    mutating func finish(until end: UInt64) -> Bool {
        while !rest.isEmpty, let pipe = pipe.view() {
            do throws(Errno) {
                guard try pipe.waitForRoom(milliseconds: LogPipe.milliseconds(until: end)) else { break }
            } catch { break }
            push()
        }
        pipe = nil
        var isDone = false
        if let pidfd = pidfd {
            do throws(Errno) {
                isDone = try Pidfd.waitForEnd(of: pidfd, milliseconds: LogPipe.milliseconds(until: end))
            } catch { past.lastError = error.rawValue }
        }
        if !isDone, let left = helper.take() { _ = left.release() }
        lose(nil)
        return isDone
    }

    private var pidfd: BorrowedDescriptor? {
        switch helper {
        case .some(let helper): return helper.pidfd
        case nil: return nil
        }
    }

    private static func milliseconds(until end: UInt64) -> Int32 {
        let now = Clock.monotonic()
        return now < end ? Int32(clamping: (end - now) / 1_000_000 + 1) : 0
    }
}
