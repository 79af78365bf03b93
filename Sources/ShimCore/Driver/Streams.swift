internal import ContainerLog
internal import Linux
internal import ShimProtocol

/// The streams of the container or of an exec session, and who is attached to them.
final class Streams {
    let owner: Owner
    let isTerminal: Bool
    /// nil: the container.
    let session: SessionName?
    var input: InputChannel
    /// One for a terminal, two for pipes; empty before there is something to read.
    var outputs: [OutputChannel] = []
    var clients: [Client] = []
    /// What the runtime's `create` or `exec` is given.
    var ends: RuntimeEnds?
    var console: Console?
    /// The size that a terminal gets when it comes.
    var size: WindowSize?
    /// Reading rests until a client has room (SM-24).
    var isHeld = false
    /// Kills for want of memory in the container before this session was started.
    var oomKillsBefore: UInt64 = 0
    /// SM-25: what is left of the time for processes that hold the streams, while `.drain` waits for their end.
    var drain: Drain?

    init(_ owner: Owner, session: SessionName? = nil, isTerminal: Bool, endsWithClient: Bool) {
        self.owner = owner
        self.session = session
        self.isTerminal = isTerminal
        input = InputChannel(isOpen: !isTerminal, endsWithClient: endsWithClient && !isTerminal)
    }

    /// When to look at them again, without epoll's word.
    var wakeTime: UInt64?
    /// Nanoseconds between two looks at a terminal that nobody has open.
    var pause: UInt64 = 0

    /// Twice as long each time, up to 3.2 s.
    func nextPause() -> UInt64 {
        pause = pause == 0 ? 100_000_000 : min(pause * 2, 3_200_000_000)
        return pause
    }

    /// Everything has been read.
    var haveEnded: Bool { outputs.allSatisfy { !$0.isOpen } }
}

/// A stream that is read.
final class OutputChannel {
    let kind: FrameKind
    private(set) var descriptor: FileDescriptor?
    var watch: Watch?
    /// Where the log keeps the beginning of a line; nil for what is not logged.
    var buffer: StreamBuffer?

    init(_ kind: FrameKind, _ descriptor: consuming FileDescriptor) {
        self.kind = kind
        self.descriptor = consume descriptor
    }

    var logStream: LogStream { kind == .standardOutput ? .stdout : .stderr }
    var isOpen: Bool { descriptor != nil }
    var view: BorrowedDescriptor? { descriptor.view() }

    func close() { descriptor = nil }
}

/// The other ends of a container's pipes: the runtime gets them and the shim drops them.
struct RuntimeEnds: ~Copyable {
    var input: FileDescriptor
    var output: FileDescriptor
    var error: FileDescriptor
}

/// How long the end of the streams is waited for.
struct Drain: Equatable {
    /// Nanoseconds for processes that outlive the first one.
    static let grace: UInt64 = 2_000_000_000

    private var left = Drain.grace
    /// Since when the time runs; nil while a client holds the streams.
    private var since: UInt64?

    init(now: UInt64) { since = now }

    /// While a client holds the streams it is not their writers who are late.
    mutating func hold(_ isHeld: Bool, now: UInt64) {
        if isHeld, let since {
            left -= min(left, now - min(now, since))
            self.since = nil
        } else if !isHeld, since == nil {
            since = now
        }
    }

    /// When the time is over; nil while it does not run.
    var deadline: UInt64? { since.map { $0 + left } }
}
