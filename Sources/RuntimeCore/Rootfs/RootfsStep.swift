package import Linux
package import OCI

/// One step on the way from "in its own mount namespace" to "the root is the container's".
package enum RootfsStep: Equatable, Sendable {
    /// umask(0), so that a mode asked for is the mode made; the container's umask is set later.
    case clearUmask
    /// The propagation of `/`, in the new mount namespace: what follows must not reach the host.
    case propagate(MountFlags)
    /// Makes the mount that the rootfs lies in private or slave: pivot_root(2) refuses a shared parent.
    case isolateParent(MountFlags)
    /// Mounts the rootfs on itself: pivot_root(2) needs a mount. `propagation` is that of the new mount; empty: inherited.
    case bindRoot(propagation: MountFlags)
    case mount(MountRequest)
    /// cgroup2 where the kernel lets us, else what stands second: a bind of the container's own cgroup.
    case cgroup2(MountRequest, otherwise: MountRequest)
    case device(LinuxSection.Device, NodePlace)
    /// A link; what has its name stays, or with `replacing` goes.
    case link(NodePlace, to: String, replacing: Bool)
    /// `/dev/core`, where the kernel has `/proc/kcore`.
    case coreLink
    /// The working directory of createContainer hooks is the rootfs.
    case workInRoot

    /// pivot_root(2), and off with the host's tree.
    case pivot
    /// Without pivot_root(2): takes the host's proc and sysfs away, then `MS_MOVE` and chroot(2).
    case moveRoot
    /// Without a mount namespace: chroot(2) only.
    case chroot
    /// The propagation of the container's `/`.
    case propagateRoot(MountFlags)
    /// Where standard streams are the host's `/dev/null`, they become the container's.
    case reopenNull
    /// The folder that the process starts in, made if it is missing.
    case workingDirectory(String)

    /// Mounts that had to be writable until here.
    case readOnlyMounts
    case readOnlyRoot
    case sysctls([Sysctl])
    case readOnlyPath(String)
    case mask(String)
}

/// Where a node or link goes, taken apart before the clone.
package struct NodePlace: Equatable, Sendable {
    /// Absolute and clean.
    package let folder: String
    package let name: String

    package init(_ folder: String, _ name: String) {
        self.folder = folder
        self.name = name
    }

    /// `path` is clean.
    package init(_ path: String) {
        self.init(ContainerPath.parent(of: path), ContainerPath.name(of: path))
    }

    package var path: String { folder == "/" ? "/\(name)" : "\(folder)/\(name)" }
}

extension RootfsStep: CustomStringConvertible {
    package var description: String {
        switch self {
        case .clearUmask: "clear the umask"
        case .propagate(let flags): "make / \(flags) in the new mount namespace"
        case .isolateParent(let flags): "make the mount that holds the rootfs \(flags)"
        case .bindRoot(let flags): flags.isEmpty ? "bind the rootfs on itself" : "bind the rootfs on itself (\(flags))"
        case .mount(let request): request.description
        case .cgroup2(let request, let other): "\(request), otherwise \(other)"
        case .device(let device, _): device.sentence
        case .link(let place, let target, _): "link \(place.path) to \(target)"
        case .coreLink: "link /dev/core to /proc/kcore if there is one"
        case .workInRoot: "chdir to the rootfs"
        default: laterDescription
        }
    }

    private var laterDescription: String {
        switch self {
        case .pivot: "pivot_root to the rootfs"
        case .moveRoot: "move the rootfs to / and chroot"
        case .chroot: "chroot to the rootfs"
        case .propagateRoot(let flags): "make the container's / \(flags)"
        case .reopenNull: "reopen /dev/null"
        case .workingDirectory(let path): "make \(path)"
        case .readOnlyMounts: "make the mounts read-only that were left writable"
        case .readOnlyRoot: "make / read-only"
        case .sysctls(let settings): "write sysctls \(settings.map { "\($0.key)=\($0.value)" }.joined(separator: ", "))"
        case .readOnlyPath(let path): "make \(path) read-only"
        case .mask(let path): "mask \(path)"
        default: ""
        }
    }
}

extension LinuxSection.Device {
    /// `make device /dev/null (c 1:3, mode 0666, owner 0:0)`
    package var sentence: String {
        let mode = String(fileMode ?? 0o666, radix: 8)
        return "make device \(path) (\(kind.rawValue) \(major):\(minor), mode 0\(mode), owner \(uid):\(gid))"
    }
}
