internal import CZlib
internal import Linux

/// Memory for zlib out of one PageBuffer: a cloned child must not use the heap of a process that may have threads. The
/// stream's state lies in it too, since zlib keeps its address.
@safe struct ZlibMemory: ~Copyable {
    private static let header = 1024
    private let pages: PageBuffer

    init(size: Int) throws(Errno) {
        self.init(try PageBuffer(size: size + ZlibMemory.header))
    }

    private init(_ pages: consuming PageBuffer) {
        self.pages = pages
        guard let base = unsafe self.pages.base else { return }
        unsafe base.storeBytes(of: ZlibMemory.header, as: Int.self)
        unsafe base.storeBytes(of: self.pages.size, toByteOffset: 8, as: Int.self)
        unsafe stream.initialize(to: z_stream())
        unsafe gzip.initialize(to: gz_header())
        unsafe stream.pointee.opaque = base
        unsafe stream.pointee.zalloc = { (opaque, items, size) in
            unsafe ZlibMemory.allocate(opaque, Int(items) * Int(size))
        }
        // Everything goes at once, with the pages.
        unsafe stream.pointee.zfree = { (_, _) in }
    }

    private func place<Value>(_ offset: Int, _ type: Value.Type) -> UnsafeMutablePointer<Value> {
        unsafe (pages.bytes.baseAddress.unsafelyUnwrapped + offset).assumingMemoryBound(to: type)
    }

    var stream: UnsafeMutablePointer<z_stream> { unsafe place(64, z_stream.self) }
    var gzip: UnsafeMutablePointer<gz_header> { unsafe place(256, gz_header.self) }

    private static func allocate(_ base: UnsafeMutableRawPointer?, _ size: Int) -> UnsafeMutableRawPointer? {
        guard let base = unsafe base else { return nil }
        let start = unsafe base.load(as: Int.self)
        let end = (start + size + 63) & ~63
        guard unsafe end <= base.load(fromByteOffset: 8, as: Int.self) else { return nil }
        unsafe base.storeBytes(of: end, as: Int.self)
        return unsafe base + start
    }
}

/// Compresses one file into another. Made before the clone, run after it: `run` allocates nothing.
@safe struct Compressor: ~Copyable {
    private static let chunk = 65536
    private let memory: ZlibMemory
    private var buffers: PageBuffer
    private let source: BorrowedDescriptor
    private let target: BorrowedDescriptor

    /// `extra` goes into the file's header, at most 256 bytes.
    init(source: BorrowedDescriptor, target: BorrowedDescriptor, extra: [UInt8]) throws(Errno) {
        // zlib's manual: 256 KiB for windowBits 15 and memLevel 8, and some for the state.
        let memory = try ZlibMemory(size: 320 << 10)
        var buffers = try PageBuffer(size: 2 * Compressor.chunk + 256)
        // Level 6 is what gzip and dockerd use; 31: a gzip header around a window of 32 KiB.
        let result = unsafe deflateInit2_(
            memory.stream,
            6,
            Z_DEFLATED,
            31,
            8,
            Z_DEFAULT_STRATEGY,
            ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size)
        )
        if result != Z_OK { throw .noMemory }
        let place = 2 * Compressor.chunk
        unsafe buffers.store(extra.span.bytes.extracting(first: 256), at: place)
        unsafe memory.gzip.pointee.os = 3
        unsafe memory.gzip.pointee.extra = (buffers.bytes.baseAddress.unsafelyUnwrapped + place)
            .assumingMemoryBound(to: UInt8.self)
        unsafe memory.gzip.pointee.extra_len = UInt32(min(256, extra.count))
        if unsafe deflateSetHeader(memory.stream, memory.gzip) != Z_OK { throw .invalid }
        self.source = source
        self.target = target
        self.memory = memory
        self.buffers = buffers
    }

    private func part(_ range: Range<Int>) -> UnsafeMutableRawBufferPointer {
        unsafe UnsafeMutableRawBufferPointer(rebasing: buffers.bytes[range])
    }

    /// False where something could not be read or written.
    mutating func run() -> Bool {
        do throws(Errno) {
            var flush = Z_NO_FLUSH
            repeat {
                let input = unsafe part(0..<Compressor.chunk)
                let count = unsafe try source.read(into: input)
                if count == 0 { flush = Z_FINISH }
                unsafe memory.stream.pointee.next_in = unsafe input.assumingMemoryBound(to: UInt8.self).baseAddress
                unsafe memory.stream.pointee.avail_in = UInt32(count)
                try deflateInput(flush)
            } while flush != Z_FINISH
            return true
        } catch { return false }
    }

    private func deflateInput(_ flush: Int32) throws(Errno) {
        let output = unsafe part(Compressor.chunk..<2 * Compressor.chunk)
        repeat {
            unsafe memory.stream.pointee.next_out = unsafe output.assumingMemoryBound(to: UInt8.self).baseAddress
            unsafe memory.stream.pointee.avail_out = UInt32(output.count)
            if unsafe deflate(memory.stream, flush) == Z_STREAM_ERROR { throw .invalid }
            let made = unsafe output.count - Int(memory.stream.pointee.avail_out)
            var done = 0
            while done < made {
                done += unsafe try target.writeSome(UnsafeRawBufferPointer(rebasing: output[done..<made]))
            }
        } while unsafe memory.stream.pointee.avail_out == 0
    }
}

