internal import Linux
internal import ShimProtocol

/// Standard input: a pipe or a terminal, and 64 KiB beside it for what it does not take yet (SM-22).
struct InputChannel: ~Copyable {
    static let capacity = 64 << 10

    private(set) var descriptor: FileDescriptor?
    var watch: Watch?
    private var held = PageRing(capacity: InputChannel.capacity)
    /// A terminal gets nothing before the start: the line discipline is not yet as the container wants it.
    private(set) var isOpen: Bool
    /// It ends with the first client that was attached to it (SM-23).
    let endsWithClient: Bool
    /// That client.
    var first: ClientID?
    /// There is none, or it has ended: bytes go nowhere.
    private(set) var isClosed = false
    private var ends = false

    init(isOpen: Bool, endsWithClient: Bool) {
        self.isOpen = isOpen
        self.endsWithClient = endsWithClient
    }

    /// How much is taken at once, at most. Of a closed one everything is.
    var room: Int { isClosed ? InputChannel.capacity : held.room }

    /// A terminal that is full, and that no process has open: it takes nothing before one has. The driver tries again.
    private(set) var isResting = false

    /// Bytes wait for the pipe to have room.
    var waitsForRoom: Bool { descriptor != nil && isOpen && !held.isEmpty && !isResting }

    /// `flush` after a hang-up was told. Not to be waited for if something is left: epoll would tell of it without end.
    mutating func flushHungUp() {
        flush()
        isResting = waitsForRoom
    }

    /// Another try after a rest.
    mutating func resume() {
        isResting = false
        flush()
    }

    mutating func connect(_ descriptor: consuming FileDescriptor) { self.descriptor = consume descriptor }

    /// The container runs.
    mutating func open() {
        isOpen = true
        flush()
    }

    /// Takes at most `room` bytes.
    mutating func take(_ bytes: RawSpan) {
        if isClosed || ends { return }
        var written = 0
        if held.isEmpty, isOpen, let target = descriptor.view() {
            do throws(Errno) { written = try target.writeSome(bytes) } catch {
                if error != .again { return close() }
            }
        }
        if written == bytes.byteCount { return }
        // Without memory for 64 KiB there is nothing better to do than to end it: a gap in the middle would be worse.
        if !held.append(bytes.extracting(droppingFirst: written)) { close() }
    }

    /// Writes what is held.
    mutating func flush() {
        guard isOpen, let target = descriptor.view() else { return }
        while !held.isEmpty {
            do throws(Errno) { _ = try held.write(to: target) } catch {
                // Nobody reads any more (EPIPE, EIO): that is the container's to decide, and no fault.
                if error != .again { close() }
                return
            }
        }
        if ends { close() }
    }

    /// Ends it once everything held is written.
    mutating func end() {
        ends = true
        if held.isEmpty { close() }
    }

    /// The driver has taken the watch away.
    mutating func close() {
        isClosed = true
        held.clear()
    }

    /// The descriptor of a closed one, to be given up once epoll has forgotten it.
    mutating func drop() { descriptor = nil }

    mutating func giveBack() { held.giveBack() }
}
