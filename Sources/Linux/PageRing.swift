internal import CLinux

/// Bytes on their way to a slow reader: a ring of whole pages that are there only while it holds something.
package struct PageRing: ~Copyable {
    package let capacity: Int
    private var pages = PageBuffer()
    private var start = 0
    package private(set) var count = 0

    /// `capacity` is a multiple of the page size.
    package init(capacity: Int) { self.capacity = capacity }

    package var room: Int { capacity - count }
    package var isEmpty: Bool { count == 0 }

    /// All of `bytes`; false where there is no room, or no memory to be had.
    package mutating func append(_ bytes: RawSpan) -> Bool {
        guard bytes.byteCount <= room, makePages() else { return false }
        let end = (start + count) % capacity
        let first = min(bytes.byteCount, capacity - end)
        pages.store(bytes.extracting(first: first), at: end)
        pages.store(bytes.extracting(droppingFirst: first), at: 0)
        count += bytes.byteCount
        return true
    }

    private mutating func makePages() -> Bool {
        if pages.size > 0 { return true }
        do throws(Errno) { pages = try PageBuffer(size: capacity) } catch { return false }
        return true
    }

    /// One sendmsg(2) to a socket. How many bytes it took; `EAGAIN` where none.
    package mutating func send(to socket: borrowing some Descriptor & ~Copyable) throws(Errno) -> Int {
        let number = socket.rawValue
        let (base, first, rest) = unsafe (pages.base, min(count, capacity - start), max(0, count - (capacity - start)))
        guard let base = unsafe base, count > 0 else { return 0 }
        let sent = try checkSize { unsafe clinux_send_two(number, base + start, first, base, rest) }
        drop(sent)
        return sent
    }

    /// One write(2) to a pipe or terminal. How many bytes it took; `EAGAIN` where none.
    package mutating func write(to file: borrowing some Descriptor & ~Copyable) throws(Errno) -> Int {
        let number = file.rawValue
        let first = min(count, capacity - start)
        guard let base = unsafe pages.base, count > 0 else { return 0 }
        let written = try checkSize { unsafe clinux_write(number, base + start, first) }
        drop(written)
        return written
    }

    private mutating func drop(_ taken: Int) {
        count -= taken
        start = count == 0 ? 0 : (start + taken) % capacity
    }

    /// Forgets what it holds.
    package mutating func clear() {
        (start, count) = (0, 0)
        giveBack()
    }

    /// Unmaps the pages of an empty ring.
    package mutating func giveBack() {
        if count == 0, pages.size > 0 { pages = PageBuffer() }
    }
}
