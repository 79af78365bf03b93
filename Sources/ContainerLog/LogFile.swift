internal import Linux

/// The log file: records are collected in `output` and written by one write(2) a batch. Whatever the disk says, the file
/// ends at a whole record and the caller goes on.
@safe struct LogFile: ~Copyable {
    /// A batch is written once it has this size.
    static let batch = 65536
    /// The end of a record is prepared here, in front of the batch.
    static let tailRoom = 128
    static let outputSize =
        tailRoom + batch + RecordEncoder.growth * StreamBuffer.pieceSize + RecordEncoder.frame

    let options: LogOptions
    private(set) var name: LogName
    var counters = LogCounters()
    var compression = Compression()
    /// nil while it can't be opened.
    private var file: FileDescriptor?
    private var size: Int64 = 0
    private var output: PageBuffer
    private var used = 0
    private var tail = RecordTail()

    /// No file: nothing may be appended.
    init() {
        options = LogOptions()
        name = LogName()
        file = nil
        output = PageBuffer()
    }

    /// Opens or makes the file, and cuts what a crash left behind its last newline.
    static func open(path: String, options: LogOptions) throws(Errno) -> LogFile {
        var file = try later(path: path, options: options)
        try file.openFile()
        return file
    }

    /// Touches no disk: the file is opened by `prepare`, or with the first batch.
    static func later(path: String, options: LogOptions) throws(Errno) -> LogFile {
        LogFile(options, LogName(later: path), try PageBuffer(size: LogFile.outputSize))
    }

    /// Opens what `later` has left, and counts the error: each batch tries again.
    mutating func prepare() {
        guard file == nil else { return }
        do throws(Errno) { try openFile() } catch { counters.lastError = error.rawValue }
    }

    private init(_ options: LogOptions, _ name: consuming LogName, _ output: consuming PageBuffer) {
        self.options = options
        self.name = name
        self.output = output
        file = nil
    }

    /// The descriptors that a helper process needs.
    var descriptors: [BorrowedDescriptor] {
        [name.folder, file.view()].compactMap { $0 }
    }

    private mutating func openFile() throws(Errno) {
        if name.folder == nil {
            let found = try name.lookedUpAgain()
            try found.checkFolder()
            found.discardUnfinished()
            name = found
        }
        try take(name.openForAppending())
    }

    private mutating func take(_ opened: consuming FileDescriptor) throws(Errno) {
        let (size, cut) = try LogName.repair(opened)
        counters.cutBytes += UInt64(cut)
        self.size = size
        file = consume opened
    }

    /// Opens the file by its path again. On an error the open one stays.
    mutating func reopen() throws(Errno) {
        flush()
        do throws(Errno) {
            let there = try name.lookedUpAgain()
            try there.checkFolder()
            try take(there.openForAppending())
            name = there
        } catch {
            counters.lastError = error.rawValue
            throw error
        }
    }

    /// Adds the whole lines of `buffer`, and pieces of 16 KiB of what is longer, and writes them. With `ending` also the
    /// line that has no end.
    mutating func append(_ buffer: inout StreamBuffer, _ stream: LogStream, _ time: UInt64, ending: Bool) {
        let memory = unsafe UnsafePointer(buffer.pages.bytes.assumingMemoryBound(to: UInt8.self).baseAddress)
        let range = buffer.pending
        guard let source = unsafe memory, ending || hasRecord(buffer, buffer.fresh) else {
            buffer.consumed(upTo: range.lowerBound)
            return
        }
        var start = range.lowerBound
        setTime(stream, buffer.pieceTime ?? time)
        while start < range.upperBound, makeRoom(buffer, from: start, ending) {
            let rest = range.upperBound - start
            let piece = min(rest, StreamBuffer.pieceSize)
            let (read, written) = unsafe escape(source + start, piece)
            if read < piece {
                add(written, newline: true)
                start += read + 1
                if buffer.pieceTime != nil { endPieces(&buffer, stream, time) }
            } else if rest >= StreamBuffer.pieceSize || ending {
                start += unsafe addPiece(source + start, piece, written, isLast: ending && piece == rest)
                buffer.pieceTime = buffer.pieceTime ?? time
            } else {
                break
            }
        }
        if ending { buffer.pieceTime = nil }
        buffer.consumed(upTo: start)
        flush()
    }

    private mutating func endPieces(_ buffer: inout StreamBuffer, _ stream: LogStream, _ time: UInt64) {
        buffer.pieceTime = nil
        setTime(stream, time)
    }

    /// Whether there is more than the beginning of a line, given that none ends before `fresh`: a line that grows byte by
    /// byte is not encoded each time.
    private func hasRecord(_ buffer: borrowing StreamBuffer, _ fresh: Range<Int>) -> Bool {
        buffer.firstNewline(in: fresh) != nil || buffer.pending.count >= StreamBuffer.pieceSize
    }

