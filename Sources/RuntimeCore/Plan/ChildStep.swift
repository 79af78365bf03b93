package import Linux
package import OCI

/// One step of a container's init between clone3(2) and execve(2), as a value: the order is an array that a test reads
/// without root, `--debug` prints, and an error names.
package enum ChildStep: Equatable, Sendable {
    // Namespaces.
    /// v1: the runtime makes the cgroups while init does the steps before this one.
    case awaitCgroups
    /// v1, which has no CLONE_INTO_CGROUP: while the host's paths are there.
    case openCgroups
    case joinCgroups
    /// A session of its own: no signal of the caller's terminal reaches the container.
    case startSession
    case join(LinuxSection.Namespace)
    /// Only inside its cgroup: the namespace is rooted where its first process is (cgroup_namespaces(7)).
    case newCgroupNamespace
    /// v1: by init itself, since a clone3(2) that makes it keeps the runtime from making cgroups meanwhile.
    case newNetworkNamespace
    /// `exec`: every namespace of the container at once, through init's pidfd (setns(2), Linux 5.8).
    case enterContainer(Namespaces)
    case sessionKeyring
    /// The pipes of a process in the foreground.
    case standardStreams
    case raiseLoopback
    case oomScore

    // The root file system.
    case rootfs(RootfsStep)
    /// The parent sets limits, and runs prestart and createRuntime hooks while the old root is still there; only for
    /// the hooks the child waits.
    case announcePrepared(waits: Bool)
    case createContainerHooks
    /// v1 takes device rules one by one: a process inside may open no device until the last one is in.
    case awaitLimits
    /// A pty of the container's own devpts; its master goes to the caller.
    case console
    case hostname(String)
    case domainname(String)

    // The process.
    case rlimits
    /// What init does not need any more, before a filter that could refuse it.
    case closeDescriptors
    case noNewPrivileges
    /// The parent writes the container's record while the rest is done.
    case announceReady
    case seccomp
    /// Working folder, capabilities and user.
    case identity
    /// The program is looked up as the container's user: a missing one is an error of `create`.
    case findProgram
    /// The record is written; from here on init outlives the runtime.
    case awaitParent
    /// Closes the handshake: what fails from here on is init's own error.
    case endHandshake
    /// Blocks in open(2) of exec.fifo until `start`.
    case awaitStart
    case startContainerHooks
    case execute
}

extension ChildStep: CustomStringConvertible {
    package var description: String {
        switch self {
        case .awaitCgroups: "wait for the cgroups"
        case .openCgroups: "open the cgroups"
        case .joinCgroups: "join the cgroups"
        case .startSession: "start a session"
        case .join(let namespace): "join the \(namespace.kind.rawValue) namespace \(namespace.path ?? "")"
        case .newCgroupNamespace: "make a cgroup namespace"
        case .newNetworkNamespace: "make a network namespace"
        case .enterContainer: "enter the container's namespaces"
        case .sessionKeyring: "join the container's session keyring"
        case .standardStreams: "take the standard streams"
        case .raiseLoopback: "set lo up"
        case .oomScore: "set oom_score_adj"
        case .rootfs(let step): step.description
        case .announcePrepared(let waits): waits ? "wait for the runtime's hooks" : "report that the mounts are made"
        case .createContainerHooks: "run createContainer hooks"
        default: lateDescription
        }
    }

    private var lateDescription: String {
        switch self {
        case .awaitLimits: "wait for the limits"
        case .console: "set up the console"
        case .hostname(let name): "set hostname \(name)"
        case .domainname(let name): "set domainname \(name)"
        case .rlimits: "set rlimits"
        case .closeDescriptors: "close descriptors"
        case .noNewPrivileges: "set no_new_privs"
        case .announceReady: "report ready"
        case .seccomp: "load the seccomp filter"
        case .identity: "become the container's user"
        case .findProgram: "look up the program"
        case .awaitParent: "wait for the record"
        case .endHandshake: "end the handshake"
        case .awaitStart: "wait for start"
        case .startContainerHooks: "run startContainer hooks"
        default: "execute the program"
        }
    }
}
