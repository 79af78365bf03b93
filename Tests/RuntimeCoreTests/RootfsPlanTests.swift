import Linux
import OCI
import Testing

@testable import RuntimeCore

@Suite("The plan of a rootfs")
struct RootfsPlanTests {
    @Test("MT-1: the steps of a default configuration, in order, with flags by name")
    func order() throws {
        let steps = try Spec.ofContainer.prepared().map(\.description)
        #expect(
            steps == [
                "clear the umask",
                "make / MS_REC|MS_SLAVE in the new mount namespace",
                "bind the rootfs on itself (MS_PRIVATE)",
                "mount proc on /proc (type proc, flags 0)",
                "mount tmpfs on /dev (type tmpfs, flags MS_NOSUID|MS_STRICTATIME, data mode=755,size=65536k)",
                "mount sysfs on /sys (type sysfs, flags MS_RDONLY|MS_NOSUID|MS_NODEV|MS_NOEXEC)",
                "make device /dev/null (c 1:3, mode 0666, owner 0:0)",
                "make device /dev/random (c 1:8, mode 0666, owner 0:0)",
                "make device /dev/full (c 1:7, mode 0666, owner 0:0)",
                "make device /dev/tty (c 5:0, mode 0666, owner 0:0)",
                "make device /dev/zero (c 1:5, mode 0666, owner 0:0)",
                "make device /dev/urandom (c 1:9, mode 0666, owner 0:0)",
                "link /dev/ptmx to pts/ptmx",
                "link /dev/fd to /proc/self/fd",
                "link /dev/stdin to /proc/self/fd/0",
                "link /dev/stdout to /proc/self/fd/1",
                "link /dev/stderr to /proc/self/fd/2",
                "link /dev/core to /proc/kcore if there is one",
                "chdir to the rootfs",
            ]
        )
    }

    @Test("MT-1: the root is entered after the hooks, and closed after the console")
    func laterSteps() {
        var spec = Spec.ofContainer
        spec.linux.sysctl = ["net.b": "2", "net.a": "1"]
        spec.linux.readonlyPaths = ["/proc/sys"]
        spec.linux.maskedPaths = ["/proc/kcore"]
        #expect(RootfsPlan.enter(spec) == [.pivot, .reopenNull, .workingDirectory("/")])
        #expect(
            RootfsPlan.finish(spec) == [
                .readOnlyMounts, .readOnlyRoot,
                .sysctls([Sysctl(key: "net.a", value: "1"), Sysctl(key: "net.b", value: "2")]),
                .readOnlyPath("/proc/sys"), .mask("/proc/kcore"),
            ]
        )
    }

    @Test("MT-3: without a mount namespace the host's mounts keep their propagation, and nothing is masked")
    func hostMountNamespace() throws {
        var spec = Spec.ofContainer
        spec.linux.namespaces = [.init(kind: .pid)]
        #expect(try spec.prepared().prefix(2) == [.clearUmask, .bindRoot(propagation: .private)])
        #expect(RootfsPlan.enter(spec).first == .chroot)
        #expect(RootfsPlan.finish(spec).isEmpty)
    }

    @Test("MT-3: a joined mount namespace is one, too")
    func joinedMountNamespace() throws {
        var spec = Spec.ofContainer
        spec.linux.namespaces = [.init(kind: .mount, path: "/proc/1/ns/mnt")]
        #expect(RootfsPlan.enter(spec).first == .pivot)
        #expect(try spec.prepared()[1] == .propagate(.slave | .recursive))
    }

    @Test("MT-4: --no-pivot moves the root, and refuses a private one")
    func noPivot() throws {
        var spec = Spec.ofContainer
        let options = RootfsOptions(noPivot: true)
        #expect(RootfsPlan.enter(spec, options: options).first == .moveRoot)
        spec.linux.rootfsPropagation = "rprivate"
        let error = #expect(throws: RuntimeError.self) { try spec.prepared(options: options) }
        #expect(error?.description == "rootfsPropagation of [r]private is not safe without pivot_root")
    }

    @Test(
        "MT-2: rootfsPropagation decides about /, the parent mount and the new root",
        arguments: [
            ("rslave", false, false), ("rprivate", false, false), ("slave", true, false), ("private", true, false),
            ("shared", true, true), ("rshared", true, true), ("unbindable", true, true), ("runbindable", true, true),
        ]
    )
    func propagation(word: String, parent: Bool, root: Bool) throws {
        var spec = Spec.ofContainer
        spec.linux.rootfsPropagation = word
        let flags = try #require(MountOption.propagation(word))
        let steps = try spec.prepared()
        #expect(steps[1] == .propagate(flags))
        #expect(steps.contains(.isolateParent(word == "slave" ? .slave : .private)) == parent)
        #expect(steps.contains(.bindRoot(propagation: .none)))
        #expect(RootfsPlan.enter(spec).contains(.propagateRoot(flags)) == root)
    }

    @Test("MT-2: a word that is no propagation is refused", arguments: ["foo", "ro", "SHARED"])
    func badPropagation(word: String) {
        var spec = Spec.ofContainer
        spec.linux.rootfsPropagation = word
        let error = #expect(throws: RuntimeError.self) { try spec.prepared() }
        #expect(error?.description == "rootfsPropagation=\(word) is not supported")
    }

    @Test("MT-9: a read-only tmpfs and /dev are made writable, and read-only later; others at once")
    func readOnlyLater() throws {
        var spec = Spec.ofContainer
        spec.mounts[1].options.append("ro")
        spec.mounts.append(Mount(destination: "/t", type: "tmpfs", source: "t", options: ["ro"]))
        spec.mounts.append(Mount(destination: "/h", type: nil, source: "/h", options: ["bind", "ro"]))
        #expect(try spec.request("/dev").readOnlyLater)
        #expect(try spec.request("/t").readOnlyLater)
        #expect(try !spec.request("/sys").readOnlyLater)
        #expect(try !spec.request("/h").readOnlyLater)
    }

    @Test("MT-14: a /dev that is bound is not filled", arguments: ["bind", "rbind"])
    func boundDev(word: String) throws {
        var spec = Spec.ofContainer
        spec.mounts[1] = Mount(destination: "//dev/.", type: "whatever", source: "/x", options: [word])
        let steps = try spec.prepared()
        #expect(!steps.contains { if case .device = $0 { true } else { false } })
        #expect(!steps.contains(.coreLink))
        #expect(!RootfsPlan.enter(spec).contains(.reopenNull))
    }

    @Test("MT-14: an entry of linux.devices comes instead of the default of that path; ptmx is always a link")
    func devices() throws {
        var spec = Spec.ofContainer
        var tty = LinuxSection.Device(path: "/dev/tty", kind: .character)
        (tty.major, tty.uid) = (5, 7)
        spec.linux.devices = [tty, LinuxSection.Device(path: "/dev/ptmx", kind: .character)]
        let devices = try spec.prepared().compactMap { step -> LinuxSection.Device? in
            if case .device(let device, _) = step { device } else { nil }
        }
        #expect(devices.filter { $0.path == "/dev/tty" } == [tty])
        #expect(!devices.contains { $0.path == "/dev/ptmx" })
        #expect(devices.count == 6)
    }

    @Test("MT-16: a path is masked once, however it is written")
    func maskedOnce() {
        var spec = Spec.ofContainer
        spec.linux.maskedPaths = ["/a", "/a/", "//a", "/b/../a", "/b"]
        #expect(RootfsPlan.finish(spec) == [.readOnlyMounts, .readOnlyRoot, .mask("/a"), .mask("/b")])
    }

    @Test("MT-5: a relative destination is one below /, with a warning")
    func relativeDestination() throws {
        var spec = Spec.ofContainer
        spec.mounts.append(Mount(destination: "mnt/x", type: "tmpfs", source: "t"))
        #expect(try spec.request("/mnt/x").type == "tmpfs")
        #expect(RootfsPlan.warnings(spec) == ["mount destination mnt/x is not absolute: it is taken as relative to /"])
        #expect(RootfsPlan.warnings(.ofContainer).isEmpty)
    }

    @Test("MT-5: a destination may name the place on the host, a bind's source is relative to the bundle")
    func hostPaths() throws {
        var spec = Spec.ofContainer
        spec.mounts.append(Mount(destination: "/b/rootfs/final", source: "data", options: ["rbind"]))
        let request = try spec.request("/final")
        #expect(request.source == "/b/data")
        #expect(request.type == "bind")
    }

    @Test("MT-8: a bind with options for a file system is refused")
    func bindWithData() {
        var spec = Spec.ofContainer
        spec.mounts.append(Mount(destination: "/x", source: "/y", options: ["bind", "size=1m"]))
        let error = #expect(throws: RuntimeError.self) { try spec.prepared() }
        let text = "invalid mount to \"/x\": bind mounts cannot have any filesystem-specific options applied"
        #expect(error?.description == text)
        #expect(error?.kind == .invalidSpec)
    }

    @Test("MT-8: a NUL in a mount is refused", arguments: 0..<4)
    func nul(place: Int) {
        var mount = Mount(destination: "/x", type: "tmpfs", source: "y", options: ["size=1m"])
        switch place {
        case 0: mount.destination = "/x\0/y"
        case 1: mount.type = "tmpfs\0"
        case 2: mount.source = "\0"
        default: mount.options = ["ro\0"]
        }
        #expect(throws: RuntimeError(.invalidSpec, "mount field contains null byte")) {
            try MountRequest(mount, rootfs: "/r", bundle: "/b")
        }
    }

    @Test("MT-18: an error names the call, both ends, type, flags and data")
    func errorText() throws {
        let request = try Spec.ofContainer.request("/dev")
        #expect(request.failure == "error mounting \"tmpfs\" to rootfs at \"/dev\"")
        #expect(
            request.attempted == "mount \"tmpfs\" to \"/dev\" (type tmpfs, flags MS_NOSUID|MS_STRICTATIME, "
                + "data \"mode=755,size=65536k\")"
        )
    }
}

