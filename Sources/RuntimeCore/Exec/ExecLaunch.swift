internal import Cgroups
internal import Linux
internal import OCI
internal import Seccomp

/// Brings a further process into a running container.
struct ExecLaunch: ~Copyable {
    let request: ExecRequest
    let runtime: Runtime
    let inherited: InheritedDescriptors
    let streams: ForegroundStreams?
    let terminalSize: Process.ConsoleSize?

    init(
        _ request: consuming ExecRequest,
        _ runtime: Runtime,
        streams: ForegroundStreams? = nil,
        terminalSize: Process.ConsoleSize? = nil
    ) throws(RuntimeError) {
        let inherited = try InheritedDescriptors.find(preserved: Int(request.options.preserveFDs))
        try ExecLaunch.checkTerminal(request.process, request.options)
        self.request = request
        self.runtime = runtime
        self.inherited = inherited
        self.streams = streams
        self.terminalSize = terminalSize
    }

    private static func checkTerminal(_ process: Process, _ options: ExecOptions) throws(RuntimeError) {
        if options.detach, process.terminal, options.consoleSocket == nil {
            throw RuntimeError(.usage, "cannot allocate tty if runc will detach without setting console socket")
        }
        if !options.detach || !process.terminal, options.consoleSocket != nil {
            throw RuntimeError(.usage, "cannot use console socket if runc will not detach or allocate tty")
        }
    }

    /// The process on its way to execve(2), and its terminal's master where the runtime keeps that.
    struct Started: ~Copyable {
        let process: ChildProcess
        var terminal: FileDescriptor?
    }

    func perform() throws(RuntimeError) -> Started {
        let console = try connect(request.options.consoleSocket, "console socket")
        let pidfdSocket = try connect(request.options.pidfdSocket, "pidfd socket")
        runtime.trace?.mark(.plan)
        let placement = try ExecPlacement(request, log: runtime.log)
        let plan = try InitPlan(self, cgroup: placement.cgroup)
        runtime.trace?.steps = plan.steps
        if runtime.log.debugging { plan.steps.forEach { runtime.log.debug("plan: \($0)") } }
        let pair = try attempt("socketpair") { () throws(Errno) in try HandshakeSocket.Pair() }
        runtime.trace?.mark(.clone)
        switch try clone(placement) {
        case .child:
            let channel = ChildChannel(pair.keepChild())
            InitProcess.run(plan, channel, fifo: nil, console: console, runtime: runtime)
        case .parent(let process):
            let channel = ParentChannel(pair.keepParent())
            _ = consume console
            var side = ExecSide(request.options, process, pidfdSocket)
            try sendFilter(channel)
            do throws(RuntimeError) { try Conversation.hold(channel, with: &side) } catch {
                side.withdraw()
                throw error.during("unable to start container process")
            }
            return side.finish()
        }
    }

    private func connect(_ path: String?, _ what: String) throws(RuntimeError) -> FileDescriptor? {
        guard let path else { return nil }
        return try attempt("connect to the \(what) \(path)") { () throws(Errno) in try UnixSocket.connect(path) }
    }

    private func sendFilter(_ channel: borrowing ParentChannel) throws(RuntimeError) {
        guard let profile = request.spec.linux.seccomp else { return }
        let filter = try SeccompFilter.compile(profile, log: runtime.log)
        try channel.tell(.filter(filter?.encoded ?? []))
    }

    /// The first of two processes: it enters the container's namespaces where the container cannot see it, and makes
    /// the second, which is born inside (ContainerInit.enter).
    private func clone(_ placement: borrowing ExecPlacement) throws(RuntimeError) -> Cloned {
        // CVE-2016-9962: the second one is in the container's PID namespace from its birth on.
        try attempt("prctl(PR_SET_DUMPABLE)") { () throws(Errno) in try ThisProcess.setDumpable(false) }
        return try placement.clone()
    }
}

/// The parent's part while an exec'd process sets itself up.
private struct ExecSide: ~Copyable, ParentSide {
    private let options: ExecOptions
    private var process: ChildProcess
    private let pidfdSocket: FileDescriptor?
    private var terminal: FileDescriptor?
    private var hasPidFile = false
    private var hasSpawned = false

    init(
        _ options: ExecOptions,
        _ process: consuming ChildProcess,
        _ pidfdSocket: consuming FileDescriptor?
    ) {
        self.options = options
        self.process = process
        self.pidfdSocket = pidfdSocket
    }

    mutating func prepared() -> Bool { false }

    var maker: BorrowedDescriptor? { hasSpawned ? nil : process.pidfd }

    /// The maker is reaped.
    mutating func spawned(_ process: consuming ChildProcess) {
        self.process = process
        hasSpawned = true
    }

    mutating func console(_ master: consuming FileDescriptor) { terminal = consume master }

    mutating func ready() throws(RuntimeError) {
        if let socket = pidfdSocket.view() {
            let pidfd = process.pidfd
            try attempt("send the pidfd") { () throws(Errno) in try UnixSocket.send([1], pidfd, to: socket) }
        }
        guard let path = options.pidFile else { return }
        try PidFile.write(process.pid, to: path)
        hasPidFile = true
    }

    /// After a failure: what `ready` has put elsewhere goes, too.
    func withdraw() {
        if hasPidFile, let path = options.pidFile { PidFile.remove(path) }
    }

    consuming func finish() -> ExecLaunch.Started {
        ExecLaunch.Started(process: process, terminal: terminal)
    }
}
