internal import Linux
internal import ShimProtocol

/// What a client has not taken yet, SM-24: the streams' frames in a ring of 256 KiB, and behind it whatever must not be
/// lost: answers, and the last frame of all.
struct Outbox: ~Copyable {
    static let capacity = 256 << 10
    /// The longest frame of a stream, and a DROPPED before it.
    static let largestStep = FrameHeader.size + (64 << 10) + FrameHeader.size + 8

    private var ring = PageRing(capacity: Outbox.capacity)
    private var tail: [UInt8] = []
    /// Bytes of the streams that had no room and that the client has not been told of.
    private(set) var untold: UInt64 = 0
    /// All that had no room.
    private(set) var dropped: UInt64 = 0

    var isEmpty: Bool { ring.isEmpty && tail.isEmpty }
    /// One more read of the streams fits.
    var hasRoom: Bool { tail.isEmpty && ring.room >= Outbox.largestStep }

    /// How a frame of a stream fared.
    enum Outcome { case sent, kept, dropped }

    /// Sends one frame of a stream, or keeps what the socket does not take; where there is no room it is dropped as a
    /// whole and counted.
    mutating func send(
        _ kind: FrameKind,
        _ payload: RawSpan,
        to socket: borrowing FileDescriptor
    ) throws(Errno) -> Outcome {
        let header = FrameHeader(kind, length: payload.byteCount)
        if isEmpty, untold == 0 { return try sendNow(header, payload, to: socket) }
        guard tail.isEmpty, ring.room >= payload.byteCount + FrameHeader.size + (untold > 0 ? 16 : 0) else {
            return drop(payload.byteCount)
        }
        if untold > 0, !keep(Frame.dropped(untold).bytes.span.bytes) { return drop(payload.byteCount) }
        untold = 0
        guard keep(header), keep(payload) else { return drop(payload.byteCount) }
        return .kept
    }

    private mutating func sendNow(
        _ header: FrameHeader,
        _ payload: RawSpan,
        to socket: borrowing FileDescriptor
    ) throws(Errno) -> Outcome {
        var sent = 0
        do throws(Errno) { sent = try socket.send(header: header.word, payload) } catch {
            if error != .again { throw error }
        }
        if sent == payload.byteCount + FrameHeader.size { return .sent }
        if sent == 0 {
            guard ring.room >= payload.byteCount + FrameHeader.size, keep(header), keep(payload) else {
                return drop(payload.byteCount)
            }
            return .kept
        }
        // The client has a part of the frame, so it has to get the rest: without memory the connection is of no use.
        let rest = header.bytes[...].dropFirst(sent)
        guard keep(Array(rest).span.bytes), keep(payload.extracting(droppingFirst: max(0, sent - FrameHeader.size)))
        else {
            throw .noMemory
        }
        return .kept
    }

    private mutating func keep(_ header: FrameHeader) -> Bool { keep(header.bytes.span.bytes) }
    private mutating func keep(_ bytes: RawSpan) -> Bool { bytes.isEmpty || ring.append(bytes) }

    private mutating func drop(_ count: Int) -> Outcome {
        untold &+= UInt64(count)
        dropped &+= UInt64(count)
        return .dropped
    }

    /// Keeps a frame that is no stream's, whatever its size. `flush` sends it.
    mutating func add(_ frame: Frame) {
        if untold > 0 {
            let count = untold
            untold = 0
            append(Frame.dropped(count).bytes)
        }
        append(frame.bytes)
    }

    private mutating func append(_ bytes: [UInt8]) {
        if tail.isEmpty, ring.append(bytes.span.bytes) { return }
        tail += bytes
    }

    /// Sends what the socket takes. How many bytes those were.
    mutating func flush(to socket: borrowing FileDescriptor) throws(Errno) -> Int {
        var sent = 0
        do throws(Errno) {
            while !ring.isEmpty { sent += try ring.send(to: socket) }
            while !tail.isEmpty {
                let count = try socket.sendSome(tail[...])
                tail.removeFirst(count)
                sent += count
            }
        } catch {
            if error != .again { throw error }
        }
        return sent
    }

    /// Unmaps the ring where nothing is in it.
    mutating func giveBack() { ring.giveBack() }
}
