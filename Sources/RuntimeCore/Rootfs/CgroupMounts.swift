internal import Linux
internal import OCI

/// What a mount of type `cgroup` becomes.
enum CgroupMounts {
    static func append(_ request: MountRequest, _ cgroup: ContainerCgroupMounts, to steps: inout [RootfsStep]) {
        if cgroup.unified {
            steps.append(unified(request, cgroup))
        } else {
            appendLegacy(request, cgroup, to: &steps)
        }
    }

    private static func unified(_ request: MountRequest, _ cgroup: ContainerCgroupMounts) -> RootfsStep {
        // Without a cgroup namespace a mount of cgroup2 would show the whole tree, as this bind does in a hundredth of
        // the time, and would reset the host's options of it.
        let whole = bind(request, from: cgroup.mountpoint, to: request.destination)
        guard cgroup.hasNamespace else { return .mount(whole) }
        var own = request
        own.type = "cgroup2"
        let other = cgroup.path.map { bind(request, from: $0, to: request.destination) }
        return .cgroup2(own, otherwise: other ?? whole)
    }

    /// A tmpfs with a folder a hierarchy, and a link for each controller that shares one.
    private static func appendLegacy(
        _ request: MountRequest,
        _ cgroup: ContainerCgroupMounts,
        to steps: inout [RootfsStep]
    ) {
        let guarded: MountFlags = .noExecute | .noSetID | .noDevices
        let readOnly = request.options.flags.intersection(.readOnly)
        var folder = MountRequest(
            source: "tmpfs",
            destination: request.destination,
            type: "tmpfs",
            options: MountOptions(guarded, data: ["mode=755"], propagation: request.options.propagation)
        )
        folder.readOnlyLater = !readOnly.isEmpty
        steps.append(.mount(folder))
        for hierarchy in cgroup.hierarchies {
            let name = ContainerPath.name(of: hierarchy.mountpoint)
            let place = "\(request.destination)/\(name)"
            if cgroup.hasNamespace {
                steps.append(.mount(own(hierarchy, at: place, guarded | readOnly)))
            } else {
                let source = hierarchy.mountpoint + (hierarchy.containerPath == "/" ? "" : hierarchy.containerPath)
                steps.append(.mount(bind(request, from: source, to: place)))
            }
            for word in name.split(separator: ",") where word.utf8.count < name.utf8.count {
                steps.append(.link(NodePlace(request.destination, String(word)), to: name, replacing: false))
            }
        }
    }

    private static func own(
        _ hierarchy: ContainerCgroupMounts.Hierarchy,
        at place: String,
        _ flags: MountFlags
    ) -> MountRequest {
        // The v2 tree of a hybrid host has no controller in its name.
        if hierarchy.names.allSatisfy({ $0.isEmpty }) {
            return MountRequest(source: "cgroup2", destination: place, type: "cgroup2", options: MountOptions(flags))
        }
        let named = hierarchy.names.contains { $0.hasPrefix("name=") }
        return MountRequest(
            source: named ? ContainerPath.name(of: hierarchy.mountpoint) : "cgroup",
            destination: place,
            type: "cgroup",
            options: MountOptions(flags, data: hierarchy.names)
        )
    }

    private static func bind(_ request: MountRequest, from source: String, to place: String) -> MountRequest {
        let flags = request.options.flags | .bind | .recursive
        return MountRequest(
            source: source,
            destination: place,
            type: "bind",
            options: MountOptions(flags, propagation: request.options.propagation)
        )
    }
}
