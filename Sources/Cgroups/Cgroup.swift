package import Linux
package import OCI

/// A container's control group: one folder on v2, one a hierarchy on v1.
package struct Cgroup: Sendable, Equatable {
    /// Controller to absolute path, as state.json has it (`cgroup_paths`): v2 has the one key "", v1 a key for each
    /// controller and named hierarchy, hybrid "" besides.
    package let paths: [String: String]
    /// Every folder once, in the order in which it is made and joined.
    let directories: [Directory]

    /// A cgroup in one hierarchy, and the controllers it is there for.
    struct Directory: Sendable, Equatable {
        let path: String
        var controllers: [String]

        /// A named hierarchy, or the v2 one beside v1, has no limits; a runtime that may not write there (a read-only
        /// mount inside another container) does without, as runc does.
        var isOptional: Bool {
            controllers.allSatisfy { $0.isEmpty || $0 == "misc" || $0.hasPrefix("name=") }
        }

        /// The v2 hierarchy's.
        var isUnified: Bool { controllers == [""] }
    }

    /// What the runtime uses of v1. cpuset first, since a process can enter it only when it has CPUs.
    static let controllers = [
        "cpuset", "devices", "memory", "cpu", "cpuacct", "pids", "blkio", "hugetlb", "net_cls", "net_prio",
        "perf_event", "freezer", "rdma", "name=systemd", "misc", "",
    ]

    package init(paths: [String: String]) {
        self.paths = paths
        if paths.count == 1, let path = paths[""] {
            directories = [Directory(path: path, controllers: [""])]
            return
        }
        var directories: [Directory] = []
        for controller in Cgroup.controllers {
            guard let path = paths[controller] else { continue }
            if let index = directories.firstIndex(where: { $0.path == path }) {
                directories[index].controllers.append(controller)
            } else {
                directories.append(Directory(path: path, controllers: [controller]))
            }
        }
        self.directories = directories
    }

    /// Where `linux.cgroupsPath` leads on this host. An absolute path (and the default, `/ID`) begins at the mount
    /// point of each hierarchy; a relative one at this process's own cgroup on v1, and beside it on v2, where a cgroup
    /// with processes has no controllers to give. `..` never leads above that.
    package static func locate(
        on host: CgroupHost,
        cgroupsPath: String?,
        id: String
    ) throws(RuntimeError) -> Cgroup {
        let given = cgroupsPath ?? ""
        let path = given.isEmpty ? "/\(id)" : given
        let isAbsolute = path.hasPrefix("/")
        if host.hierarchy == .unified {
            let base =
                isAbsolute ? host.root : joined(host.root, parent(of: try host.unifiedPath(ofProcess: "self")))
            return Cgroup(paths: ["": joined(base, path)])
        }
        var paths: [String: String] = [:]
        for controller in controllers {
            guard let mount = host.mount(of: controller) else { continue }
            // As in runc, whose relative paths begin at the mount point in the v2 hierarchy beside v1.
            let base = isAbsolute || controller.isEmpty ? mount.mountpoint : mount.ownPath ?? mount.mountpoint
            paths[controller] = joined(base, path)
        }
        // Without it nothing would keep the container from the host's devices.
        if paths["devices"] == nil { throw RuntimeError(.kernel, "mountpoint for devices not found") }
        return Cgroup(paths: paths)
    }

    /// A process's cgroup on a v2 host: where `exec` goes when the container's init has moved itself.
    package static func ofProcess(_ pid: Int32, on host: CgroupHost) throws(RuntimeError) -> Cgroup {
        Cgroup(paths: ["": joined(host.root, try host.unifiedPath(ofProcess: String(pid)))])
    }

    /// The folder on a pure v2 host.
    package var unifiedPath: String? { paths.count == 1 ? paths[""] : nil }

    /// The folder that answers for the whole: v2's only one, or that of v1's devices controller.
    var mainPath: String? { unifiedPath ?? paths["devices"] ?? directories.first?.path }

    package func exists() -> Bool { mainPath.map(HostFile.exists) ?? false }

    /// The v2 folder, for `CLONE_INTO_CGROUP` and for `apply`.
    package func open() throws(RuntimeError) -> FileDescriptor {
        guard let path = unifiedPath else { throw RuntimeError(.unsupported, "not a cgroup v2 host") }
        return try during("can't open cgroup") { () throws(RuntimeError) in
            try CgroupFile.open(path, [.read, .directory])
        }
    }

    /// The v2 folder, also the one beside v1, for `CLONE_INTO_CGROUP`: nil where there is none to be born in.
    package func openNursery() throws(RuntimeError) -> FileDescriptor? {
        if unifiedPath != nil { return try open() }
        guard let path = paths[""] else { return nil }
        // Without a controller it sets no limit: a runtime that may not open it does without.
        do { return try CgroupFile.open(path, [.read, .directory]) } catch { return nil }
    }

    /// Moves the calling process, which has one thread, into its v1 cgroups; the v2 one it was born in.
    package func joinLegacy() throws(RuntimeError) { try openLegacy().join() }

    /// The v1 cgroups' `tasks`, to be joined when no path leads there any more.
    package func openLegacy() throws(RuntimeError) -> CgroupEntrance {
        var entrance = CgroupEntrance()
        for directory in directories where !directory.isUnified {
            do { try entrance.add("\(directory.path)/tasks", isOptional: directory.isOptional) } catch {
                if directory.isOptional { continue }
                throw error.during("error adding pid \(ThisProcess.pid) to cgroups")
            }
        }
        return entrance
    }
}