    private mutating func setTime(_ stream: LogStream, _ time: UInt64) {
        unsafe tail.set(stream, time, at: output.bytes)
    }

    /// Docker looks before each record: a file that has reached the size is rotated. False: no record begins here yet.
    @inline(__always)
    private mutating func makeRoom(_ buffer: borrowing StreamBuffer, from start: Int, _ ending: Bool) -> Bool {
        if size + Int64(used) >= options.maxSize {
            let rest = start..<buffer.pending.upperBound
            if !ending && rest.count < StreamBuffer.pieceSize && buffer.firstNewline(in: rest) == nil { return false }
            flush()
            if size >= options.maxSize { rotate() }
        } else if used >= LogFile.batch {
            flush()
        }
        return true
    }

    @inline(__always)
    private mutating func escape(_ source: UnsafePointer<UInt8>, _ count: Int) -> (read: Int, written: Int) {
        guard let base = unsafe output.base else { return (count, 0) }
        let out = unsafe base + LogFile.tailRoom + used
        unsafe out.storeBytes(of: RecordEncoder.opening.littleEndian, as: UInt64.self)
        return unsafe RecordEncoder.escape(source, count, to: (out + 8).assumingMemoryBound(to: UInt8.self))
    }

    /// Ends the record whose text was written.
    @inline(__always)
    private mutating func add(_ written: Int, newline: Bool) {
        guard let base = unsafe output.base else { return }
        let end = used + 8 + written
        used = unsafe end + tail.copy(from: base, to: base + LogFile.tailRoom + end, newline: newline)
        counters.records += 1
    }

    /// A piece of a line ends where it breaks no UTF-8 sequence: up to three bytes before 16 KiB, where Docker would
    /// write two broken halves. How many bytes are in it.
    private mutating func addPiece(
        _ source: UnsafePointer<UInt8>,
        _ count: Int,
        _ written: Int,
        isLast: Bool
    ) -> Int {
        let cut = unsafe isLast ? count : UTF8Sequence.cut(source, at: count)
        let length = unsafe cut == count ? written : escape(source, cut).written
        add(length, newline: false)
        return cut
    }

    /// Gives the memory of the output back.
    mutating func giveBack() {
        flush()
        output.giveBack()
        tail = RecordTail()
    }

    /// Writes the batch. What can't be written is lost and counted.
    mutating func flush() {
        guard used > 0 else { return }
        defer { used = 0 }
        let batch = unsafe UnsafeRawBufferPointer(
            rebasing: output.bytes[LogFile.tailRoom..<(LogFile.tailRoom + used)]
        )
        var done = 0
        do throws(Errno) {
            if file == nil { try openFile() }
            while done < used {
                guard let file = file.view() else { throw .badDescriptor }
                done += unsafe try file.writeSome(UnsafeRawBufferPointer(rebasing: batch[done...]))
            }
        } catch {
            counters.lastError = error.rawValue
            done = unsafe keepWhole(batch, done)
        }
        size += Int64(done)
        counters.bytes += UInt64(done)
    }

    /// After an error: cuts the file back to its last whole record. How many bytes of the batch are in the file.
    private mutating func keepWhole(_ batch: UnsafeRawBufferPointer, _ written: Int) -> Int {
        let whole = unsafe RecordTail.lastEnd(in: UnsafeRawBufferPointer(rebasing: batch[..<written]))
        let lost = unsafe RecordTail.measure(UnsafeRawBufferPointer(rebasing: batch[whole...]))
        counters.records -= min(lost.records, counters.records)
        counters.lostRecords += lost.records
        counters.lostBytes += lost.bytes
        if written > whole, let file = file.view() {
            // Somebody may have cut the file meanwhile: what counts is what was added at its end.
            do throws(Errno) { try file.resize(to: max(0, file.status().size - Int64(written - whole))) } catch {
                // The next open cuts the torn line, or joins no record to it.
                counters.lastError = error.rawValue
                self.file = nil
            }
        }
        return whole
    }

    /// Moves the file out of the way and begins a new one. Readers see each record in one file or the other.
    private mutating func rotate() {
        counters.rotations += 1
        if !name.shift(keeping: options.maxFile), let file = file.view() {
            // It can't be moved: bounded goes before complete.
            do throws(Errno) { try file.resize(to: 0) } catch { counters.lastError = error.rawValue }
        }
        compression.shift()
        file = nil
        size = 0
        do throws(Errno) { try openFile() } catch { counters.lastError = error.rawValue }
        if options.compress && options.maxFile > 1 { compression.start(name, options.maxFile) }
    }

    mutating func compressorEnded(_ pid: Int32, ok: Bool) -> Bool {
        compression.ended(pid, ok: ok, name, options.maxFile)
    }

    /// Writes what there is, and waits for the compressor.
    mutating func finish(until end: UInt64) {
        flush()
        compression.finish(until: end, name, options.maxFile)
    }
}
