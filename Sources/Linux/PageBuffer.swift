internal import CLinux

/// Memory of whole pages from mmap(2): not of the heap, so that a quiet process can give it back to the kernel and keep
/// the addresses. Untouched pages cost nothing.
@safe @frozen public struct PageBuffer: ~Copyable {
    /// nil where `size` is 0.
    @usableFromInline package let base: UnsafeMutableRawPointer?
    @usableFromInline package let size: Int

    /// `size` is rounded up to whole pages.
    package init(size: Int) throws(Errno) {
        let whole = (size + 4095) & ~4095
        guard let memory = unsafe clinux_map_pages(whole) else { throw .noMemory }
        unsafe self.init(memory, whole)
    }

    /// An empty one.
    package init() { unsafe self.init(nil, 0) }

    private init(_ base: UnsafeMutableRawPointer?, _ size: Int) {
        unsafe self.base = base
        self.size = size
    }

    @inlinable deinit { unsafe unmapPages(base, size) }

    /// For modules that may touch pointers. Valid as long as the buffer.
    package var bytes: UnsafeMutableRawBufferPointer {
        unsafe UnsafeMutableRawBufferPointer(start: base, count: size)
    }

    /// The bytes of `range`, for everybody.
    package borrowing func withBytes<Result>(_ range: Range<Int>, _ body: (RawSpan) -> Result) -> Result {
        precondition(range.lowerBound >= 0 && range.upperBound <= size)
        return unsafe body(UnsafeRawBufferPointer(rebasing: bytes[range]).bytes)
    }

    /// One read(2) into `range`; 0 at the end of the file.
    package mutating func read(
        from descriptor: borrowing some Descriptor & ~Copyable,
        into range: Range<Int>
    ) throws(Errno) -> Int {
        precondition(range.lowerBound >= 0 && range.upperBound <= size)
        let number = descriptor.rawValue
        let start = unsafe base.map { unsafe $0 + range.lowerBound }
        return try checkSize { unsafe clinux_read(number, start, range.count) }
    }

    /// Copies `bytes` to `offset`.
    package mutating func store(_ bytes: RawSpan, at offset: Int) {
        precondition(offset >= 0 && offset <= size && bytes.byteCount <= size - offset)
        guard let base = unsafe base, bytes.byteCount > 0 else { return }
        unsafe bytes.withUnsafeBytes { (source) in
            if let start = source.baseAddress {
                unsafe (base + offset).copyMemory(from: start, byteCount: source.count)
            }
        }
    }

    /// Moves the bytes of `range` to the beginning.
    package mutating func moveDown(_ range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= size)
        guard let base = unsafe base, range.lowerBound > 0, !range.isEmpty else { return }
        unsafe base.copyMemory(from: base + range.lowerBound, byteCount: range.count)
    }

    /// Gives the pages back from `offset` on, rounded up: what is in them is lost, and they are zero when touched next.
    package mutating func giveBack(from offset: Int = 0) {
        let first = (max(0, offset) + 4095) & ~4095
        guard let base = unsafe base, first < size else { return }
        _ = unsafe clinux_give_back(base + first, size - first)
    }
}

/// For the deinit, which other modules inline.
@usableFromInline
package func unmapPages(_ base: UnsafeMutableRawPointer?, _ size: Int) {
    if let base = unsafe base { unsafe clinux_unmap(base, size) }
}
