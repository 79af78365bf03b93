internal import Cgroups
internal import Linux
internal import OCI
internal import Seccomp

extension ContainerInit {
    /// One step of the plan; the three below split the table, so that each part can be read at once.
    mutating func perform(_ step: ChildStep) throws(RuntimeError) {
        switch step {
        case .rootfs(let step): try perform(step)
        case .openCgroups: entrance = try plan.cgroup.openLegacy()
        case .joinCgroups: try joinCgroups()
        case .startSession: try kernel(step) { () throws(Errno) in try ThisProcess.startSession() }
        case .join(let namespace): try join(namespace)
        case .newCgroupNamespace: try kernel(step) { () throws(Errno) in try Namespaces.cgroup.unshare() }
        case .enterContainer(let namespaces): try enter(namespaces)
        case .newNetworkNamespace: try kernel(step) { () throws(Errno) in try Namespaces.network.unshare() }
        case .raiseLoopback: try kernel(step) { () throws(Errno) in try Loopback.raise() }
        default: try performHandshake(step)
        }
    }

    private mutating func performHandshake(_ step: ChildStep) throws(RuntimeError) {
        switch step {
        case .announcePrepared(let waits): try announcePrepared(waits)
        case .awaitCgroups, .awaitLimits: try channel?.awaitParent()
        case .announceReady: try tell(.ready)
        case .awaitParent: try awaitRecord()
        case .endHandshake: endHandshake()
        case .awaitStart: try awaitStart()
        case .createContainerHooks: try run(plan.hooks.createContainer, .createContainer, .creating)
        case .startContainerHooks: try run(plan.hooks.startContainer, .startContainer, .created)
        default: try performIdentity(step)
        }
    }

    private mutating func performIdentity(_ step: ChildStep) throws(RuntimeError) {
        switch step {
        case .console: try openConsole()
        case .hostname(let name): try kernel(step) { () throws(Errno) in try ThisProcess.setHostname(name) }
        case .domainname(let name): try kernel(step) { () throws(Errno) in try ThisProcess.setDomainname(name) }
        case .sessionKeyring: try plan.process.joinKeyring(log: runtime.log)
        case .standardStreams: try plan.streams?.install()
        case .oomScore: try plan.process.applyOOMScore()
        case .rlimits: try plan.process.applyLimits()
        default: try performLast(step)
        }
    }

    private mutating func performLast(_ step: ChildStep) throws(RuntimeError) {
        switch step {
        case .closeDescriptors: try closeDescriptors()
        case .seccomp: try loadFilter()
        case .noNewPrivileges: try plan.process.forbidNewPrivileges()
        case .identity: try becomeProcess()
        case .findProgram: try plan.process.findProgram()
        default: throw plan.process.exec()
        }
    }

    private func kernel(_ step: ChildStep, _ body: () throws(Errno) -> Void) throws(RuntimeError) {
        try attempt(step.description, body)
    }
}

extension ContainerInit {
    mutating func tell(_ message: ChildMessage, descriptor: BorrowedDescriptor? = nil) throws(RuntimeError) {
        guard channel != nil, !handshakeIsOver else { throw RuntimeError(.kernel, "the handshake is over") }
        try channel?.tell(message, descriptor: descriptor)
    }

    private mutating func joinCgroups() throws(RuntimeError) {
        if let entrance = entrance.take() { return try entrance.join() }
        try plan.cgroup.joinLegacy()
    }

    private mutating func awaitRecord() throws(RuntimeError) {
        try channel?.awaitParent()
        // The last warning has been written; a file of the host's must not stay open until `start`.
        plan.process.closeHeld(runtime.log.descriptor)
        try attempt("prctl(PR_SET_PDEATHSIG)") { () throws(Errno) in try ThisProcess.setParentDeathSignal(0) }
    }

    private mutating func announcePrepared(_ waits: Bool) throws(RuntimeError) {
        try tell(.prepared)
        if waits { try channel?.awaitParent() }
    }

    /// Closes the socket where something still waits before execve(2), which closes it else.
    private mutating func endHandshake() {
        handshakeIsOver = true
        if fifo != nil { channel = nil }
    }

    private func join(_ namespace: LinuxSection.Namespace) throws(RuntimeError) {
        let path = namespace.path ?? ""
        let kinds: [LinuxSection.NamespaceKind: Namespaces] = [
            .network: .network, .mount: .mount, .ipc: .ipc, .uts: .uts, .cgroup: .cgroup,
        ]
        try attempt(ChildStep.join(namespace).description) { () throws(Errno) in
            try (kinds[namespace.kind] ?? []).join(try BorrowedDescriptor.currentDirectory.open(path, .read))
        }
    }

