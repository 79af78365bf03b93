internal import Linux
package import OCI

/// The container's root as its first process sees it while it is being set up: descriptors, no paths.
/// To be made in the container's mount namespace: a descriptor from before belongs to the host's.
package struct Rootfs: ~Copyable {
    /// Where it is on the host, for messages and for paths that name it.
    let path: String
    /// `O_PATH`: the folder, and once it is bound on itself the mount.
    var root: FileDescriptor
    /// The folder that the last node or link was made in: nearly always `/dev`, so it is looked up once.
    var folder: FileDescriptor?
    var folderPath = ""
    /// What is made in `folder` gets its group.
    var folderSetsGroup = false
    /// Mounts to make read-only at the end, and their owner.
    var writable: [BorrowedDescriptor] = []
    var kept = DescriptorList()
    /// The mounts of proc and sysfs by their places: what is masked in them is looked up from here, whatever has been put
    /// at their places meanwhile by somebody who may write the rootfs.
    var pseudoFileSystems: [(place: String, mount: BorrowedDescriptor)] = []
    /// The empty tmpfs over the first masked folder; the others get copies of the mount.
    var mask: FileDescriptor?
    /// The container's `/dev/null`, checked.
    var null: FileDescriptor?

    /// `path` is the real, absolute path of the rootfs on the host.
    package init(path: String) throws(RuntimeError) {
        self.path = path
        root = try attempt("open rootfs \"\(path)\"") { () throws(Errno) in
            try BorrowedDescriptor.currentDirectory.open(path, .folder)
        }
    }
}

extension RootfsStep {
    /// May leave the working directory at the container's root.
    package func perform(_ rootfs: inout Rootfs) throws(RuntimeError) {
        switch self {
        case .clearUmask: MountNamespace.clearUmask()
        case .propagate(let flags):
            try attempt("make / \(flags)") { () throws(Errno) in
                try MountNamespace.setPropagation(flags, of: "/")
            }
        case .isolateParent(let flags): try rootfs.isolateParent(flags)
        case .bindRoot(let propagation): try rootfs.bindOnItself(propagation)
        case .mount(let request): try rootfs.mount(request)
        case .cgroup2(let request, let other): try rootfs.mountCgroup2(request, otherwise: other)
        case .device(let device, let place): try rootfs.make(device, place)
        case .link(let place, let target, let replacing): try rootfs.link(place, to: target, replacing: replacing)
        default: try performEntry(&rootfs)
        }
    }

    private func performEntry(_ rootfs: inout Rootfs) throws(RuntimeError) {
        switch self {
        case .coreLink:
            if HostFile.exists("/proc/kcore") {
                try rootfs.link(NodePlace("/dev", "core"), to: "/proc/kcore", replacing: false)
            }
        case .workInRoot: try rootfs.enterRoot()
        case .pivot: try rootfs.pivot()
        case .moveRoot: try rootfs.moveToRoot()
        case .chroot: try rootfs.chroot()
        case .propagateRoot(let flags): try rootfs.propagate(flags)
        case .reopenNull: try rootfs.reopenNull()
        case .workingDirectory(let path): try rootfs.makeFolder(path)
        default: try performLater(&rootfs)
        }
    }

    private func performLater(_ rootfs: inout Rootfs) throws(RuntimeError) {
        switch self {
        case .readOnlyMounts: try rootfs.makeMountsReadOnly()
        case .readOnlyRoot: try rootfs.makeReadOnly()
        case .sysctls(let settings): try rootfs.write(settings)
        case .readOnlyPath(let path): try rootfs.makeReadOnly(path)
        case .mask(let path): try rootfs.mask(path)
        default: return
        }
    }
}
