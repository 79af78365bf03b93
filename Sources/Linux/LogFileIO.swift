internal import CLinux

extension Descriptor where Self: ~Copyable {
    /// One write(2) of the caller's memory: how many of the bytes it took.
    package borrowing func writeSome(_ bytes: UnsafeRawBufferPointer) throws(Errno) -> Int {
        try checkSize { unsafe clinux_write(rawValue, bytes.baseAddress, bytes.count) }
    }

    /// One write(2): how many of the bytes it took.
    package borrowing func writeSome(_ bytes: RawSpan) throws(Errno) -> Int {
        try checkSize { unsafe bytes.withUnsafeBytes { unsafe clinux_write(rawValue, $0.baseAddress, $0.count) } }
    }

    /// One read(2) into the caller's memory.
    package borrowing func read(into buffer: UnsafeMutableRawBufferPointer) throws(Errno) -> Int {
        try checkSize { unsafe clinux_read(rawValue, buffer.baseAddress, buffer.count) }
    }

    /// One pread(2) of at most `count` bytes at `offset`, appended to `bytes`. How many there were.
    package borrowing func read(at offset: Int64, upTo count: Int, into bytes: inout [UInt8]) throws(Errno) -> Int {
        var result = 0
        let end = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: count))
        defer { bytes.removeLast(count - max(0, result)) }
        result = try checkSize {
            unsafe bytes.withUnsafeMutableBytes { (buffer) in
                unsafe clinux_pread(
                    rawValue,
                    UnsafeMutableRawBufferPointer(rebasing: buffer[end...]).baseAddress,
                    count,
                    offset
                )
            }
        }
        return result
    }

    /// Cuts the file by ftruncate(2), or makes it longer.
    package borrowing func resize(to size: Int64) throws(Errno) {
        _ = try check { clinux_ftruncate(rawValue, size) }
    }

    /// When the content last changed (`st_mtim`): CLOCK_REALTIME in nanoseconds.
    package borrowing func modified() throws(Errno) -> UInt64 {
        UInt64(try checkSize { Int(clinux_modified_ns(rawValue)) })
    }

    /// Whether no folder holds the file any more; of a folder: whether it was removed.
    package borrowing func isUnlinked() throws(Errno) -> Bool {
        var status = clinux_stat()
        _ = try check { unsafe clinux_fstat(rawValue, &status) }
        return status.links == 0
    }

    /// Makes the file's offset `offset` (lseek(2)).
    package borrowing func seek(to offset: Int64) throws(Errno) {
        _ = try checkSize { clinux_lseek(rawValue, offset, 0) }
    }

    /// Makes a pipe hold `bytes` (F_SETPIPE_SZ; the kernel rounds up to a power of two of pages). Beyond
    /// /proc/sys/fs/pipe-max-size `EPERM` for a user without CAP_SYS_RESOURCE. What it holds now.
    package borrowing func setPipeCapacity(_ bytes: Int) throws(Errno) -> Int {
        Int(try check { clinux_fcntl(rawValue, 1031, bytes) })
    }

    /// inotify_add_watch(2). The number of the watch.
    package borrowing func watch(_ path: String, events: UInt32) throws(Errno) -> Int32 {
        try check { unsafe clinux_inotify_add(rawValue, path, events) }
    }

    /// inotify_rm_watch(2).
    package borrowing func unwatch(_ watch: Int32) throws(Errno) {
        _ = try check { clinux_inotify_remove(rawValue, watch) }
    }
}

/// memchr(3).
package func findByte(_ byte: UInt8, in bytes: UnsafeRawBufferPointer) -> Int? {
    guard let base = bytes.baseAddress else { return nil }
    let index = unsafe clinux_find_byte(base, CInt(byte), bytes.count)
    return index < 0 ? nil : index
}

/// Descriptors in a cloned child.
package enum OpenDescriptors {
    /// Closes every descriptor from 0 up but these: a helper must hold no pipe or socket of its maker's open.
    package static func closeAll(but kept: [BorrowedDescriptor]) {
        var first: UInt32 = 0
        for number in kept.map({ UInt32(bitPattern: $0.rawValue) }).sorted() {
            if number > first { _ = clinux_close_between(first, number - 1) }
            first = number + 1
        }
        _ = clinux_close_between(first, UInt32.max)
    }
}

/// Numbers that a process and its cloned child both see (mmap(2) MAP_SHARED). Stores of 8 aligned bytes are whole, so one
/// writer needs no lock.
@safe @frozen public struct SharedNumbers: ~Copyable {
    @usableFromInline let base: UnsafeMutableRawPointer?
    @usableFromInline static var size: Int { 4096 }

    /// Nothing is shared: reads are 0, and writes are without effect.
    package init() { unsafe base = nil }

    /// nil in `base` when the kernel has no memory for it.
    package init(shared: Void) throws(Errno) {
        guard let memory = unsafe clinux_shared_memory(SharedNumbers.size) else { throw .noMemory }
        unsafe base = memory
    }

    @inlinable deinit { unsafe unmapPages(base, SharedNumbers.size) }

    package subscript(index: Int) -> UInt64 {
        get {
            precondition((0..<512).contains(index))
            guard let base = unsafe base else { return 0 }
            return unsafe base.load(fromByteOffset: index * 8, as: UInt64.self)
        }
        nonmutating set {
            precondition((0..<512).contains(index))
            guard let base = unsafe base else { return }
            unsafe base.storeBytes(of: newValue, toByteOffset: index * 8, as: UInt64.self)
        }
    }
}

extension Descriptor where Self: ~Copyable {
    /// poll(2) for input, or an end; false when the time is over first. -1 waits for ever.
    package borrowing func waitForInput(milliseconds: Int32) throws(Errno) -> Bool {
        var entry = clinux_poll(descriptor: rawValue, events: 0x1, returned: 0)
        return try check { unsafe clinux_poll(&entry, 1, milliseconds) } > 0
    }

    /// poll(2) for room to write, or an error; false when the time is over first.
    package borrowing func waitForRoom(milliseconds: Int32) throws(Errno) -> Bool {
        var entry = clinux_poll(descriptor: rawValue, events: 0x4, returned: 0)
        return try check { unsafe clinux_poll(&entry, 1, milliseconds) } > 0
    }
}