    /// Enters the container in two processes. A PID namespace takes effect in children only, and who is born in the
    /// container's is seen there: with CAP_SYS_PTRACE a container could reach the host through /proc/PID/root and
    /// /proc/PID/fd, dumpable or not. So this process, unseen, joins everything and closes what leads to the host, and
    /// then makes the one that runs the program as its own sibling: a child of the runtime.
    private mutating func enter(_ namespaces: Namespaces) throws(RuntimeError) {
        guard let target = plan.target else { return }
        if !namespaces.isEmpty {
            try attempt("enter the container's namespaces") { () throws(Errno) in try namespaces.join(target) }
        }
        try closeDescriptors()
        switch try attempt("clone3", { () throws(Errno) in try cloneSibling() }) {
        case .maker(let pid, let pidfd):
            try tell(.spawned(pid: pid), descriptor: pidfd.borrowed)
            ThisProcess.exit(0)
        case .sibling:
            try attempt("prctl(PR_SET_PDEATHSIG)") { () throws(Errno) in
                try ThisProcess.setParentDeathSignal(Signal.kill.number)
            }
            try channel?.awaitParent()
        }
    }

    private mutating func perform(_ step: RootfsStep) throws(RuntimeError) {
        if rootfs == nil { rootfs = try Rootfs(path: plan.rootfs) }
        guard var rootfs = rootfs.take() else { return }
        try step.perform(&rootfs)
        self.rootfs = consume rootfs
    }

    private mutating func loadFilter() throws(RuntimeError) {
        guard let frame = try channel?.awaitFilter() else { return }
        try SeccompFilter(frame: frame)?.load()
    }

    /// What init itself still needs when everything else is closed.
    private mutating func held() -> [BorrowedDescriptor] {
        var held = [runtime.log.descriptor]
        if channel != nil, let socket = channel?.descriptor { held.append(socket) }
        if fifo != nil, let number = fifo?.borrowed { held.append(number) }
        if procfs != nil, let number = procfs?.descriptor { held.append(number) }
        if let number = console.view() { held.append(number) }
        if entrance != nil { held += entrance?.descriptors ?? [] }
        return held
    }

    private mutating func closeDescriptors() throws(RuntimeError) {
        rootfs = nil
        let kept = held()
        try plan.process.closeDescriptors(keeping: kept)
    }

    private mutating func becomeProcess() throws(RuntimeError) {
        try attempt("reset the CPU affinity") { () throws(Errno) in try Affinity.reset() }
        try plan.process.becomeProcess(log: runtime.log)
        // A change of user has cleared it (prctl(2) PR_SET_PDEATHSIG).
        try attempt("prctl(PR_SET_PDEATHSIG)") { () throws(Errno) in
            try ThisProcess.setParentDeathSignal(Signal.kill.number)
        }
    }

    /// The writer's end: open(2) returns when `start` has opened the other. A `start` that was killed in between has started
    /// nothing: the next one is waited for.
    private mutating func awaitStart() throws(RuntimeError) {
        guard let waiting = fifo.take(), let procfs = procfs.take() else { return }
        // PID 1 ignores what it has no handler for (pid_namespaces(7)); a container that only waits must not.
        Signal.exitOnTermination()
        try attempt("write exec.fifo") { () throws(Errno) in
            while true {
                do throws(Errno) { return try procfs.reopen(waiting, .write).write("0") } catch {
                    if error != .brokenPipe { throw error }
                }
            }
        }
    }
}

extension ContainerInit {
    /// A pty of the container's own devpts becomes the standard streams; its master goes to `--console-socket`, or to
    /// the runtime, which shows it.
    private mutating func openConsole() throws(RuntimeError) {
        let root = try attempt("open /") { () throws(Errno) in
            try BorrowedDescriptor.currentDirectory.open("/", [.path, .directory])
        }
        let console = try Console.open(in: root, size: plan.terminalSize)
        if plan.target == nil { try console.mount(in: root) }
        if let socket = self.console.take() {
            try console.sendMaster(to: socket)
        } else {
            // The caller's terminal adds the carriage return, so this one must not; set before the first byte.
            try attempt("set up the console") { () throws(Errno) in
                var settings = try TerminalSettings(of: console.master)
                settings.addsCarriageReturn = false
                try settings.apply(to: console.master)
            }
            try tell(.console, descriptor: console.master)
        }
        try console.takeOver()
    }

    private func run(_ hooks: [Hook], _ point: HookRunner.Point, _ status: Lifecycle) throws(RuntimeError) {
        var state = plan.hookState
        state?.status = status
        state?.pid = ThisProcess.pid
        let inherited = point == .startContainer ? plan.process.environment : nil
        try HookRunner.run(hooks, point, state: state?.json() ?? [], inherited: inherited)
    }
}
