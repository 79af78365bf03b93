internal import Linux

/// The helper's side of `nonBlocking` mode: a process that reads frames and writes the log, at the disk's pace. It ends
/// with its pipe: whoever kills the shim does not lose what is in there.
struct LogServer: ~Copyable {
    /// A quiet time after which memory is given back.
    private static let quiet: Int32 = 1000
    private static let lastCompression: UInt64 = 60_000_000_000

    private var file: LogFile
    private var stdout: StreamBuffer
    private var stderr: StreamBuffer
    private var inbox: PageBuffer
    private var count = 0
    private var handled = (records: UInt64(0), bytes: UInt64(0))

    init(file: consuming LogFile) throws(Errno) {
        let stdout = try StreamBuffer()
        let stderr = try StreamBuffer()
        let inbox = try PageBuffer(size: 2 * (LogFrame.headerSize + StreamBuffer.capacity))
        self.file = file
        self.stdout = stdout
        self.stderr = stderr
        self.inbox = inbox
    }

    /// In the child.
    mutating func serve(_ pipe: borrowing FileDescriptor, _ numbers: borrowing SharedNumbers) {
        LogServer.become(keeping: file.descriptors + [pipe.borrowed])
        file.prepare()
        file.counters.store(in: numbers)
        do throws(Errno) {
            var isQuiet = true
            while true {
                if !isQuiet {
                    isQuiet = try !pipe.waitForInput(milliseconds: LogServer.quiet)
                    if isQuiet { giveBack() }
                }
                let read = try inbox.read(from: pipe, into: count..<inbox.size)
                if read == 0 { break }
                isQuiet = false
                count += read
                takeFrames()
                store(in: numbers)
            }
        } catch { file.counters.lastError = error.rawValue }
        finish()
        store(in: numbers)
    }

    /// Nothing but the pipe ends this process, and it holds nothing of the shim's open.
    private static func become(keeping kept: [BorrowedDescriptor]) {
        do throws(Errno) {
            try SignalSet.every.setMask()
            try ThisProcess.setName("shim-log")
        } catch { ThisProcess.exit(1) }
        OpenDescriptors.closeAll(but: kept)
        // A file that is opened later must not become a standard stream.
        while let stream = LogServer.openNull(), stream <= 2 {}
    }

    private static func openNull() -> CInt? {
        do throws(Errno) {
            return try BorrowedDescriptor.currentDirectory.open("/dev/null", .readWrite).release()
        } catch {
            return nil
        }
    }

    private func store(in numbers: borrowing SharedNumbers) {
        file.counters.store(in: numbers)
        LogCounters.store(handled, in: numbers)
    }

    private mutating func takeFrames() {
        var start = 0
        while count - start >= LogFrame.headerSize {
            let frame = LogFrame(inbox, at: start)
            let end = start + LogFrame.headerSize + frame.length
            if end > count { break }
            reap()
            if frame.flags.contains(.reopen) {
                do throws(Errno) { try file.reopen() } catch { file.counters.lastError = error.rawValue }
            }
            let range = (start + LogFrame.headerSize)..<end
            switch frame.stream {
            case .stdout: LogServer.log(frame, inbox, range, &stdout, &file)
            case .stderr: LogServer.log(frame, inbox, range, &stderr, &file)
            }
            handled.records += frame.lines
            handled.bytes += UInt64(frame.length)
            start = end
        }
        inbox.moveDown(start..<count)
        count -= start
    }

    private static func log(
        _ frame: LogFrame,
        _ inbox: borrowing PageBuffer,
        _ range: Range<Int>,
        _ buffer: inout StreamBuffer,
        _ file: inout LogFile
    ) {
        if frame.flags.contains(.endsLine) {
            buffer.appendNewline()
            file.append(&buffer, frame.stream, frame.time, ending: false)
        }
        var start = range.lowerBound
        while start < range.upperBound {
            start += buffer.append(inbox, start..<range.upperBound)
            file.append(&buffer, frame.stream, frame.time, ending: false)
        }
        if frame.flags.contains(.ending) { file.append(&buffer, frame.stream, frame.time, ending: true) }
    }

    /// A compressor that has ended: this process is its parent.
    private mutating func reap() {
        guard file.compression.pid != nil else { return }
        do throws(Errno) {
            guard let (pid, status) = try Wait.reapAny() else { return }
            _ = file.compressorEnded(pid, ok: status == .exited(0))
        } catch { file.counters.lastError = error.rawValue }
    }

    private mutating func giveBack() {
        reap()
        file.giveBack()
        stdout.giveBack()
        stderr.giveBack()
        inbox.giveBack(from: count)
    }

    private mutating func finish() {
        let now = Clock.realtime()
        file.append(&stdout, .stdout, now, ending: true)
        file.append(&stderr, .stderr, now, ending: true)
        file.finish(until: Clock.monotonic() + LogServer.lastCompression)
    }
}

extension LogCounters {
    init(from numbers: borrowing SharedNumbers) {
        self.init()
        records = numbers[0]
        bytes = numbers[1]
        lostRecords = numbers[2]
        lostBytes = numbers[3]
        rotations = numbers[4]
        cutBytes = numbers[5]
        lastError = Int32(truncatingIfNeeded: numbers[6])
    }

    func store(in numbers: borrowing SharedNumbers) {
        numbers[0] = records
        numbers[1] = bytes
        numbers[2] = lostRecords
        numbers[3] = lostBytes
        numbers[4] = rotations
        numbers[5] = cutBytes
        numbers[6] = UInt64(UInt32(bitPattern: lastError))
    }

    /// What the helper has taken from the pipe and tried to write.
    static func handled(_ numbers: borrowing SharedNumbers) -> (records: UInt64, bytes: UInt64) {
        (numbers[7], numbers[8])
    }

    static func store(_ handled: (records: UInt64, bytes: UInt64), in numbers: borrowing SharedNumbers) {
        numbers[7] = handled.records
        numbers[8] = handled.bytes
    }

    mutating func add(_ other: LogCounters) {
        records += other.records
        bytes += other.bytes
        lostRecords += other.lostRecords
        lostBytes += other.lostBytes
        rotations += other.rotations
        cutBytes += other.cutBytes
        if other.lastError != 0 { lastError = other.lastError }
    }
}
