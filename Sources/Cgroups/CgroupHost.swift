internal import Linux
package import OCI

/// How a host has its control groups (cgroups(7)).
package enum Hierarchy: Sendable, Equatable {
    /// cgroup v2 alone.
    case unified
    /// v1 controllers, and a v2 hierarchy beside them.
    case hybrid
    /// v1 alone.
    case legacy
}

/// One mounted hierarchy.
package struct CgroupMount: Sendable, Equatable {
    /// v1: controllers and `name=…` as in the mount's options; v2: `[""]`.
    package let controllers: [String]
    package let mountpoint: String
    /// This process's own cgroup, as a path below the mount point; nil for `unified`, where it is not read.
    package let ownPath: String?
}

/// What a host has, read once.
package struct CgroupHost: Sendable {
    package let hierarchy: Hierarchy
    /// In the order in which they were mounted.
    package let mounts: [CgroupMount]
    /// `/sys/fs/cgroup`, but for tests.
    let root: String
    /// `/proc`, but for tests.
    let proc: String

    /// `CGROUP2_SUPER_MAGIC`
    private static let cgroup2Magic: UInt32 = 0x6367_7270

    /// One `statfs(2)` on a v2 host; otherwise the mount table and `/proc/self/cgroup`, once.
    package static func detect() throws(RuntimeError) -> CgroupHost {
        try detect(root: "/sys/fs/cgroup", proc: "/proc")
    }

    /// `process` is whose cgroups count as the host's own.
    static func detect(root: String, proc: String, process: String = "self") throws(RuntimeError) -> CgroupHost {
        let type = try attempt("statfs \(root)") { () throws(Errno) in try HostFile.fileSystemType(root) }
        if type == cgroup2Magic { return CgroupHost(unifiedAt: root, proc: proc) }
        let table = try CgroupFile.read("\(proc)/self/mountinfo")
        let own = try CgroupFile.read("\(proc)/\(process)/cgroup")
        return try CgroupHost(mountTable: table, ownCgroups: own, root: root, proc: proc)
    }

    init(unifiedAt root: String, proc: String = "/proc") {
        hierarchy = .unified
        mounts = [CgroupMount(controllers: [""], mountpoint: root, ownPath: nil)]
        self.root = root
        self.proc = proc
    }

    /// A host with v1 mounts, from the texts of `/proc/self/mountinfo` and `/proc/self/cgroup` (proc(5)).
    init(
        mountTable: String,
        ownCgroups: String,
        root: String = "/sys/fs/cgroup",
        proc: String = "/proc"
    ) throws(RuntimeError) {
        let own = OwnCgroups(ownCgroups)
        var mounts: [CgroupMount] = []
        for entry in MountEntry.visible(in: mountTable, preferring: root) {
            // Other programs mount cgroup2 for their own ends; the host's is where systemd and runc have it.
            if entry.isUnified && entry.mountpoint != "\(root)/unified" { continue }
            let controllers = entry.isUnified ? [""] : own.controllers(amongst: entry.options)
            guard let first = controllers.first, !mounts.contains(where: { $0.controllers.contains(first) }) else {
                continue
            }
            let path = own.path(of: first).map { joined(entry.mountpoint, relative($0, to: entry.root)) }
            mounts.append(CgroupMount(controllers: controllers, mountpoint: entry.mountpoint, ownPath: path))
        }
        if mounts.isEmpty { throw RuntimeError(.kernel, "no cgroup mount found in mountinfo") }
        self.mounts = mounts
        self.root = root
        self.proc = proc
        hierarchy = mounts.contains { $0.controllers == [""] } ? .hybrid : .legacy
    }

    /// The mounted hierarchy of a v1 controller, or with "" the v2 one.
    package func mount(of controller: String) -> CgroupMount? {
        mounts.first { $0.controllers.contains(controller) }
    }

    /// A process's cgroup in the v2 hierarchy, as an absolute path within it.
    func unifiedPath(ofProcess process: String) throws(RuntimeError) -> String {
        let text = try CgroupFile.read("\(proc)/\(process)/cgroup")
        guard let path = OwnCgroups(text).path(of: "") else {
            throw RuntimeError(.kernel, "\(proc)/\(process)/cgroup: cgroup path not found")
        }
        return path
    }
}