/// Reads a compressed file.
@safe final class Inflater {
    private static let chunk = 32768
    private let memory: ZlibMemory
    private var input: PageBuffer
    private var isOver = false
    /// The file is torn or no gzip file.
    private(set) var isBroken = false

    init() throws(Errno) {
        memory = try ZlibMemory(size: 64 << 10)
        input = try PageBuffer(size: Inflater.chunk + 256)
        let result = unsafe inflateInit2_(memory.stream, 31, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        if result != Z_OK { throw .noMemory }
    }

    /// What the compressor put into the header, read from the file's beginning.
    func extra(of file: borrowing FileDescriptor) throws(Errno) -> [UInt8] {
        let place = unsafe UnsafeMutableRawBufferPointer(rebasing: input.bytes[Inflater.chunk..<Inflater.chunk + 256])
        unsafe memory.gzip.pointee.extra = unsafe place.assumingMemoryBound(to: UInt8.self).baseAddress
        unsafe memory.gzip.pointee.extra_max = 256
        if unsafe inflateGetHeader(memory.stream, memory.gzip) != Z_OK { return [] }
        _ = try read(from: file, upTo: 0)
        guard unsafe memory.gzip.pointee.done == 1 else { return [] }
        let count = unsafe min(256, Int(memory.gzip.pointee.extra_len))
        return unsafe [UInt8](UnsafeRawBufferPointer(place)[..<count])
    }

    /// The next bytes, at most `count`; empty at the end. With 0 only the header is read.
    func read(from file: borrowing FileDescriptor, upTo count: Int) throws(Errno) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: max(1, count))
        var made = 0
        while !isOver && made == 0 {
            if unsafe memory.stream.pointee.avail_in == 0, try !fill(from: file) { break }
            made = unsafe output.withUnsafeMutableBufferPointer { unsafe self.inflateOnce($0, count) }
            if count == 0 { return [] }
        }
        output.removeLast(output.count - made)
        return output
    }

    private func fill(from file: borrowing FileDescriptor) throws(Errno) -> Bool {
        let read = try input.read(from: file, into: 0..<Inflater.chunk)
        unsafe memory.stream.pointee.next_in = unsafe input.bytes.assumingMemoryBound(to: UInt8.self).baseAddress
        unsafe memory.stream.pointee.avail_in = UInt32(read)
        if read > 0 { return true }
        // The end has to be the one that the format says.
        (isOver, isBroken) = (true, true)
        return false
    }

    private func inflateOnce(_ output: UnsafeMutableBufferPointer<UInt8>, _ count: Int) -> Int {
        unsafe memory.stream.pointee.next_out = output.baseAddress
        unsafe memory.stream.pointee.avail_out = UInt32(count)
        let result = unsafe inflate(memory.stream, count == 0 ? Z_BLOCK : Z_NO_FLUSH)
        switch result {
        case Z_OK, Z_BUF_ERROR: break
        case Z_STREAM_END: isOver = true
        default: (isOver, isBroken) = (true, true)
        }
        return unsafe count - Int(memory.stream.pointee.avail_out)
    }
}
