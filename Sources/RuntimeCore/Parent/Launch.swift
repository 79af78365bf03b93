internal import Cgroups
internal import Linux
internal import OCI
internal import Seccomp

/// How a new container is to come up.
struct LaunchMode {
    /// `create`: init blocks until `start`.
    var waitsForStart: Bool
    /// The runtime does not stay: the terminal, if there is one, goes to `--console-socket`.
    var detached: Bool
}

/// A container whose init is on its way to execve(2), or waits for `start`.
struct Launched: ~Copyable {
    // The process first: it is gone before its cgroup is removed.
    let process: ChildProcess
    var container: HalfMadeContainer
    var terminal: FileDescriptor?
    let state: ContainerState

    /// From here on the container lives without this process; the pidfd of its init.
    consuming func letLive() -> FileDescriptor {
        container.keep()
        return process.release()
    }
}

/// One `create` or `run`, from the configuration to an init that needs its parent no more.
struct Launch {
    let runtime: Runtime
    let options: CreateOptions
    let mode: LaunchMode
    let bundle: Bundle
    let rootfs: String
    let host: CgroupHost
    let inherited: InheritedDescriptors
    var streams: ForegroundStreams?
    var terminalSize: Process.ConsoleSize?

    /// Reads and checks everything that can be checked before something is made.
    init(_ runtime: Runtime, _ options: CreateOptions, _ mode: LaunchMode) throws(RuntimeError) {
        self.runtime = runtime
        self.options = options
        self.mode = mode
        try ContainerID.validate(options.id)
        inherited = try InheritedDescriptors.find(preserved: Int(options.preserveFDs))
        runtime.trace?.mark(.readConfig)
        bundle = try Bundle(options.bundle)
        try Rules.validate(bundle.spec)
        try Launch.checkTerminal(bundle.spec, options, mode)
        rootfs = try bundle.resolveRootfs()
        host = try CgroupHost.detect()
    }

    /// runc's two rules about who holds the terminal.
    private static func checkTerminal(
        _ spec: Spec,
        _ options: CreateOptions,
        _ mode: LaunchMode
    ) throws(RuntimeError) {
        let wantsTerminal = spec.process?.terminal == true
        if mode.detached, wantsTerminal, options.consoleSocket == nil {
            throw RuntimeError(
                .usage,
                "cannot allocate tty if runc will detach without setting console socket"
            )
        }
        if !mode.detached || !wantsTerminal, options.consoleSocket != nil {
            throw RuntimeError(.usage, "cannot use console socket if runc will not detach or allocate tty")
        }
    }

    /// Makes the container; nothing of it remains when this throws.
    func perform() throws(RuntimeError) -> Launched {
        let console = try connect(options.consoleSocket, "console socket")
        let pidfdSocket = try connect(options.pidfdSocket, "pidfd socket")
        runtime.trace?.mark(.plan)
        let cgroup = try Cgroup.locate(on: host, cgroupsPath: bundle.spec.linux.cgroupsPath, id: options.id)
        let plan = try InitPlan(self, cgroup: cgroup)
        runtime.trace?.steps = plan.steps
        if runtime.log.debugging { plan.steps.forEach { runtime.log.debug("plan: \($0)") } }
        runtime.trace?.mark(.makeState)
        let container = try HalfMadeContainer(options.id, in: runtime.store, bundle: bundle, cgroup, log: runtime.log)
        return try start(plan, container, console: console, pidfdSocket: pidfdSocket)
    }

    /// What hooks read on their standard input.
    func hookState(_ status: Lifecycle, pid: Int32) -> HookState {
        HookState(
            ociVersion: bundle.spec.ociVersion,
            id: options.id,
            status: status,
            pid: pid,
            bundle: bundle.path,
            annotations: bundle.spec.annotations
        )
    }

    private func connect(_ path: String?, _ what: String) throws(RuntimeError) -> FileDescriptor? {
        guard let path else { return nil }
        return try attempt("connect to the \(what) \(path)") { () throws(Errno) in try UnixSocket.connect(path) }
    }

    private func start(
        _ plan: InitPlan,
        _ container: consuming HalfMadeContainer,
        console: consuming FileDescriptor?,
        pidfdSocket: consuming FileDescriptor?
    ) throws(RuntimeError) -> Launched {
        let fifo = mode.waitsForStart ? try container.directory.makeFifo(for: plan.process.user.uid) : nil
        let pair = try attempt("socketpair") { () throws(Errno) in try HandshakeSocket.Pair() }
        let nursery = try container.cgroup.openNursery()
        runtime.trace?.mark(.clone)
        let cloned = try clone(into: nursery.view())
        switch consume cloned {
        case .child:
            container.directory.forgetInClone()
            let channel = ChildChannel(pair.keepChild())
            InitProcess.run(plan, channel, fifo: fifo, console: console, runtime: runtime)
        case .parent(let process):
            let channel = ParentChannel(pair.keepParent())
            _ = consume fifo
            _ = consume console
            var side = LaunchSide(
                self,
                container,
                process,
                pidfdSocket,
                childWaits: plan.steps.contains(.announcePrepared(waits: true)) || plan.steps.contains(.awaitLimits)
            )
            try side.begin(channel)
            try hold(channel, &side)
            return try side.finish()
        }
    }

    private func hold(_ channel: borrowing ParentChannel, _ side: inout LaunchSide) throws(RuntimeError) {
        do throws(RuntimeError) { try Conversation.hold(channel, with: &side) } catch {
            side.withdraw()
            throw error.during("error during container init").during("unable to start container process")
        }
    }

    private func clone(into cgroup: BorrowedDescriptor?) throws(RuntimeError) -> Cloned {
        let linux = bundle.spec.linux
        var namespaces = linux.newNamespaces
        // Half of what a clone costs: on v1 the child makes it, while this process makes cgroups.
        if host.hierarchy != .unified { namespaces.remove(.network) }
        let visit = try PidNamespaceVisit(linux.namespace(.pid)?.path)
        let cloned = try attempt("clone3") { () throws(Errno) in
            // CVE-2016-9962: nothing in a PID namespace that is joined may look into init before its policy is on.
            try ThisProcess.setDumpable(false)
            return try Linux.clone(namespaces, into: cgroup)
        }
        switch consume cloned {
        case .child: return .child
        case .parent(let process):
            try visit.end()
            return .parent(process)
        }
    }
}

extension LinuxSection {
    /// What is new from the first moment on. The cgroup namespace is not among them: init makes it once it is in its cgroup.
    var newNamespaces: Namespaces {
        var result: Namespaces = []
        for (kind, flag) in LinuxSection.cloneFlags where isNew(kind) { result.insert(flag) }
        return result
    }

    private static let cloneFlags: [(NamespaceKind, Namespaces)] = [
        (.pid, .pid), (.network, .network), (.mount, .mount), (.ipc, .ipc), (.uts, .uts),
    ]
}