/// `/proc/PID/cgroup`: which controller's hierarchy has the process where.
struct OwnCgroups {
    private var entries: [(controller: Substring, path: Substring)] = []

    init(_ text: String) {
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            if fields.count < 3 { continue }
            for controller in fields[1].split(separator: ",", omittingEmptySubsequences: false) {
                entries.append((controller, fields[2]))
            }
        }
    }

    func path(of controller: String) -> String? {
        entries.first { $0.controller == controller }.map { String($0.path) }
    }

    /// The words of a mount's options that name controllers or hierarchies.
    func controllers(amongst options: Substring) -> [String] {
        options.split(separator: ",").filter { option in entries.contains { $0.controller == option } }.map(String.init)
    }
}

/// A line of mountinfo about a cgroup file system.
private struct MountEntry {
    let mountpoint: String
    let root: String
    let options: Substring
    let isUnified: Bool

    /// `36 35 98:0 /root /mount/point rw,noatime shared:1 - type source super,options`: nil for other file systems.
    private init?(_ line: Substring) {
        let fields = line.split(separator: " ")
        guard let dash = fields.firstIndex(of: "-"), dash >= 6, fields.count >= dash + 4 else { return nil }
        let type = fields[dash + 1]
        guard type == "cgroup" || type == "cgroup2" else { return nil }
        root = unescaped(fields[3])
        mountpoint = unescaped(fields[4])
        options = fields[dash + 3]
        isUnified = type == "cgroup2"
    }

    /// The cgroup mounts that no later mount hides (a private mount namespace may have another tree on top), those
    /// below `root` first.
    static func visible(in table: String, preferring root: String) -> [MountEntry] {
        var entries: [MountEntry] = []
        for line in table.split(separator: "\n") {
            let fields = line.split(separator: " ", maxSplits: 5)
            if fields.count < 6 { continue }
            let point = unescaped(fields[4])
            entries.removeAll { $0.mountpoint == point || $0.mountpoint.hasPrefix(point == "/" ? "/" : point + "/") }
            if let entry = MountEntry(line) { entries.append(entry) }
        }
        return entries.filter { $0.mountpoint.hasPrefix(root + "/") }
            + entries.filter { !$0.mountpoint.hasPrefix(root + "/") }
    }
}

/// Undoes mountinfo's `\040` for a space and the like.
private func unescaped(_ field: Substring) -> String {
    guard field.utf8.contains(0x5c) else { return String(field) }
    var bytes: [UInt8] = []
    var rest = field.utf8[...]
    while let byte = rest.popFirst() {
        let digits = rest.prefix(3)
        if byte == 0x5c, digits.count == 3, digits.allSatisfy({ (0x30...0x37).contains($0) }) {
            bytes.append(digits.reduce(0) { $0 << 3 | ($1 - 0x30) })
            rest = rest.dropFirst(3)
        } else {
            bytes.append(byte)
        }
    }
    return String(decoding: bytes, as: UTF8.self)
}

/// `path` as seen from `base`: in a container without a cgroup namespace /proc/self/cgroup shows the host's paths, of
/// which the mount's root is a part.
private func relative(_ path: String, to base: String) -> String {
    if base == "/" { return path }
    if path == base { return "/" }
    return path.hasPrefix(base + "/") ? String(path.dropFirst(base.count)) : path
}

extension CgroupHost {
    /// The cgroup of the process that this was made for by `detect`, on a host with v1.
    func ownCgroup() -> Cgroup {
        var paths: [String: String] = [:]
        for mount in mounts {
            guard let path = mount.ownPath else { continue }
            for controller in mount.controllers { paths[controller] = path }
        }
        return Cgroup(paths: paths)
    }
}