@Suite("Mounts of type cgroup")
struct CgroupMountTests {
    private static let mount = Mount(
        destination: "/sys/fs/cgroup",
        type: "cgroup",
        source: "cgroup",
        options: ["nosuid", "ro"]
    )

    private func steps(_ cgroup: ContainerCgroupMounts) throws -> [String] {
        var spec = Spec.ofContainer
        spec.mounts = [Self.mount]
        return try spec.prepared(cgroup: cgroup).map(\.description).filter { $0.contains("cgroup") }
    }

    @Test("MT-12: v2 with a cgroup namespace is a mount of cgroup2, or a bind of the container's cgroup")
    func unified() throws {
        let cgroup = ContainerCgroupMounts(unified: true, path: "/sys/fs/cgroup/c", hasNamespace: true)
        #expect(
            try steps(cgroup) == [
                "mount cgroup on /sys/fs/cgroup (type cgroup2, flags MS_RDONLY|MS_NOSUID), otherwise "
                    + "mount /sys/fs/cgroup/c on /sys/fs/cgroup (type bind, flags MS_RDONLY|MS_NOSUID|MS_BIND|MS_REC)"
            ]
        )
    }

    @Test("MT-12: v2 without one is a bind of the host's tree")
    func unifiedOfHost() throws {
        let cgroup = ContainerCgroupMounts(unified: true, path: "/sys/fs/cgroup/c", hasNamespace: false)
        #expect(
            try steps(cgroup) == [
                "mount /sys/fs/cgroup on /sys/fs/cgroup (type bind, flags MS_RDONLY|MS_NOSUID|MS_BIND|MS_REC)"
            ]
        )
    }

    private static let hierarchies: [ContainerCgroupMounts.Hierarchy] = [
        .init(names: ["cpu", "cpuacct"], mountpoint: "/sys/fs/cgroup/cpu,cpuacct", containerPath: "/c"),
        .init(names: ["name=systemd"], mountpoint: "/sys/fs/cgroup/systemd", containerPath: "/"),
    ]

    @Test("MT-12: v1 with a cgroup namespace mounts each hierarchy in a tmpfs")
    func legacy() throws {
        let cgroup = ContainerCgroupMounts(unified: false, hierarchies: Self.hierarchies, hasNamespace: true)
        let flags = "MS_RDONLY|MS_NOSUID|MS_NODEV|MS_NOEXEC"
        #expect(
            try steps(cgroup) == [
                "mount tmpfs on /sys/fs/cgroup (type tmpfs, flags MS_NOSUID|MS_NODEV|MS_NOEXEC, data mode=755, "
                    + "read-only later)",
                "mount cgroup on /sys/fs/cgroup/cpu,cpuacct (type cgroup, flags \(flags), data cpu,cpuacct)",
                "link /sys/fs/cgroup/cpu to cpu,cpuacct",
                "link /sys/fs/cgroup/cpuacct to cpu,cpuacct",
                "mount systemd on /sys/fs/cgroup/systemd (type cgroup, flags \(flags), data name=systemd)",
            ]
        )
    }

    @Test("MT-12: v1 without one binds the container's own cgroups")
    func legacyOfHost() throws {
        let cgroup = ContainerCgroupMounts(unified: false, hierarchies: Self.hierarchies, hasNamespace: false)
        let sources = try steps(cgroup).filter { $0.hasPrefix("mount /") }.map { $0.split(separator: " ")[1] }
        #expect(sources == ["/sys/fs/cgroup/cpu,cpuacct/c", "/sys/fs/cgroup/systemd"])
    }
}
