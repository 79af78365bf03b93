internal import Linux

/// The config.json that `spec` writes: a shell in a terminal, with few rights.
package enum DefaultSpec {
    /// The text for this host: a cgroup namespace is asked for where cgroup v2 is all there is, since v1's view of it
    /// is a set of binds.
    package static var json: String {
        json(cgroupNamespace: isUnified())
    }

    /// False where nothing is mounted there, or nothing may be asked: `spec` works on any machine.
    private static func isUnified() -> Bool {
        do { return try HostFile.fileSystemType("/sys/fs/cgroup") == cgroup2Magic } catch { return false }
    }

    package static func json(cgroupNamespace: Bool) -> String {
        let namespaces = ["pid", "network", "ipc", "uts", "mount"] + (cgroupNamespace ? ["cgroup"] : [])
        return process + mounts + resources
            + namespaces.map { "\t\t\t{\n\t\t\t\t\"type\": \"\($0)\"\n\t\t\t}" }.joined(separator: ",\n")
            + "\n\t\t],\n" + paths
    }

    /// CGROUP2_SUPER_MAGIC.
    private static let cgroup2Magic: UInt32 = 0x6367_7270

    private static let process = """
        {
        \t"ociVersion": "1.3.0",
        \t"process": {
        \t\t"terminal": true,
        \t\t"user": {
        \t\t\t"uid": 0,
        \t\t\t"gid": 0
        \t\t},
        \t\t"args": [
        \t\t\t"sh"
        \t\t],
        \t\t"env": [
        \t\t\t"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        \t\t\t"TERM=xterm"
        \t\t],
        \t\t"cwd": "/",
        \t\t"capabilities": {
        \t\t\t"bounding": [
        \t\t\t\t"CAP_AUDIT_WRITE",
        \t\t\t\t"CAP_KILL",
        \t\t\t\t"CAP_NET_BIND_SERVICE"
        \t\t\t],
        \t\t\t"effective": [
        \t\t\t\t"CAP_AUDIT_WRITE",
        \t\t\t\t"CAP_KILL",
        \t\t\t\t"CAP_NET_BIND_SERVICE"
        \t\t\t],
        \t\t\t"permitted": [
        \t\t\t\t"CAP_AUDIT_WRITE",
        \t\t\t\t"CAP_KILL",
        \t\t\t\t"CAP_NET_BIND_SERVICE"
        \t\t\t]
        \t\t},
        \t\t"rlimits": [
        \t\t\t{
        \t\t\t\t"type": "RLIMIT_NOFILE",
        \t\t\t\t"hard": 1024,
        \t\t\t\t"soft": 1024
        \t\t\t}
        \t\t],
        \t\t"noNewPrivileges": true
        \t},
        \t"root": {
        \t\t"path": "rootfs",
        \t\t"readonly": true
        \t},
        \t"hostname": "runc",

        """

    /// The mounts that `mountRows` lists.
    private static var mounts: String {
        let entries = mountRows.map { (destination, type, source, options) in
            let words = options.map { "\t\t\t\t\"\($0)\"" }.joined(separator: ",\n")
            let list = options.isEmpty ? "" : ",\n\t\t\t\"options\": [\n\(words)\n\t\t\t]"
            return """
                \t\t{
                \t\t\t"destination": "\(destination)",
                \t\t\t"type": "\(type)",
                \t\t\t"source": "\(source)"\(list)
                \t\t}
                """
        }
        return "\t\"mounts\": [\n" + entries.joined(separator: ",\n") + "\n\t],\n"
    }

    private static let mountRows: [(String, String, String, [String])] = [
        ("/proc", "proc", "proc", []),
        ("/dev", "tmpfs", "tmpfs", ["nosuid", "strictatime", "mode=755", "size=65536k"]),
        (
            "/dev/pts", "devpts", "devpts",
            ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"]
        ),
        ("/dev/shm", "tmpfs", "shm", ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"]),
        ("/dev/mqueue", "mqueue", "mqueue", ["nosuid", "noexec", "nodev"]),
        ("/sys", "sysfs", "sysfs", ["nosuid", "noexec", "nodev", "ro"]),
        ("/sys/fs/cgroup", "cgroup", "cgroup", ["nosuid", "noexec", "nodev", "relatime", "ro"]),
    ]

    private static let resources = """
        \t"linux": {
        \t\t"resources": {
        \t\t\t"devices": [
        \t\t\t\t{
        \t\t\t\t\t"allow": false,
        \t\t\t\t\t"access": "rwm"
        \t\t\t\t}
        \t\t\t]
        \t\t},
        \t\t"namespaces": [

        """

    private static let paths = """
        \t\t"maskedPaths": [
        \t\t\t"/proc/acpi",
        \t\t\t"/proc/asound",
        \t\t\t"/proc/kcore",
        \t\t\t"/proc/keys",
        \t\t\t"/proc/latency_stats",
        \t\t\t"/proc/timer_list",
        \t\t\t"/proc/timer_stats",
        \t\t\t"/proc/sched_debug",
        \t\t\t"/sys/firmware",
        \t\t\t"/proc/scsi"
        \t\t],
        \t\t"readonlyPaths": [
        \t\t\t"/proc/bus",
        \t\t\t"/proc/fs",
        \t\t\t"/proc/irq",
        \t\t\t"/proc/sys",
        \t\t\t"/proc/sysrq-trigger"
        \t\t]
        \t}
        }
        """
}
