internal import Cgroups
internal import Linux
internal import OCI
internal import Seccomp

/// The parent's part while init sets itself up.
struct LaunchSide: ~Copyable, ParentSide {
    private let launch: Launch
    // The process first: on a failure it is gone before its cgroup is removed.
    private let process: ChildProcess
    private var container: HalfMadeContainer
    private let pidfdSocket: FileDescriptor?
    private var terminal: FileDescriptor?
    private var state: ContainerState?
    private let childWaits: Bool
    private var hasPidFile = false

    init(
        _ launch: Launch,
        _ container: consuming HalfMadeContainer,
        _ process: consuming ChildProcess,
        _ pidfdSocket: consuming FileDescriptor?,
        childWaits: Bool
    ) {
        self.childWaits = childWaits
        self.launch = launch
        self.container = container
        self.process = process
        self.pidfdSocket = pidfdSocket
    }

    private var spec: Spec { launch.bundle.spec }
    private var trace: Trace? { launch.runtime.trace }

    /// Right after the clone: on v1 the cgroups are made while the child makes its network, and the filter is compiled
    /// while it mounts.
    mutating func begin(_ channel: borrowing ParentChannel) throws(RuntimeError) {
        if launch.host.hierarchy != .unified {
            trace?.mark(.makeCgroups)
            try container.completeCgroup()
            try channel.tell(.proceed)
        }
        guard let profile = spec.linux.seccomp else { return }
        trace?.mark(.compileFilter)
        let filter = try SeccompFilter.compile(profile, log: launch.runtime.log)
        try channel.tell(.filter(filter?.encoded ?? []))
    }

    mutating func prepared() throws(RuntimeError) -> Bool {
        trace?.mark(.setLimits)
        let nodes = spec.linux.devices.map { $0.path }
        try container.cgroup.apply(spec.linux.resources, deviceNodes: nodes, log: launch.runtime.log)
        let hooks = spec.hooks
        if hooks.prestart.isEmpty, hooks.createRuntime.isEmpty { return childWaits }
        trace?.mark(.runHooks)
        let state = launch.hookState(.creating, pid: process.pid)
        try HookRunner.run(hooks.prestart, .prestart, state: state.json())
        try HookRunner.run(hooks.createRuntime, .createRuntime, state: state.json())
        return true
    }

    var maker: BorrowedDescriptor? { nil }

    mutating func spawned(_ process: consuming ChildProcess) throws(RuntimeError) {
        throw RuntimeError(.kernel, "the container's init sent a message that is none")
    }

    mutating func console(_ master: consuming FileDescriptor) throws(RuntimeError) {
        terminal = consume master
    }

    mutating func ready() throws(RuntimeError) {
        trace?.mark(.writeRecord)
        let record = try makeState()
        try container.directory.writeState(record)
        state = record
        if let socket = pidfdSocket.view() {
            let pidfd = process.pidfd
            try attempt("send the pidfd") { () throws(Errno) in try UnixSocket.send([1], pidfd, to: socket) }
        }
        guard let path = launch.options.pidFile else { return }
        try PidFile.write(process.pid, to: path)
        hasPidFile = true
    }

    /// After a failure: what `ready` has put elsewhere goes, too.
    func withdraw() {
        if hasPidFile, let path = launch.options.pidFile { PidFile.remove(path) }
    }

    /// After the child has closed its end.
    consuming func finish() throws(RuntimeError) -> Launched {
        guard let state else { throw RuntimeError(.kernel, "the container's init ended before it was ready") }
        trace?.mark(.letGo)
        return Launched(process: process, container: container, terminal: terminal, state: state)
    }

    private func makeState() throws(RuntimeError) -> ContainerState {
        let pid = process.pid
        let status = try attempt("read /proc/\(pid)/stat") { () throws(Errno) in try ProcessStatus.of(pid) }
        guard let status else { throw RuntimeError(.kernel, "the container's init ended before it was ready") }
        var record = ContainerState(id: launch.options.id, bundle: launch.bundle.path)
        record.initProcessPid = pid
        record.initProcessStart = status.startTime
        record.created = Timestamp.now().rfc3339Nano
        record.cgroupPaths = container.cgroup.paths
        record.namespacePaths = namespacePaths(of: pid)
        record.describe(spec)
        record.owner = ThisProcess.effectiveUser
        record.rootfs = launch.rootfs
        record.noPivotRoot = launch.options.noPivot
        record.noNewKeyring = launch.options.noNewKeyring
        return record
    }

    private func namespacePaths(of pid: Int32) -> [LinuxSection.NamespaceKind: String] {
        var paths: [LinuxSection.NamespaceKind: String] = [:]
        for (kind, name) in LinuxSection.NamespaceKind.files { paths[kind] = "/proc/\(pid)/ns/\(name)" }
        return paths
    }
}

extension LinuxSection.NamespaceKind {
    /// The names in /proc/PID/ns (namespaces(7)).
    static let files: [(LinuxSection.NamespaceKind, String)] = [
        (.pid, "pid"), (.network, "net"), (.mount, "mnt"), (.ipc, "ipc"), (.uts, "uts"), (.user, "user"),
        (.cgroup, "cgroup"),
    ]
}

extension ContainerState {
    /// What the record keeps of the configuration.
    fileprivate mutating func describe(_ spec: Spec) {
        ociVersion = spec.ociVersion
        annotations = spec.annotations
        hostname = spec.hostname
        domainname = spec.domainname
        namespaces = spec.linux.namespaces
        cgroupPath = spec.linux.cgroupsPath
        hooks = spec.hooks
        noNewPrivileges = spec.process?.noNewPrivileges ?? false
    }

    /// Killing init kills the rest (pid_namespaces(7)).
    var hasPrivatePidNamespace: Bool { namespaces.contains { $0.kind == .pid && $0.path == nil } }
}
