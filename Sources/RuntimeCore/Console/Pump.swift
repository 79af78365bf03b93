package import Linux

/// Bytes on their way from one descriptor to another under poll(2). It holds one buffer at most: what a slow reader
/// does not take is not read from the writer.
package struct Pump: Sendable {
    package let source: BorrowedDescriptor
    package let sink: BorrowedDescriptor
    private var buffer: ArraySlice<UInt8> = []
    /// Nothing more will come, or nothing more can go.
    package private(set) var hasEnded = false

    package init(from source: BorrowedDescriptor, to sink: BorrowedDescriptor) {
        self.source = source
        self.sink = sink
    }

    /// A pump that has nothing to do.
    package static let none = Pump(ended: true)

    private init(ended: Bool) {
        self.init(from: BorrowedDescriptor(-1), to: BorrowedDescriptor(-1))
        hasEnded = ended
    }

    private static let readSize = 32 << 10
    /// After POLLOUT a pipe takes PIPE_BUF bytes without blocking (pipe(7)); the caller's descriptor may not be made
    /// non-blocking, since that would show in every process that shares it.
    private static let writeSize = 4096

    /// Whether nothing is on its way.
    package var isEmpty: Bool { buffer.isEmpty }

    /// What to wait for.
    package var pollEntry: PollEntry {
        if hasEnded { return PollEntry(BorrowedDescriptor(-1), []) }
        return buffer.isEmpty ? PollEntry(source, .input) : PollEntry(sink, .output)
    }

    /// Does what `pollEntry` was ready for: one read(2) or one write(2). An end of either side is no error.
    package mutating func advance(_ ready: PollEntry.Events) {
        if hasEnded || ready.isEmpty { return }
        do {
            if buffer.isEmpty { try fill() } else { try drain() }
        } catch {
            // EIO: the other end of a pty is closed (pts(4)); EPIPE: nobody reads any more. Whatever it is, these two
            // have nothing more to say to each other.
            if error != .again { end() }
        }
    }

    private mutating func fill() throws(Errno) {
        let bytes = try source.read(upTo: Pump.readSize)
        if bytes.isEmpty { end() } else { buffer = bytes[...] }
    }

    private mutating func drain() throws(Errno) {
        buffer = buffer.dropFirst(try sink.writeSome(buffer.prefix(Pump.writeSize)))
    }

    private mutating func end() {
        hasEnded = true
        buffer = []
    }
}
