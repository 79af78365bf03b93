internal import Linux
package import OCI

/// The cgroup layout of the host and the container's place in it, as far as mounts of type `cgroup` need it.
package struct ContainerCgroupMounts: Equatable, Sendable {
    package struct Hierarchy: Equatable, Sendable {
        /// Controllers (`cpu`, `cpuacct`), or the name of one without (`name=systemd`).
        package var names: [String]
        package var mountpoint: String
        /// The container's cgroup below `mountpoint`, beginning with `/`.
        package var containerPath: String

        package init(names: [String], mountpoint: String, containerPath: String) {
            self.names = names
            self.mountpoint = mountpoint
            self.containerPath = containerPath
        }
    }

    /// cgroup v2 only.
    package var unified: Bool
    /// The v1 hierarchies; empty on v2.
    package var hierarchies: [Hierarchy]
    /// v2: the container's cgroup as a path of the host (`/sys/fs/cgroup/x`).
    package var path: String?
    /// The container is in a cgroup namespace, new or joined.
    package var hasNamespace: Bool
    /// v2: where the host has its tree.
    package var mountpoint = "/sys/fs/cgroup"

    package init(unified: Bool, hierarchies: [Hierarchy] = [], path: String? = nil, hasNamespace: Bool) {
        self.unified = unified
        self.hierarchies = hierarchies
        self.path = path
        self.hasNamespace = hasNamespace
    }
}

/// What the command line says about the rootfs.
package struct RootfsOptions: Equatable, Sendable {
    /// `--no-pivot`
    package var noPivot: Bool

    package init(noPivot: Bool = false) { self.noPivot = noPivot }
}

/// The steps as data: a unit test reads them, `--debug` prints them.
package enum RootfsPlan {
    /// Up to the hooks that still see the host (createRuntime, prestart, createContainer). `rootfs` is its real,
    /// absolute path; relative sources are relative to `bundle`.
    package static func prepare(
        _ spec: Spec,
        rootfs: String,
        bundle: String,
        cgroup: ContainerCgroupMounts,
        options: RootfsOptions = RootfsOptions()
    ) throws(RuntimeError) -> [RootfsStep] {
        var steps: [RootfsStep] = []
        // Once, not by doubling: a step is large. 16 are not from the lists.
        steps.reserveCapacity(16 + spec.mounts.count + spec.linux.devices.count + cgroup.hierarchies.count * 2)
        try appendRoot(spec, options, to: &steps)
        var bindsDev = false
        for mount in spec.mounts {
            let request = try during("invalid mount to \"\(mount.destination)\"") { () throws(RuntimeError) in
                try MountRequest(mount, rootfs: rootfs, bundle: bundle)
            }
            if request.isBind, request.destination == "/dev" { bindsDev = true }
            if request.type == "cgroup" {
                CgroupMounts.append(request, cgroup, to: &steps)
            } else {
                steps.append(.mount(request))
            }
        }
        // A /dev that is bound from elsewhere is its owner's to fill.
        if !bindsDev { DevicePlan.append(spec.linux.devices, rootfs: rootfs, to: &steps) }
        steps.append(.workInRoot)
        return steps
    }

    /// From the hooks to the container's root.
    package static func enter(_ spec: Spec, options: RootfsOptions = RootfsOptions()) -> [RootfsStep] {
        var steps: [RootfsStep] = []
        if options.noPivot {
            steps.append(.moveRoot)
        } else {
            steps.append(spec.linux.namespace(.mount) == nil ? .chroot : .pivot)
        }
        // Here, not before: `/` now is the container's alone.
        if let flags = rootPropagation(spec), !flags.intersects(.private | .slave) {
            steps.append(.propagateRoot(flags))
        }
        let bindsDev = spec.mounts.contains { mount in
            ContainerPath.clean(mount.destination) == "/dev"
                && (mount.options.contains("bind") || mount.options.contains("rbind"))
        }
        if !bindsDev { steps.append(.reopenNull) }
        if let folder = spec.process?.cwd, !folder.isEmpty { steps.append(.workingDirectory(folder)) }
        return steps
    }

    /// After the console: nothing is made in the rootfs any more.
    package static func finish(_ spec: Spec) -> [RootfsStep] {
        var steps: [RootfsStep] = []
        steps.reserveCapacity(3 + spec.linux.readonlyPaths.count + spec.linux.maskedPaths.count)
        let isolated = spec.linux.namespace(.mount) != nil
        if isolated {
            if spec.mounts.contains(where: { $0.options.contains("ro") }) { steps.append(.readOnlyMounts) }
            if spec.root?.readonly == true { steps.append(.readOnlyRoot) }
        }
        if !spec.linux.sysctl.isEmpty { steps.append(.sysctls(Sysctl.all(of: spec))) }
        guard isolated else { return steps }
        for path in spec.linux.readonlyPaths { steps.append(.readOnlyPath(ContainerPath.clean(path))) }
        var masked: [String] = []
        for path in spec.linux.maskedPaths {
            let place = ContainerPath.clean(path)
            // Some twenty at most: looking through them is cheaper than a set.
            if masked.contains(place) { continue }
            masked.append(place)
            steps.append(.mask(place))
        }
        return steps
    }

    /// What is accepted, but should be said.
    package static func warnings(_ spec: Spec) -> [String] {
        spec.mounts.filter { $0.destination.utf8.first != 0x2f }.map {
            "mount destination \($0.destination) is not absolute: it is taken as relative to /"
        }
    }

    private static func rootPropagation(_ spec: Spec) -> MountFlags? {
        spec.linux.rootfsPropagation.flatMap { $0.isEmpty ? nil : MountOption.propagation($0) }
    }

    private static func appendRoot(
        _ spec: Spec,
        _ options: RootfsOptions,
        to steps: inout [RootfsStep]
    ) throws(RuntimeError) {
        let wanted = rootPropagation(spec)
        if let word = spec.linux.rootfsPropagation, !word.isEmpty, wanted == nil {
            throw RuntimeError(.invalidSpec, "rootfsPropagation=\(word) is not supported")
        }
        if options.noPivot, let wanted, wanted.contains(.private) {
            throw RuntimeError(.invalidSpec, "rootfsPropagation of [r]private is not safe without pivot_root")
        }
        steps.append(.clearUmask)
        // The host's own mounts are not ours to change where the container lives among them.
        guard spec.linux.namespace(.mount) != nil else { return steps.append(.bindRoot(propagation: .private)) }
        let flags = wanted ?? .slave | .recursive
        steps.append(.propagate(flags))
        if !flags.contains(.recursive) || !flags.intersects(.private | .slave) {
            steps.append(.isolateParent(flags.contains(.slave) ? .slave : .private))
        }
        // Unasked, the rootfs gets nothing that is mounted below it on the host later.
        steps.append(.bindRoot(propagation: wanted == nil ? .private : .none))
    }
}
