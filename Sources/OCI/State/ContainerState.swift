/// What the runtime keeps of a container between two commands: `ROOT/ID/state.json`.
///
/// Others read that file as runc's (cAdvisor, GPU hooks), so its keys are runc's where the meaning is the same.
package struct ContainerState: Equatable, Sendable {
    package var id: String
    /// 0 before init exists.
    package var initProcessPid: Int32 = 0
    /// Clock ticks since boot, field 22 of `/proc/PID/stat`: with the pid it identifies init.
    package var initProcessStart: UInt64 = 0
    /// RFC 3339 with nanoseconds, UTC.
    package var created = ""
    /// Controller to folder on v1; on v2 the one key is empty.
    package var cgroupPaths: [String: String] = [:]
    /// `/proc/PID/ns/…` of every namespace the container is in.
    package var namespacePaths: [LinuxSection.NamespaceKind: String] = [:]

    package var ociVersion = ""
    /// Absolute.
    package var bundle: String
    package var annotations: [String: String] = [:]
    /// uid of whoever made the container.
    package var owner: UInt32 = 0

    /// Absolute path of the root filesystem on the host.
    package var rootfs = ""
    package var hostname: String?
    package var domainname: String?
    /// As configured.
    package var namespaces: [LinuxSection.Namespace] = []
    /// Below the hierarchies' mount points.
    package var cgroupPath: String?
    package var hooks = Hooks()
    package var noNewPrivileges = false
    package var noPivotRoot = false
    package var noNewKeyring = false

    package init(id: String, bundle: String) {
        self.id = id
        self.bundle = bundle
    }
}

extension LinuxSection.NamespaceKind {
    /// The kernel's name without `CLONE_`, as state.json has it.
    package var flagName: String {
        switch self {
        case .pid: "NEWPID"
        case .network: "NEWNET"
        case .mount: "NEWNS"
        case .ipc: "NEWIPC"
        case .uts: "NEWUTS"
        case .user: "NEWUSER"
        case .cgroup: "NEWCGROUP"
        case .time: "NEWTIME"
        }
    }

    package init?(flagName: String) {
        guard let kind = Self.allCases.first(where: { $0.flagName == flagName }) else { return nil }
        self = kind
    }
}
