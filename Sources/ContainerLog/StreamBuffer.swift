package import Linux

/// Where a container's stream is read into: at the front the beginning of a line that has no end yet, behind it what the
/// last read brought.
package struct StreamBuffer: ~Copyable {
    package static let capacity = 65536
    /// A longer line is logged in pieces of this size, as Docker does.
    package static let pieceSize = 16384
    /// The encoder loads 8 bytes at once, also at the end.
    static let slack = 8

    var pages: PageBuffer
    /// Bytes that wait for the end of their line, then fresh ones.
    private(set) var count = 0
    /// Where the fresh bytes begin; `count` once they have been consumed.
    private(set) var freshStart = 0
    /// When the first piece of the line was logged of which `pages` holds the next; Docker gives all pieces its time.
    var pieceTime: UInt64?
    /// The range of the last read, which stays in place until the next one.
    private var lastRead = 0..<0
    /// What `drop` has to move away before the next read.
    private var dropped = 0

    package init() throws(Errno) {
        pages = try PageBuffer(size: StreamBuffer.capacity + StreamBuffer.slack)
    }

    /// One read(2) behind what waits. 0 at the end of the stream.
    package mutating func read(from descriptor: borrowing some Descriptor & ~Copyable) throws(Errno) -> Int {
        moveToFront()
        let read = try pages.read(from: descriptor, into: count..<StreamBuffer.capacity)
        take(read)
        return read
    }

    /// As a read that brought `bytes`; at most the room that there is. How many were taken.
    package mutating func append(_ bytes: RawSpan) -> Int {
        moveToFront()
        let taken = min(bytes.byteCount, StreamBuffer.capacity - count)
        pages.store(bytes.extracting(first: taken), at: count)
        take(taken)
        return taken
    }

    /// As a read that brought a part of `source`. How many were taken.
    mutating func append(_ source: borrowing PageBuffer, _ range: Range<Int>) -> Int {
        moveToFront()
        let taken = min(range.count, StreamBuffer.capacity - count)
        let place = count
        source.withBytes(range.lowerBound..<range.lowerBound + taken) { pages.store($0, at: place) }
        take(taken)
        return taken
    }

    /// Ends a line of which a part was logged or waits; without effect else.
    mutating func appendNewline() {
        guard pieceTime != nil || !pending.isEmpty else { return }
        let newline: [UInt8] = [UInt8(ascii: "\n")]
        _ = unsafe append(newline.span.bytes)
    }

    private mutating func take(_ read: Int) {
        freshStart = count
        count += read
        lastRead = freshStart..<count
    }

    /// What the last read brought, before and after it was consumed, until the next read.
    package borrowing func withFresh<Result>(_ body: (RawSpan) -> Result) -> Result {
        pages.withBytes(lastRead, body)
    }

    /// Bytes of a line that has no end yet.
    package var waiting: Int { freshStart - dropped }

    /// What has not been logged.
    var pending: Range<Int> { dropped..<count }
    var fresh: Range<Int> { freshStart..<count }

    /// Everything up to `end` has been logged; what is behind it waits.
    mutating func consumed(upTo end: Int) {
        dropped = end
        freshStart = count
    }

    private mutating func moveToFront() {
        guard dropped > 0 else { return }
        pages.moveDown(dropped..<count)
        count -= dropped
        freshStart = max(0, freshStart - dropped)
        dropped = 0
        lastRead = 0..<0
    }

    /// Gives the pages back that hold nothing. For a quiet time, after the fresh bytes were used.
    package mutating func giveBack() {
        moveToFront()
        lastRead = 0..<0
        pages.giveBack(from: count)
    }
}
