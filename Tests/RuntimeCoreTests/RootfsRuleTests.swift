import Linux
import OCI
import Testing

@testable import RuntimeCore

@Suite("What may be mounted on /proc")
struct ProcRuleTests {
    private func request(_ destination: String, type: String, _ words: [String] = []) throws -> MountRequest {
        try MountRequest(
            Mount(destination: destination, type: type, source: "x", options: words),
            rootfs: "/r",
            bundle: "/b"
        )
    }

    @Test("MT-19: a procfs may be mounted on /proc, or a bind of one, and nothing else")
    func top() throws {
        let proc = try request("/proc", type: "proc")
        let tmpfs = try request("/proc", type: "tmpfs")
        let bind = try request("/proc", type: "none", ["rbind"])
        try ProcRule.check("/proc", proc, sourceIsProc: false)
        try ProcRule.check("/proc", bind, sourceIsProc: true)
        let text = "check proc-safety of /proc mount: \"/proc\" cannot be mounted because it is not of type proc"
        for (request, sourceIsProc) in [(tmpfs, false), (tmpfs, true), (bind, false)] {
            #expect(throws: RuntimeError(.invalidSpec, text)) {
                try ProcRule.check("/proc", request, sourceIsProc: sourceIsProc)
            }
        }
    }

    @Test(
        "MT-19: below /proc only what lxcfs shows",
        arguments: [
            ("/proc/cpuinfo", true), ("/proc/uptime", true), ("/proc/sys/kernel/ns_last_pid", true),
            ("/proc/sys", false), ("/proc/self/attr", false), ("/proc/cpuinfo/x", false), ("/process", true),
            ("/a/proc/x", true),
        ]
    )
    func below(path: String, allowed: Bool) throws {
        // The rule is about the place that links lead to, not about the name in config.json.
        let request = try request("/innocent", type: "none", ["bind"])
        if allowed { return try ProcRule.check(path, request, sourceIsProc: false) }
        #expect(throws: RuntimeError.self) { try ProcRule.check(path, request, sourceIsProc: true) }
    }
}

@Suite("Kernel parameters of a container")
struct SysctlTests {
    private func problem(_ key: String, _ kinds: [LinuxSection.NamespaceKind], hostNetwork: Bool = false) -> String? {
        var spec = Spec()
        spec.linux.namespaces = kinds.map { LinuxSection.Namespace(kind: $0) }
        spec.linux.sysctl = [key: "1"]
        do {
            try Sysctl.validate(spec, joinsHostNetwork: hostNetwork)
            return nil
        } catch {
            return error.description
        }
    }

    @Test(
        "MT-17: a key needs the namespace that it belongs to",
        arguments: [
            ("kernel.sem", LinuxSection.NamespaceKind.ipc), ("kernel.shm_rmid_forced", .ipc), ("kernel/msgmax", .ipc),
            ("fs.mqueue.msg_max", .ipc), ("net.ipv4.ip_forward", .network), ("net/ipv4/ip_forward", .network),
            ("kernel.domainname", .uts), ("user.max_user_namespaces", .user),
        ]
    )
    func ofNamespace(key: String, kind: LinuxSection.NamespaceKind) {
        #expect(problem(key, [kind]) == nil)
        #expect(problem(key, LinuxSection.NamespaceKind.allCases.filter { $0 != kind }) != nil)
    }

    @Test(
        "MT-17: refusals are worded as runc words them",
        arguments: [
            ("kernel.sem", "sysctl \"kernel.sem\" is not allowed in the hosts ipc namespace"),
            ("net.x", "sysctl \"net.x\" not allowed in host network namespace"),
            ("user.x", "setting ucounts without a user namespace not allowed: user.x"),
            ("kernel.pid_max", "sysctl \"kernel.pid_max\" is not in a separate kernel namespace"),
            ("kernel/hostname", "sysctl \"kernel.hostname\" is not in a separate kernel namespace"),
        ]
    )
    func words(key: String, text: String) {
        #expect(problem(key, []) == text)
    }

    @Test(
        "MT-17: a key that would lead elsewhere below /proc/sys is refused, whatever it begins with",
        arguments: [
            "net.//.kernel.core_pattern", "net/../kernel/core_pattern", "net/ipv4/../../kernel/panic",
            "net.ipv4.//.//.vm.x", "fs.mqueue.//.//.kernel.panic", "net/./core", "net//core", "net.", "/net/core",
            "user/../kernel/panic",
        ]
    )
    func traversal(key: String) {
        #expect(problem(key, LinuxSection.NamespaceKind.allCases) == "sysctl \"\(key)\" is not a name below /proc/sys")
    }

    @Test("MT-17: the hostname has a field of its own")
    func hostname() {
        let text = "sysctl \"kernel.hostname\" is not allowed as it conflicts with the OCI \"hostname\" field"
        #expect(problem("kernel.hostname", [.uts]) == text)
    }

    @Test("MT-17: a joined network namespace that is the host's is the host's")
    func hostNetwork() {
        #expect(problem("net.x", [.network], hostNetwork: true) != nil)
    }

    @Test(
        "MT-17: the first separator says which one parts the key",
        arguments: [
            ("net.ipv4.ip_forward", "net/ipv4/ip_forward"), ("net/ipv4/ip_forward", "net/ipv4/ip_forward"),
            ("net/ipv4/conf/eno2.100/rp_filter", "net/ipv4/conf/eno2.100/rp_filter"),
            ("net.ipv4.conf.eno2/100.rp_filter", "net/ipv4/conf/eno2.100/rp_filter"), ("panic", "panic"),
        ]
    )
    func paths(key: String, path: String) {
        #expect(Sysctl(key: key, value: "").path == path)
    }
}

@Suite("Lines of mountinfo")
struct MountInfoTests {
    @Test("MT-4: root, path and type are read, with optional fields and escapes")
    func lines() {
        let text = """
            22 1 253:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
            23 22 0:20 / /proc rw - proc proc rw
            24 22 0:21 /a\\040b /x\\134y\\011z rw shared:2 master:3 - sysfs sysfs rw
            """
        let mounts = MountInfo.parse(text)
        #expect(mounts.map(\.type) == ["ext4", "proc", "sysfs"])
        #expect(mounts.map(\.path) == ["/", "/proc", "/x\\y\tz"])
        #expect(mounts.map(\.isWhole) == [true, true, false])
    }

    @Test(
        "MT-4: broken lines are left out",
        arguments: ["", "1 2 3", "1 2 0:1 / /x rw shared:1", "1 2 0:1 / /x rw - "]
    )
    func broken(line: String) {
        #expect(MountInfo.parse(line).isEmpty)
    }

    @Test("MT-4: this system's own mounts are understood")
    func own() throws {
        let text = try HostFile.readText("/proc/self/mountinfo")
        let mounts = MountInfo.parse(text)
        #expect(mounts.count == text.split(separator: "\n").count)
        #expect(mounts.contains { $0.path == "/proc" && $0.type == "proc" && $0.isWhole })
    }
}
