import OCI
import Testing

@testable import RuntimeCore
@testable import runc_swift

@Suite("Output")
struct OutputTests {
    @Test("Columns are as wide as their widest cell and three, and at least twelve")
    func columns() {
        let text = Columns.text(of: [["ID", "PID", "OWNER"], ["a-very-long-identifier", "1", "root"]])
        #expect(
            text == """
                ID                       PID         OWNER
                a-very-long-identifier   1           root

                """
        )
    }

    @Test("An empty list has runc's header, and is null as JSON")
    func emptyList() throws {
        let header = "ID          PID         STATUS      BUNDLE      CREATED     OWNER\n"
        #expect(ListPage.text(of: [], format: .table) == header)
        #expect(ListPage.text(of: [], format: .json) == "null\n")
    }

    @Test("Of ps, the header and the lines of the container's pids are kept")
    func processes() throws {
        let output = """
            UID          PID    PPID CMD
            root           1       0 init 42
            root          42       1 sh
            root         420      42 sleep 1

            """
        let kept = try ProcessTable.filter(output, keeping: [42, 7])
        #expect(kept == "UID          PID    PPID CMD\nroot          42       1 sh\n")
        #expect(try ProcessTable.filter(output, keeping: []) == "UID          PID    PPID CMD\n")
    }

    @Test("Without a PID column, or with a line that has none, ps is refused")
    func foreignOutput() {
        #expect(throws: RuntimeError(.usage, "couldn't find PID field in ps output")) {
            try ProcessTable.filter("error: unknown option\n", keeping: [1])
        }
        #expect(throws: RuntimeError(.usage, "couldn't find PID field in ps output")) {
            try ProcessTable.filter("", keeping: [1])
        }
        #expect(throws: RuntimeError(.usage, "unable to parse pid in \"x y\"")) {
            try ProcessTable.filter("PID CMD\nx y\n", keeping: [1])
        }
    }

    @Test("The default configuration is a valid one with runc's values", arguments: [true, false])
    func defaultSpec(cgroupNamespace: Bool) throws {
        let spec = try Spec.parse(Array(DefaultSpec.json(cgroupNamespace: cgroupNamespace).utf8))
        let process = try #require(spec.process)
        #expect(process.terminal && process.noNewPrivileges && process.args == ["sh"])
        #expect(process.capabilities?.bounding == ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"])
        #expect(process.capabilities?.permitted == process.capabilities?.effective)
        #expect(process.capabilities?.inheritable == [] && process.capabilities?.ambient == [])
        #expect(process.rlimits == [Process.Rlimit(type: "RLIMIT_NOFILE", soft: 1024, hard: 1024)])
        #expect(spec.root == Root(path: "rootfs", readonly: true))
        #expect(spec.hostname == "runc")
        #expect(spec.mounts.count == 7)
        #expect(spec.mounts[6].options == ["nosuid", "noexec", "nodev", "relatime", "ro"])
        #expect(spec.linux.maskedPaths.count == 10 && spec.linux.readonlyPaths.count == 5)
        let last: [LinuxSection.NamespaceKind] = cgroupNamespace ? [.cgroup] : []
        #expect(spec.linux.namespaces.map(\.kind) == [.pid, .network, .ipc, .uts, .mount] + last)
        #expect(spec.unsupported.isEmpty)
    }

    @Test("The owner is the first entry of the number, else the number")
    func owners() {
        let passwd = "root:x:0:0::/root:/bin/sh\nbroken\nbin:x:1:1::/:\nalso:x:1:1::/:\n:x:5:5::/:\n"
        #expect(HostUsers.name(of: 0, in: passwd) == "root")
        #expect(HostUsers.name(of: 1, in: passwd) == "bin")
        #expect(HostUsers.name(of: 2, in: passwd) == nil)
        #expect(HostUsers.name(of: 4_294_967_294) == "#4294967294")
    }
}
