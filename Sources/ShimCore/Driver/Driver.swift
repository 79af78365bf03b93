internal import Cgroups
internal import ContainerLog
internal import Linux
internal import ShimProtocol

/// Does what the machine says, and tells it what happens. One thread, one epoll, no call that waits but the one in `run`.
///
/// Its parts are in extensions, a file each: connections, streams, runs of the runtime, records.
final class Driver {
    let options: ShimOptions
    var folder: StateFolder
    var machine: Machine
    var watcher: Watcher
    var log: LogWriter
    var logWatch: Watch?
    let report: Reporter
    /// What runs of the runtime get back of the caller's.
    let inheritance: Inheritance
    let signals: SignalQueue
    let listener: FileDescriptor

    /// What was told to the machine and what it answered; both keep their memory.
    private var events: [Event] = []
    private var actions: [Action] = []
    /// CLOCK_MONOTONIC of this round.
    var now = Clock.monotonic()
    var timers = Timers()

    var clients: [Client] = []
    var lastClient: UInt64 = 0
    var listenerWatch: Watch?
    var counts = StreamCounts()

    var container: Streams
    var sessions: [Streams] = []
    /// Who waits for the end of their streams.
    var draining: [Streams] = []
    /// Those with a `wakeTime`.
    var waking: [Streams] = []
    /// For what is not logged, and for what clients send.
    let scratch: Scratch
    /// How often this round of the loop may still wait for a stream to fill.
    var fillsLeft = 0

    var runs: [RuntimeRun] = []
    /// CLOCK_MONOTONIC of the end of the container's first process.
    var firstEnd: UInt64?
    var stateFile: ShimStateFile
    var cgroup: Cgroup?
    var oomCounter: OOMCounter?
    var oomKills: UInt64 = 0

    /// How it ends: set by `.leave`.
    var leaving: Leaving?
    /// The caller was told of a failure.
    var hasFailed = false

    init(_ options: ShimOptions, _ start: consuming DriverStart) {
        self.options = options
        report = start.report
        inheritance = start.inheritance
        stateFile = ShimStateFile(options)
        machine = Machine(MachineSettings(options))
        container = Streams(.container, isTerminal: options.terminal, endsWithClient: options.stdinOnce)
        folder = start.folder
        log = start.parts.log
        watcher = start.parts.watcher
        scratch = start.parts.scratch
        signals = start.parts.signals
        listener = start.parts.listener
    }

    /// Blocked, and told by a descriptor.
    static let signals: SignalSet = [
        SignalSet(.child), SignalSet(.terminate), SignalSet(.hangUp), SignalSet(.interrupt),
    ]

    // MARK: - The loop

    /// Until the shim has nothing more to do. What it leaves with.
    func run() throws(Errno) -> Int32 {
        _ = try watcher.add(signals.descriptor.borrowed, .input, for: .signals)
        listenerWatch = try watcher.add(listener.borrowed, .input, for: .listener)
        noticeSelf()
        save(.creating, nil)
        post(.begin)
        handleEvents()
        while !hasLeft {
            let count = try watcher.wait(milliseconds: timers.milliseconds(until: nextDeadline, now: Clock.monotonic()))
            now = Clock.monotonic()
            fillsLeft = Driver.readsInARound
            for index in 0..<count {
                guard let (source, ready) = watcher.event(index) else { continue }
                dispatch(source, ready)
                handleEvents()
            }
            if count > 0 { timers.touch(now) }
            fireDeadlines()
            handleEvents()
        }
        return finish()
    }

    private func dispatch(_ source: Source, _ ready: Epoll.Events) {
        switch source {
        case .signals: takeSignals()
        case .listener: acceptClients()
        case .client(let client): clientReady(client, ready)
        case .output(let streams, let channel): read(channel, of: streams)
        case .input(let streams): inputReady(streams, ready)
        case .console(let streams): stepConsole(of: streams)
        case .log: logReady()
        }
    }

    /// For the machine, after what it is doing now.
    func post(_ event: Event) { events.append(event) }

