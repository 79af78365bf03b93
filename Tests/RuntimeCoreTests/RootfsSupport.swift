import Linux
import OCI
import Testing

@testable import RuntimeCore

/// A folder of its own for a test, removed with all that is in it.
struct Scratch: ~Copyable {
    let path: String
    let folder: FileDescriptor

    init() throws {
        path = "/tmp/runc-swift-rootfs-\(ThisProcess.pid)-\(Clock.monotonic())"
        try HostFile.makeDirectory(path, mode: 0o755)
        folder = try BorrowedDescriptor.currentDirectory.open(path, .listing)
    }

    deinit {
        do {
            try Scratch.empty(folder)
            try HostFile.removeDirectory(path)
        } catch {
            Issue.record("\(path) is left behind: \(error)")
        }
    }

    private static func empty(_ folder: borrowing FileDescriptor) throws(Errno) {
        for name in try folder.entries() {
            guard try folder.status(of: name).kind == .directory else {
                try folder.unlink(name)
                continue
            }
            try empty(try folder.open(name, [.read, .directory, .noFollow]))
            try folder.removeDirectory(name)
        }
    }

    /// An empty folder below.
    func make(_ name: String, mode: UInt32 = 0o755) throws {
        try folder.makeDirectory(name, mode: mode)
        try folder.open(name, .listing).changeMode(mode)
    }

    func write(_ name: String, _ text: String) throws {
        try folder.open(name, [.write, .create, .exclusive], mode: 0o644).write(text)
    }
}

extension Spec {
    /// What `spec` writes, as far as the rootfs is concerned.
    static var ofContainer: Spec {
        var spec = Spec()
        spec.root = Root(path: "rootfs", readonly: true)
        var process = Process()
        process.cwd = "/"
        spec.process = process
        let guarded = ["nosuid", "noexec", "nodev"]
        spec.mounts = [
            Mount(destination: "/proc", type: "proc", source: "proc"),
            Mount(
                destination: "/dev",
                type: "tmpfs",
                source: "tmpfs",
                options: ["nosuid", "strictatime", "mode=755", "size=65536k"]
            ),
            Mount(destination: "/sys", type: "sysfs", source: "sysfs", options: guarded + ["ro"]),
        ]
        spec.linux.namespaces = [.init(kind: .mount), .init(kind: .pid)]
        return spec
    }

    func prepared(
        cgroup: ContainerCgroupMounts = ContainerCgroupMounts(unified: true, hasNamespace: true),
        options: RootfsOptions = RootfsOptions()
    ) throws(RuntimeError) -> [RootfsStep] {
        try RootfsPlan.prepare(self, rootfs: "/b/rootfs", bundle: "/b", cgroup: cgroup, options: options)
    }

    func request(_ destination: String) throws -> MountRequest {
        for case .mount(let request) in try prepared() where request.destination == destination { return request }
        throw RuntimeError(.notFound, "no mount at \(destination)")
    }
}
