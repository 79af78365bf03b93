import OCI
import Testing

@Suite("State of a container")
struct StateTests {
    private var full: ContainerState {
        var state = ContainerState(id: "c1", bundle: "/b")
        state.initProcessPid = 42
        state.initProcessStart = .max
        state.created = "2026-11-24T18:25:58.5Z"
        state.cgroupPaths = ["pids": "/sys/fs/cgroup/pids/c1", "cpu": "/sys/fs/cgroup/cpu/c1"]
        state.namespacePaths = [.mount: "/proc/42/ns/mnt", .network: "/proc/42/ns/net"]
        state.ociVersion = "1.3.0"
        state.annotations = ["b": "2", "a": "1=\"x\"", "bundle": "/elsewhere"]
        state.owner = 1000
        state.rootfs = "/b/rootfs"
        state.hostname = "h"
        state.domainname = "d"
        state.namespaces = [.init(kind: .mount), .init(kind: .network, path: "/run/n")]
        state.cgroupPath = "/c1"
        var hook = Hook(path: "/hook")
        hook.args = ["hook", "x"]
        hook.env = ["A=1"]
        hook.timeout = 10
        state.hooks.poststop = [hook, Hook(path: "/other")]
        state.hooks.poststart = [Hook(path: "/started")]
        state.noNewPrivileges = true
        state.noPivotRoot = true
        state.noNewKeyring = true
        return state
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test("what is encoded is parsed to the same state")
    func roundTrip() throws {
        #expect(try ContainerState.parse(full.encode()) == full)
        let fresh = ContainerState(id: "x", bundle: "/y")
        #expect(try ContainerState.parse(fresh.encode()) == fresh)
    }

    @Test("state.json has runc's keys in runc's shape")
    func encoded() {
        var state = ContainerState(id: "c1", bundle: "/b")
        state.initProcessPid = 42
        state.initProcessStart = 7
        state.created = "2026-11-24T18:25:58Z"
        state.cgroupPaths = ["": "/sys/fs/cgroup/c1"]
        state.namespacePaths = [.pid: "/proc/42/ns/pid", .mount: "/proc/42/ns/mnt"]
        state.ociVersion = "1.3.0"
        state.annotations = ["k": "v"]
        state.rootfs = "/b/rootfs"
        state.namespaces = [.init(kind: .pid)]
        state.cgroupPath = "/c1"
        var hook = Hook(path: "/h")
        hook.timeout = 2
        state.hooks.poststop = [hook]
        let expected =
            #"{"id":"c1","init_process_pid":42,"init_process_start":7,"created":"2026-11-24T18:25:58Z","config":{"#
            + #""no_pivot_root":false,"rootfs":"/b/rootfs","namespaces":[{"type":"NEWPID","path":""}],"cgroups":{"path":"/c1"},"#
            + #""no_new_privileges":false,"Hooks":{"poststop":[{"path":"/h","args":[],"timeout":2000000000}]},"#
            + #""version":"1.3.0","labels":["k=v","bundle=/b"],"no_new_keyring":false},"#
            + #""cgroup_paths":{"":"/sys/fs/cgroup/c1"},"#
            + #""namespace_paths":{"NEWNS":"/proc/42/ns/mnt","NEWPID":"/proc/42/ns/pid"},"#
            + #""oci_version":"1.3.0","bundle":"/b","annotations":{"k":"v"},"owner":0}"#
        #expect(text(state.encode()) == expected)
    }

    @Test("every kind of namespace has its flag's name, and back", arguments: LinuxSection.NamespaceKind.allCases)
    func flagNames(kind: LinuxSection.NamespaceKind) {
        #expect(LinuxSection.NamespaceKind(flagName: kind.flagName) == kind)
    }

    @Test("a timeout beyond counting stays a timeout")
    func hugeTimeout() throws {
        var state = ContainerState(id: "c", bundle: "/b")
        var hook = Hook(path: "/h")
        hook.timeout = .max
        state.hooks.poststop = [hook]
        let parsed = try ContainerState.parse(state.encode())
        #expect(parsed.hooks.poststop.first?.timeout == .max / 1_000_000_000)
    }

    @Test(
        "a broken state.json is an error with its path",
        arguments: [
            ("", "unexpected end (line 1, column 1)"), ("{}", "id: missing"), (#"{"id":"c"}"#, "bundle: missing"),
            (#"{"id":"c","bundle":"/b"}"#, "init_process_pid: missing"),
            (
                #"{"id":"c","bundle":"/b","init_process_pid":2147483648}"#,
                "init_process_pid: 2147483648 is out of range (-2147483648 to 2147483647)"
            ), (#"{"cgroup_paths":[]}"#, "cgroup_paths: expected an object, not an array"),
            (#"{"config":{"namespaces":[{"type":"pid"}]}}"#, #"config.namespaces[0]: unknown namespace "pid""#),
        ]
    )
    func faults(text: String, message: String) {
        let error = #expect(throws: RuntimeError.self) { try ContainerState.parse(Array(text.utf8)) }
        #expect(error?.description == message)
    }

    @Test("state prints its keys in runc's order, indented by two")
    func report() {
        var state = full
        state.annotations = ["b": "2", "a": "1"]
        let expected = """
            {
              "ociVersion": "1.3.0",
              "id": "c1",
              "pid": 42,
              "status": "running",
              "bundle": "/b",
              "rootfs": "/b/rootfs",
              "created": "2026-11-24T18:25:58.5Z",
              "annotations": {
                "a": "1",
                "b": "2"
              },
              "owner": ""
            }
            """
        #expect(text(StateReport(state, status: .running).json(indent: 2)) == expected)
    }

    @Test("a stopped container has pid 0, and no annotations are no member")
    func stopped() {
        var state = full
        state.annotations = [:]
        let expected =
            #"{"ociVersion":"1.3.0","id":"c1","pid":0,"status":"stopped","bundle":"/b","rootfs":"/b/rootfs","#
            + #""created":"2026-11-24T18:25:58.5Z","owner":"root"}"#
        let report = StateReport(state, status: .stopped, owner: "root")
        #expect(text(report.json()) == expected)
        #expect(text(StateReport.list([report, report])) == "[\(expected),\(expected)]")
        #expect(text(StateReport.list([])) == "null")
    }

    @Test("hooks get the state of the specification")
    func hookState() {
        var state = full
        state.annotations = ["a": "1"]
        let running =
            #"{"ociVersion":"1.3.0","id":"c1","status":"creating","pid":42,"bundle":"/b","annotations":{"a":"1"}}"#
        #expect(text(HookState(state, status: .creating).json()) == running)
        state.annotations = [:]
        #expect(
            text(HookState(state, status: .stopped).json())
                == #"{"ociVersion":"1.3.0","id":"c1","status":"stopped","bundle":"/b"}"#
        )
    }
}