    func handleEvents() {
        var next = 0
        while next < events.count {
            actions.removeAll(keepingCapacity: true)
            machine.handle(events[next], now: Clock.realtime(), into: &actions)
            next += 1
            for index in actions.indices { perform(actions[index]) }
        }
        events.removeAll(keepingCapacity: true)
    }

    private func takeSignals() {
        while let signal = nextSignal() {
            switch signal {
            case .child: reap()
            case .hangUp: reopenLog()
            default: post(.terminate)
            }
            handleEvents()
        }
    }

    private func nextSignal() -> Signal? {
        do throws(Errno) { return try signals.next()?.signal } catch { return nil }
    }

    // MARK: - The end

    /// What `.leave` said, and until when clients may still take what is theirs.
    struct Leaving {
        static let grace: UInt64 = 5_000_000_000
        let isRemoving: Bool
        let deadline: UInt64
    }

    private var hasLeft: Bool {
        guard let leaving else { return false }
        return now >= leaving.deadline || clients.allSatisfy { $0.outbox.isEmpty || $0.isHungUp }
    }

    private func finish() -> Int32 {
        // The rest of a line, and what the helper still has to write.
        for channel in container.outputs { endLog(of: channel) }
        _ = log.finish(milliseconds: Driver.logGrace)
        if leaving?.isRemoving == true {
            // What was there before is the caller's, but for a start that failed it was made for nothing.
            folder.empty(removing: hasFailed && folder.isNew)
        } else {
            folder.remove(StateFolder.Name.socket)
        }
        // Who has taken the record and waits for the end of the connection finds the folder empty.
        for client in clients { remove(client) }
        return hasFailed ? 1 : 0
    }

    /// After a failure of the loop itself: while this shim has the lock, another's folder is not emptied. Where there was a
    /// container already the folder stays, for whoever recovers it.
    func discard() {
        if folder.isNew, stateFile.pid == 0 { folder.empty(removing: true) }
    }

    /// Milliseconds for the log's helper at the end.
    private static let logGrace = 1000
}

/// What the driver takes over from the start.
struct DriverStart: ~Copyable {
    var folder: StateFolder
    var parts: DriverParts
    let report: Reporter
    let inheritance: Inheritance
}

/// What the driver needs and may not get.
struct DriverParts: ~Copyable {
    var log: LogWriter
    var watcher: Watcher
    let scratch: Scratch
    let signals: SignalQueue
    let listener: FileDescriptor

    init(_ log: consuming LogWriter, in folder: borrowing StateFolder) throws(Errno) {
        let watcher = try Watcher()
        let scratch = try Scratch()
        let signals = try SignalQueue(Driver.signals)
        let listener = try UnixListener.bind("\(folder.descriptor.procPath)/\(StateFolder.Name.socket)")
        // All at once: a value that cannot be copied has no half of itself.
        self.log = log
        self.watcher = watcher
        self.scratch = scratch
        self.signals = signals
        self.listener = listener
    }
}

/// What is the caller's, and goes to the runtime's runs as it was.
struct Inheritance: Equatable {
    /// RLIMIT_NOFILE: containers inherit it, and the shim has raised its own.
    var descriptors: (soft: UInt64, hard: UInt64)? { hard == 0 ? nil : (soft, hard) }
    var soft: UInt64 = 0
    var hard: UInt64 = 0
    /// oom_score_adj; nil: the shim has not changed it.
    var oomScore: String?
}

extension MachineSettings {
    init(_ options: ShimOptions) {
        self.init(id: options.id, bundle: options.bundle)
        starts = options.start
        keeps = options.keepsContainer
        termKills = options.termKills
        linger = options.linger
    }
}

extension ShimStateFile {
    init(_ options: ShimOptions) {
        self.init()
        id = options.id
        bundle = options.bundle
        runtime = options.runtime
        runtimeArguments = options.runtimeArguments
        logPath = options.logPath ?? ""
        keeps = options.keepsContainer
        begun = Clock.realtime()
    }
}

/// One buffer for all that is read and passed on at once.
final class Scratch {
    /// Nothing is kept.
    var log = LogWriter()
    var stream: StreamBuffer
    var input: PageBuffer

    init() throws(Errno) {
        stream = try StreamBuffer()
        input = try PageBuffer(size: InputChannel.capacity)
    }
}
