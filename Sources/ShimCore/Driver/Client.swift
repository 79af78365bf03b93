internal import Linux
internal import ShimProtocol

/// One connection of the control socket.
final class Client {
    /// A client that takes nothing for so long is let go where somebody waits for it (SM-24).
    static let patience: UInt64 = 10_000_000_000

    let id: ClientID
    let socket: FileDescriptor
    var watch: Watch?
    var parser = FrameParser()
    var outbox = Outbox()
    /// A request has no answer yet.
    var isWaiting = false
    /// What it is attached to.
    var streams: Streams?
    var attachment = Attachment()
    var keys = DetachKeys([])
    /// The connection ends when everything has been sent.
    var isClosing = false
    /// Nothing more comes from it.
    var hasEnded = false
    /// It is gone; what it had written is still read.
    var isHungUp = false
    /// Since when somebody waits for it to take something.
    var stalledSince: UInt64?

    init(_ id: ClientID, _ socket: consuming FileDescriptor) {
        self.id = id
        self.socket = socket
    }

    /// Whether its bytes are for standard input.
    var hasInput: Bool { streams != nil && attachment.input }

    func wants(_ kind: FrameKind) -> Bool {
        kind == .standardOutput ? attachment.output : attachment.error
    }

    /// The streams must not be read before it has taken something.
    var blocks: Bool {
        attachment.mode == .blocking && (attachment.output || attachment.error) && !isClosing && !outbox.hasRoom
    }

    /// Whether its next bytes can be used.
    var reads: Bool {
        if isClosing || isWaiting || hasEnded { return false }
        guard let streams else { return outbox.isEmpty }
        return !parser.expectsInput || !attachment.input || streams.input.room > 0
    }

    /// What epoll is to tell of it; a hang-up is told unasked.
    var interest: Epoll.Events? {
        if isHungUp { return nil }
        return (reads ? .input : Epoll.Events()).union(outbox.isEmpty ? [] : .output)
    }

    /// Somebody waits for it from now on, or no longer.
    func setStalled(_ waits: Bool, now: UInt64) {
        if !waits { return stalledSince = nil }
        if stalledSince == nil { stalledSince = now }
    }
}
