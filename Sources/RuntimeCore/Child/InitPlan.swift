internal import Cgroups
internal import Linux
internal import OCI

/// All that a child needs to know, worked out before the clone.
struct InitPlan {
    var steps: [ChildStep]
    var process: ProcessPlan
    let terminalSize: Process.ConsoleSize?
    let rootfs: String
    let cgroup: Cgroup
    let hooks: Hooks
    let hookState: HookState?
    /// In the foreground, without a terminal.
    let streams: ForegroundStreams?
    /// `exec`: init's pidfd, which the request owns.
    let target: BorrowedDescriptor?

    /// For the first process of a container.
    init(_ launch: Launch, cgroup: Cgroup) throws(RuntimeError) {
        let spec = launch.bundle.spec
        var circumstances = ChildCircumstances()
        circumstances.joinsCgroups = launch.host.hierarchy != .unified
        circumstances.waitsForStart = launch.mode.waitsForStart
        circumstances.keepsKeyring = launch.options.noNewKeyring
        circumstances.takesStreams = launch.streams != nil
        streams = launch.streams
        steps = ChildPlan.steps(for: spec, try launch.rootfsSteps(cgroup), circumstances)
        var context = ProcessPlan.Context(containerID: launch.options.id)
        context.joinsKeyring = !launch.options.noNewKeyring
        context.inherited = launch.inherited
        process = try ProcessPlan(spec.process ?? Process(), context)
        terminalSize = launch.terminalSize ?? spec.process?.consoleSize
        rootfs = launch.rootfs
        self.cgroup = cgroup
        hooks = spec.hooks
        hookState = launch.hookState(.created, pid: 0)
        target = nil
        (process.warnings + RootfsPlan.warnings(spec)).forEach(launch.runtime.log.warning)
    }

    /// For a process that `exec` adds.
    init(_ launch: borrowing ExecLaunch, cgroup: Cgroup) throws(RuntimeError) {
        let spec = launch.request.spec
        var circumstances = ChildCircumstances()
        circumstances.joinsCgroups = cgroup.unifiedPath == nil
        self.cgroup = cgroup
        circumstances.takesStreams = launch.streams != nil
        streams = launch.streams
        steps = ChildPlan.steps(
            for: launch.request.process,
            entering: spec.linux.enteredNamespaces,
            filtered: spec.linux.seccomp != nil,
            circumstances
        )
        var context = ProcessPlan.Context(containerID: launch.request.options.id)
        context.isInit = false
        context.inherited = launch.inherited
        process = try ProcessPlan(launch.request.process, context)
        terminalSize = launch.terminalSize ?? launch.request.process.consoleSize
        rootfs = launch.request.container.state.rootfs
        hooks = Hooks()
        hookState = nil
        target = launch.request.pidfd.borrowed
        process.warnings.forEach(launch.runtime.log.warning)
    }
}

extension Launch {
    fileprivate func rootfsSteps(_ cgroup: Cgroup) throws(RuntimeError) -> RootfsSteps {
        let spec = bundle.spec
        let options = RootfsOptions(noPivot: self.options.noPivot)
        return RootfsSteps(
            prepare: try RootfsPlan.prepare(
                spec,
                rootfs: rootfs,
                bundle: bundle.path,
                cgroup: ContainerCgroupMounts(cgroup, on: host, hasNamespace: spec.linux.namespace(.cgroup) != nil),
                options: options
            ),
            enter: RootfsPlan.enter(spec, options: options),
            finish: RootfsPlan.finish(spec)
        )
    }
}

extension ContainerCgroupMounts {
    /// The same layout in the words of the mounts.
    init(_ cgroup: Cgroup, on host: CgroupHost, hasNamespace: Bool) {
        self.init(
            unified: host.hierarchy == .unified,
            hierarchies: host.mounts.compactMap { Hierarchy($0, cgroup) },
            path: cgroup.unifiedPath,
            hasNamespace: hasNamespace
        )
    }
}

extension ContainerCgroupMounts.Hierarchy {
    /// nil where the container has no cgroup in that hierarchy.
    init?(_ mount: CgroupMount, _ cgroup: Cgroup) {
        let name = mount.controllers.first ?? ""
        guard let path = cgroup.paths[name], path.hasPrefix(mount.mountpoint) else { return nil }
        let below = String(path.dropFirst(mount.mountpoint.count))
        self.init(
            names: mount.controllers,
            mountpoint: mount.mountpoint,
            containerPath: below.isEmpty ? "/" : below
        )
    }
}

extension LinuxSection {
    /// What `exec` joins: each namespace that the configuration names, new or by path.
    var enteredNamespaces: Namespaces {
        var result: Namespaces = []
        for (kind, flag) in LinuxSection.entered where namespace(kind) != nil { result.insert(flag) }
        return result
    }

    private static let entered: [(NamespaceKind, Namespaces)] = [
        (.pid, .pid), (.network, .network), (.mount, .mount), (.ipc, .ipc), (.uts, .uts), (.cgroup, .cgroup),
    ]
}
