package import Linux
package import OCI

/// What the order of the child's steps depends on besides the configuration.
package struct ChildCircumstances: Equatable, Sendable {
    /// cgroup v1: no CLONE_INTO_CGROUP.
    package var joinsCgroups = false
    /// `create`: init blocks until `start`.
    package var waitsForStart = false
    package var keepsKeyring = false
    /// `run` in the foreground without a terminal.
    package var takesStreams = false
    package init() {}
}

/// The steps for the root file system, in three parts: see RootfsPlan.
package struct RootfsSteps: Equatable, Sendable {
    /// Up to the hooks that still see the host.
    package var prepare: [RootfsStep]
    /// Into the container's root.
    package var enter: [RootfsStep]
    /// After the console: sysctls, read-only and masked paths.
    package var finish: [RootfsStep]

    package init(prepare: [RootfsStep] = [], enter: [RootfsStep] = [], finish: [RootfsStep] = []) {
        self.prepare = prepare
        self.enter = enter
        self.finish = finish
    }
}

/// The child's steps in their order. The why of each place is beside it.
package enum ChildPlan {
    package static func steps(
        for spec: Spec,
        _ rootfs: RootfsSteps,
        _ circumstances: ChildCircumstances
    ) -> [ChildStep] {
        namespaces(spec, circumstances)
            + root(spec, rootfs, circumstances)
            + process(spec, circumstances)
    }

    private static func namespaces(_ spec: Spec, _ circumstances: ChildCircumstances) -> [ChildStep] {
        var steps: [ChildStep] = [.startSession]
        let isConnected = spec.linux.isNew(.network)
        if circumstances.joinsCgroups, isConnected { steps.append(.newNetworkNamespace) }
        if isConnected { steps.append(.raiseLoopback) }
        if circumstances.takesStreams { steps.append(.standardStreams) }
        if spec.process?.oomScoreAdj != nil { steps.append(.oomScore) }
        if !circumstances.keepsKeyring { steps.append(.sessionKeyring) }
        // While the host's paths are there.
        if circumstances.joinsCgroups { steps.append(.awaitCgroups) }
        // A new cgroup namespace is rooted where its first process is.
        if circumstances.joinsCgroups, spec.linux.isNew(.cgroup) { steps.append(.joinCgroups) }
        // The mount namespace last: until then the other paths are the host's.
        let joined = spec.linux.namespaces.filter { $0.path != nil && $0.kind != .pid }
        steps += joined.filter { $0.kind != .mount }.map(ChildStep.join)
        steps += joined.filter { $0.kind == .mount }.map(ChildStep.join)
        if spec.linux.isNew(.cgroup) { steps.append(.newCgroupNamespace) }
        return steps
    }

    private static func root(
        _ spec: Spec,
        _ rootfs: RootfsSteps,
        _ circumstances: ChildCircumstances
    ) -> [ChildStep] {
        var steps = rootfs.prepare.map(ChildStep.rootfs)
        steps += prepared(spec, circumstances)
        if !spec.hooks.createContainer.isEmpty { steps.append(.createContainerHooks) }
        steps += entered(spec, rootfs, circumstances)
        // After the mounts, since it is a pty of the container's devpts; before they turn read-only.
        if spec.process?.terminal == true { steps.append(.console) }
        if let name = spec.hostname, !name.isEmpty { steps.append(.hostname(name)) }
        if let name = spec.domainname, !name.isEmpty { steps.append(.domainname(name)) }
        return steps + rootfs.finish.map(ChildStep.rootfs)
    }

    /// What ends the first part: on v1 the cgroups, and the word to the parent, which sets limits and runs hooks.
    private static func prepared(_ spec: Spec, _ circumstances: ChildCircumstances) -> [ChildStep] {
        let hooked = !spec.hooks.prestart.isEmpty || !spec.hooks.createRuntime.isEmpty
        guard circumstances.joinsCgroups else { return [.announcePrepared(waits: hooked)] }
        if joinsLate(spec) { return [.openCgroups, .announcePrepared(waits: false)] }
        if !isHooked(spec) { return [.announcePrepared(waits: false)] }
        let prepared = ChildStep.announcePrepared(waits: true)
        return spec.linux.isNew(.cgroup) ? [prepared] : [.joinCgroups, prepared]
    }

    /// v1: without hooks the limits are set during the change of root, which opens no device.
    private static func entered(
        _ spec: Spec,
        _ rootfs: RootfsSteps,
        _ circumstances: ChildCircumstances
    ) -> [ChildStep] {
        var steps = rootfs.enter.map(ChildStep.rootfs)
        if circumstances.joinsCgroups, !joinsLate(spec), !isHooked(spec) {
            steps.insert(.awaitLimits, at: min(1, steps.count))
        }
        return steps
    }

    /// Whether anything else runs before init has changed its root.
    private static func isHooked(_ spec: Spec) -> Bool {
        let hooks = spec.hooks
        return !hooks.prestart.isEmpty || !hooks.createRuntime.isEmpty || !hooks.createContainer.isEmpty
    }

    /// v1: last of all, so that what the set-up needs does not count against the container's memory; but hooks find init
    /// in its cgroups, and a new cgroup namespace is rooted there.
    private static func joinsLate(_ spec: Spec) -> Bool {
        !spec.linux.isNew(.cgroup) && !isHooked(spec)
    }

    private static func process(_ spec: Spec, _ circumstances: ChildCircumstances) -> [ChildStep] {
        let process = spec.process ?? Process()
        var steps: [ChildStep] = []
        if !process.rlimits.isEmpty { steps.append(.rlimits) }
        steps.append(.closeDescriptors)
        if circumstances.joinsCgroups, joinsLate(spec) { steps.append(.joinCgroups) }
        steps.append(.announceReady)
        let filtered = spec.linux.seccomp != nil
        // Without no_new_privs the filter needs CAP_SYS_ADMIN, which is about to be dropped (seccomp(2)).
        if filtered, !process.noNewPrivileges { steps.append(.seccomp) }
        if process.noNewPrivileges { steps.append(.noNewPrivileges) }
        steps += [.identity, .findProgram, .awaitParent]
        // As late as can be: the fewer system calls follow, the fewer the profile has to allow.
        if filtered, process.noNewPrivileges { steps.append(.seccomp) }
        if circumstances.waitsForStart { steps += [.endHandshake, .awaitStart] }
        if !spec.hooks.startContainer.isEmpty { steps.append(.startContainerHooks) }
        // Closed by execve(2) itself, so that the parent knows when the program runs.
        if !circumstances.waitsForStart { steps.append(.endHandshake) }
        steps.append(.execute)
        return steps
    }

    /// A process that `exec` adds: it enters what init has made, and has no hooks.
    package static func steps(
        for process: Process,
        entering namespaces: Namespaces,
        filtered: Bool,
        _ circumstances: ChildCircumstances
    ) -> [ChildStep] {
        var steps: [ChildStep] = []
        if circumstances.joinsCgroups { steps.append(.joinCgroups) }
        if circumstances.takesStreams { steps.append(.standardStreams) }
        if process.oomScoreAdj != nil { steps.append(.oomScore) }
        steps += [.enterContainer(namespaces), .startSession, .sessionKeyring]
        if process.terminal { steps.append(.console) }
        if !process.rlimits.isEmpty { steps.append(.rlimits) }
        steps.append(.announceReady)
        if filtered, !process.noNewPrivileges { steps.append(.seccomp) }
        if process.noNewPrivileges { steps.append(.noNewPrivileges) }
        steps += [.identity, .findProgram, .awaitParent]
        if filtered, process.noNewPrivileges { steps.append(.seccomp) }
        steps.append(.execute)
        return steps
    }
}
