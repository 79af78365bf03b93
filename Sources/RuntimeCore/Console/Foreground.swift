package import Linux
package import OCI

/// What the runtime does for a process that it stays with (`run` and `exec` without `--detach`): passes on signals and
/// the terminal, copies its streams, reaps it (spec/process.md PR-20 to PR-25).
package struct Foreground: ~Copyable {
    private let signals: SignalQueue
    private let streams: ForegroundStreams?
    private var terminal: HostTerminal?
    private var masterOwner: FileDescriptor?
    private var master: BorrowedDescriptor?
    private var pumps: [Pump] = [.none, .none, .none]
    private var status: ExitStatus?
    private var isInterrupted = false

    private init(
        _ signals: consuming SignalQueue,
        _ streams: ForegroundStreams?,
        _ terminal: consuming HostTerminal?
    ) {
        self.signals = signals
        self.streams = streams
        self.terminal = terminal
    }

    /// To be made before the clone: from here on signals are kept for `supervise`, and they stay blocked after it, so
    /// that none ends this process before it has cleaned up. The child gets a clean mask from
    /// `ProcessPlan.closeDescriptors`. `owner` has the host's numbers for the container's root. A subreaper also gets
    /// the orphans of the container.
    package static func prepare(
        terminal wantsTerminal: Bool,
        owner: (user: UInt32, group: UInt32),
        subreaper: Bool
    ) throws(RuntimeError) -> Foreground {
        let terminal = wantsTerminal ? try HostTerminal.find() : nil
        let streams = wantsTerminal ? nil : try ForegroundStreams(user: owner.user, group: owner.group)
        try attempt("block signals") { () throws(Errno) in
            // Ignored by the caller, SIGCHLD would take the exit status with it.
            try Signal.child.restoreDefault()
            try SignalSet.every.block()
            if subreaper { try ThisProcess.becomeSubreaper() }
        }
        return Foreground(try openQueue(), streams, terminal)
    }

    private static func openQueue() throws(RuntimeError) -> SignalQueue {
        do { return try SignalQueue(.every) } catch { throw RuntimeError(.kernel, "signalfd", errno: error) }
    }

    /// For the child, where it has no terminal: its standard streams.
    package var childStreams: ForegroundStreams? { streams }

    /// For the child, where it has one: the size of its terminal, which `process.consoleSize` does not change here.
    package var terminalSize: Process.ConsoleSize? {
        switch terminal {
        case .some(let terminal): terminal.size
        case .none: nil
        }
    }

    /// For the parent: the master that the child has sent.
    package mutating func attach(_ console: consuming FileDescriptor) throws(RuntimeError) {
        let number = console.borrowed
        try attempt("set up the console") { () throws(Errno) in
            // The caller's terminal adds the carriage return, so the container's must not.
            var settings = try TerminalSettings(of: number)
            settings.addsCarriageReturn = false
            try settings.apply(to: number)
            try number.setNonBlocking()
        }
        terminal?.copySize(to: number)
        try terminal?.makeRaw()
        master = number
        masterOwner = consume console
        pumps = [Pump(from: .standardInput, to: number), Pump(from: number, to: .standardOutput), .none]
    }

    /// Stays until the process has ended and its output is out. The process must be a child; it is reaped here.
    package mutating func supervise(pid: Int32, pidfd: BorrowedDescriptor) throws(RuntimeError) -> ExitStatus {
        streams?.closeChildEnds()
        pumps = streams?.pumps ?? pumps
        while true {
            let found = try poll(pidfd, milliseconds: -1)
            if !found.signals.isEmpty { try handleSignals(pid, pidfd) }
            if !found.end.isEmpty, status == nil { status = try Foreground.reap(pidfd) }
            guard let status else { continue }
            pumps[0] = .none
            try drain()
            return status
        }
    }

    private static func reap(_ pidfd: BorrowedDescriptor) throws(RuntimeError) -> ExitStatus {
        try attempt("wait for the process") { () throws(Errno) in try Wait.forEnd(of: pidfd) }
    }

    /// What poll(2) found besides the pumps, which have moved on already.
    private struct Found {
        var signals: PollEntry.Events
        var end: PollEntry.Events
        var anything: Bool
    }

    private mutating func poll(_ pidfd: BorrowedDescriptor, milliseconds: Int32) throws(RuntimeError) -> Found {
        var entries = [PollEntry(signals.descriptor.borrowed, .input), PollEntry(pidfd, .input)]
        for pump in pumps { entries.append(pump.pollEntry) }
        let ready: Int
        do { ready = try PollEntry.wait(&entries, milliseconds: milliseconds) } catch {
            throw RuntimeError(.kernel, "poll", errno: error)
        }
        for index in pumps.indices where !pumps[index].hasEnded {
            pumps[index].advance(entries[index + 2].returned)
            if pumps[index].hasEnded { streams?.closeParentEnd(index) }
        }
        return Found(signals: entries[0].returned, end: entries[1].returned, anything: ready > 0)
    }

    private mutating func handleSignals(_ pid: Int32, _ pidfd: BorrowedDescriptor) throws(RuntimeError) {
        try attempt("handle signals") { () throws(Errno) in
            while let (signal, sender) = try signals.next() { try handle(signal, from: sender, pid, pidfd) }
        }
    }

    private mutating func handle(
        _ signal: Signal,
        from sender: Int32,
        _ pid: Int32,
        _ pidfd: BorrowedDescriptor
    ) throws(Errno) {
        switch signal {
        case .child: try collect(pid)
        case .windowChange: if let master { terminal?.copySize(to: master) }
        // Our own write(2) to a reader that has gone.
        case .pipe where sender == ThisProcess.pid: return
        default:
            do { try signal.send(to: pidfd) } catch {
                // It has just ended: SIGCHLD is on its way.
                if error != .noProcess { throw error }
            }
        }
    }

    /// Reaps all that have ended: as subreaper also orphans of the container.
    private mutating func collect(_ pid: Int32) throws(Errno) {
        while let ended = try Wait.reapAny() {
            if ended.pid == pid { status = ended.status }
        }
    }

    /// Lets out what the process has written. A pty ends (EIO) when its last user is gone, but a process left in the
    /// background may keep it: what is there now has to do, and poll(2) sees all that was written. A pipe is read to
    /// its end, as runc does; then a signal that would have ended the process ends the wait.
    private mutating func drain() throws(RuntimeError) {
        let none = BorrowedDescriptor(-1)
        while pumps.contains(where: { !$0.hasEnded }), !isInterrupted {
            let mayWait = master == nil || pumps.contains { !$0.isEmpty }
            let found = try poll(none, milliseconds: mayWait ? -1 : 0)
            if !found.anything { return }
            if !found.signals.isEmpty { try noteInterrupts() }
        }
    }

    private mutating func noteInterrupts() throws(RuntimeError) {
        try attempt("handle signals") { () throws(Errno) in
            while let (signal, _) = try signals.next() {
                if [.interrupt, .terminate, .hangUp, .quit].contains(signal) { isInterrupted = true }
                if signal == .child { while try Wait.reapAny() != nil {} }
            }
        }
    }
}
