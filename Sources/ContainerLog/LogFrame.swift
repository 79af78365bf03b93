internal import Linux

/// What goes before the bytes in the pipe to the log's helper:
///
///     0        4        8                16       17       18       24
///     | length | lines  | time           | stream | flags  | 0      | bytes
struct LogFrame {
    static let headerSize = 24

    struct Flags: OptionSet {
        let rawValue: UInt8
        /// The stream is at its end.
        static let ending = Flags(rawValue: 1)
        /// The rest of the line before was dropped.
        static let endsLine = Flags(rawValue: 2)
        /// The file is to be opened by its name again.
        static let reopen = Flags(rawValue: 4)
    }

    var length: Int
    /// Whole lines, or one piece.
    var lines: UInt64
    var stream: LogStream
    var flags: Flags
    var time: UInt64

    func store(in buffer: inout PageBuffer) {
        let bytes = unsafe buffer.bytes
        unsafe bytes.storeBytes(of: UInt32(truncatingIfNeeded: length), as: UInt32.self)
        unsafe bytes.storeBytes(of: UInt32(truncatingIfNeeded: lines), toByteOffset: 4, as: UInt32.self)
        unsafe bytes.storeBytes(of: time, toByteOffset: 8, as: UInt64.self)
        unsafe bytes.storeBytes(
            of: UInt64(stream.rawValue) | UInt64(flags.rawValue) << 8,
            toByteOffset: 16,
            as: UInt64.self
        )
    }

    init(length: Int, lines: UInt64, stream: LogStream, flags: Flags, time: UInt64) {
        self.length = length
        self.lines = lines
        self.stream = stream
        self.flags = flags
        self.time = time
    }

    /// The header at `offset`.
    init(_ buffer: borrowing PageBuffer, at offset: Int) {
        let bytes = unsafe UnsafeRawBufferPointer(rebasing: buffer.bytes[offset..<offset + LogFrame.headerSize])
        length = unsafe Int(bytes.loadUnaligned(as: UInt32.self))
        lines = unsafe UInt64(bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
        time = unsafe bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
        stream = unsafe bytes[16] == LogStream.stderr.rawValue ? .stderr : .stdout
        flags = unsafe Flags(rawValue: bytes[17])
    }
}

/// What the helper has of a stream.
struct PipedStream {
    /// The beginning of the line that goes on.
    private var isInLine = false
    /// The helper has to end a line of which the rest was dropped.
    private(set) var endsLine = false
    /// The rest of the line is dropped, too.
    private(set) var isSkipping = false

    /// Where the skipped line ends in `buffer`.
    mutating func skip(_ buffer: borrowing StreamBuffer) -> Int {
        let pending = buffer.pending
        guard let newline = buffer.firstNewline(in: pending) else { return pending.upperBound }
        isSkipping = false
        return newline + 1
    }

    mutating func sent(endsLine newline: Bool) {
        endsLine = false
        isInLine = !newline
    }

    mutating func dropped(endsLine newline: Bool) {
        endsLine = endsLine || isInLine
        isInLine = false
        isSkipping = !newline
    }
}

extension StreamBuffer {
    private func bytes(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(rebasing: pages.bytes[range])
    }

    func firstNewline(in range: Range<Int>) -> Int? {
        unsafe findByte(UInt8(ascii: "\n"), in: bytes(range)).map { range.lowerBound + $0 }
    }

    func endsLine(_ range: Range<Int>) -> Bool { unsafe bytes(range).last == UInt8(ascii: "\n") }

    /// Whole lines, or 1 for a piece.
    func lines(in range: Range<Int>) -> UInt64 {
        if range.isEmpty { return 0 }
        var count: UInt64 = 0
        let text = unsafe bytes(range)
        for index in text.indices { count += unsafe text[index] == UInt8(ascii: "\n") ? 1 : 0 }
        return max(1, count)
    }

    /// Behind the last whole line from `start` on; behind a piece where there is no line, but enough for a piece.
    func loggable(from start: Int) -> Int {
        let rest = start..<pending.upperBound
        if let newline = unsafe bytes(rest).lastIndex(of: UInt8(ascii: "\n")) { return start + newline + 1 }
        guard rest.count >= StreamBuffer.pieceSize, let source = unsafe bytes(rest).baseAddress else { return start }
        return unsafe start + UTF8Sequence.cut(source.assumingMemoryBound(to: UInt8.self), at: StreamBuffer.pieceSize)
    }
}
