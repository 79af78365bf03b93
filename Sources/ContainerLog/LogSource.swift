internal import Linux

/// One file of a log, read line by line.
@safe final class LogSource {
    private static let block = 65536
    /// A record of the longest piece has 98 KiB; dockerd's may have attributes. What is longer is no record.
    private static let longestLine = 1 << 20

    let file: FileDescriptor
    let device: UInt64
    let inode: UInt64
    /// Of a compressed file.
    let metadata: LogMetadata?
    private var inflater: Inflater?
    /// Where the next read begins in a plain file.
    private var offset: Int64 = 0
    private var buffer: [UInt8] = []
    private var start = 0
    /// Up to here there is no newline.
    private var searched = 0
    private var isSkipping = false
    /// Lines that were too long, and compressed files that are torn.
    private(set) var broken: UInt64 = 0

    init(_ file: consuming FileDescriptor, packed: Bool) throws(Errno) {
        let status = try file.status()
        if status.kind != .regular { throw .invalid }
        if packed {
            let inflater = try Inflater()
            metadata = LogMetadata(json: try inflater.extra(of: file))
            self.inflater = inflater
        } else {
            metadata = nil
            inflater = nil
        }
        device = status.device
        inode = status.inode
        self.file = file
    }

    /// Whether this is that file, or was made of it. Numbers of removed files are used again, so the last record has to
    /// be the same, too.
    func isSame(as other: LogSource) throws(Errno) -> Bool {
        if device != other.device { return false }
        guard let metadata else { return inode == other.inode }
        if inode == other.inode { return true }
        guard metadata.inode == other.inode, other.metadata == nil else { return false }
        return try LogMetadata(of: other.file).lastTime == metadata.lastTime
    }

    /// No record in it is later; nil: not known.
    var latest: UInt64? {
        if let metadata { return metadata.lastTime }
        do throws(Errno) { return try file.modified() } catch { return nil }
    }

    /// The next whole line without its newline, valid until the next call; nil: there is none yet.
    func nextLine() throws(Errno) -> Range<Int>? {
        while true {
            let rest = unsafe buffer.withUnsafeBytes {
                unsafe findByte(UInt8(ascii: "\n"), in: UnsafeRawBufferPointer(rebasing: $0[searched...]))
            }
            if let rest {
                let line = start..<(searched + rest)
                start = line.upperBound + 1
                searched = start
                if !isSkipping { return line }
                isSkipping = false
                continue
            }
            searched = buffer.count
            if searched - start > LogSource.longestLine { skipLine() }
            if try !fill() { return nil }
        }
    }

    /// The bytes of a line.
    func withLine<Result>(_ line: Range<Int>, _ body: (Span<UInt8>) -> Result) -> Result {
        let bytes = buffer
        return body(bytes.span.extracting(line))
    }

    private func skipLine() {
        if !isSkipping { broken += 1 }
        isSkipping = true
        start = searched
    }

    /// False at the end of the file.
    private func fill() throws(Errno) -> Bool {
        if start > 0 {
            buffer.removeSubrange(..<start)
            searched -= start
            start = 0
        }
        guard let inflater else {
            let read = try file.read(at: offset, upTo: LogSource.block, into: &buffer)
            offset += Int64(read)
            return read > 0
        }
        let bytes = try inflater.read(from: file, upTo: LogSource.block)
        buffer += bytes
        if bytes.isEmpty && inflater.isBroken && broken == 0 { broken = 1 }
        return !bytes.isEmpty
    }

    /// Whether somebody has made the plain file shorter than what was read.
    func isCut() throws(Errno) -> Bool {
        let size = try file.status().size
        return inflater == nil && size < offset
    }

    func hasMore() throws(Errno) -> Bool {
        let size = try file.status().size
        return inflater == nil && size > offset
    }

    /// Reads from the beginning again.
    func restart() throws(Errno) { try place(at: 0) }

    private func place(at position: Int64) throws(Errno) {
        offset = position
        buffer.removeAll()
        (start, searched, isSkipping) = (0, 0, false)
        if inflater != nil {
            try file.seek(to: 0)
            inflater = try Inflater()
        }
    }

    /// Goes to the last `count` lines. How many there are. A plain file is read from its end backwards, and no further
    /// than need be; a compressed one has to be read whole.
    func goToLast(_ count: Int) throws(Errno) -> Int {
        if inflater != nil { return try skipToLast(count) }
        var end = try file.status().size
        var found = 0
        var block: [UInt8] = []
        while end > 0 {
            let size = min(end, Int64(LogSource.block))
            block.removeAll(keepingCapacity: true)
            let read = try file.read(at: end - size, upTo: Int(size), into: &block)
            if read < Int(size) { return try goToLast(count) }
            for index in block.indices.reversed() where block[index] == UInt8(ascii: "\n") {
                // The newline in front of the first line that is wanted.
                if found == count {
                    try place(at: end - size + Int64(index) + 1)
                    return found
                }
                found += 1
            }
            end -= size
        }
        try place(at: 0)
        return found
    }

    private func skipToLast(_ count: Int) throws(Errno) -> Int {
        var lines = 0
        while try nextLine() != nil { lines += 1 }
        try place(at: 0)
        for _ in 0..<max(0, lines - count) { _ = try nextLine() }
        return min(lines, count)
    }
}
