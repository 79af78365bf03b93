internal import Cgroups
internal import Linux
internal import OCI

/// A container that exists: its folder, its record, and what the kernel says of it.
struct Container: ~Copyable {
    let directory: ContainerDirectory
    let state: ContainerState

    /// Seconds that a killed init may take to die.
    private static let patience: Int32 = 10

    /// Opens the container, and holds its lock when the verb is to change it.
    init(_ id: String, in store: ContainerStore, locked: Bool = false) throws(RuntimeError) {
        let directory = try store.open(id)
        if locked { try directory.lock() }
        let state = try directory.readState()
        self.init(directory, state)
    }

    /// `directory` stays as it is, locked or not.
    init(_ directory: consuming ContainerDirectory, _ state: ContainerState) {
        self.state = state
        self.directory = directory
    }

    var cgroup: Cgroup { Cgroup(paths: state.cgroupPaths) }

    /// True while the record's pid is still the process that it was.
    func initIsAlive() throws(RuntimeError) -> Bool {
        let status = try attempt("read /proc/\(state.initProcessPid)/stat") { () throws(Errno) in
            try ProcessStatus.of(state.initProcessPid)
        }
        guard let status else { return false }
        return status.isAlive && status.startTime == state.initProcessStart
    }

    func status() throws(RuntimeError) -> Lifecycle {
        guard try initIsAlive() else { return .stopped }
        // Before created: one that was frozen then has to be thawed first.
        if try cgroup.isFrozen() { return .paused }
        return directory.hasFifo() ? .created : .running
    }

    /// What `state` and `list` print.
    func report() throws(RuntimeError) -> StateReport {
        let status = try status()
        return StateReport(state, status: status)
    }

    /// A pidfd of init that is checked to be the recorded process: a number that was reused is never signalled.
    func openInit() throws(RuntimeError) -> FileDescriptor {
        guard try initIsAlive() else { throw Container.notRunning }
        let pidfd = try openRecordedPid()
        guard try initIsAlive() else { throw Container.notRunning }
        return pidfd
    }

    private func openRecordedPid() throws(RuntimeError) -> FileDescriptor {
        do { return try Pidfd.open(state.initProcessPid) } catch {
            if error == .noProcess { throw Container.notRunning }
            throw RuntimeError(.kernel, "pidfd_open \(state.initProcessPid)", errno: error)
        }
    }

    static var notRunning: RuntimeError { RuntimeError(.wrongState, "container not running") }

    /// Signals init; SIGKILL also thaws it: a frozen task of cgroup v1 dies only then.
    func signalInit(_ signal: Signal) throws(RuntimeError) {
        let pidfd = try openInit()
        do { try signal.send(to: pidfd) } catch {
            if error == .noProcess { throw Container.notRunning }
            throw RuntimeError(.kernel, "send \(signal.name) to init", errno: error)
        }
        if signal == Signal.kill, try cgroup.isFrozen() { try cgroup.thaw() }
    }

    /// SIGKILL for every process of the cgroup.
    func killCgroup() throws(RuntimeError) {
        try during("unable to kill all processes") { () throws(RuntimeError) in
            if cgroup.exists() { try cgroup.kill(signal: Signal.kill.number) }
        }
    }

    /// SIGKILL for init and, where no PID namespace dies with it, for the rest of the cgroup; waits for init's end.
    func killAll() throws(RuntimeError) {
        if !state.hasPrivatePidNamespace { try killCgroup() }
        do throws(RuntimeError) {
            let pidfd = try openInit()
            try signalInit(Signal.kill)
            let ended = try attempt("wait for init") { () throws(Errno) in
                try Pidfd.waitForEnd(of: pidfd, milliseconds: Container.patience * 1000)
            }
            if !ended { throw RuntimeError(.kernel, "container init still running") }
        } catch {
            if error != Container.notRunning { throw error }
        }
    }

    /// Removes the cgroup and the folder, and so the container.
    func destroy() throws(RuntimeError) {
        if !state.hasPrivatePidNamespace { try killCgroup() }
        try during("remove the container's cgroup") { () throws(RuntimeError) in try cgroup.remove() }
        try directory.remove()
    }

    /// After `destroy`.
    func runPoststopHooks() throws(RuntimeError) {
        if state.hooks.poststop.isEmpty { return }
        try HookRunner.runEach(state.hooks.poststop, .poststop, state: HookState(state, status: .stopped).json())
    }
}
