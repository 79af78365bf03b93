import OCI
import Testing

@Suite("Faults of config.json")
struct SpecErrorTests {
    private func failure(_ text: String) -> RuntimeError? {
        do {
            _ = try Spec.parse(Array(text.utf8))
            return nil
        } catch { return error }
    }

    private static let wrongTypes = [
        ("[]", "expected an object, not an array"), ("null", "expected an object, not null"),
        (#"{"ociVersion":1}"#, "ociVersion: expected a string, not a number"),
        (#"{"process":[]}"#, "process: expected an object, not an array"),
        (#"{"process":{"args":"sh"}}"#, "process.args: expected an array, not a string"),
        (#"{"process":{"env":["A=1",2]}}"#, "process.env[1]: expected a string, not a number"),
        (#"{"process":{"terminal":"yes"}}"#, "process.terminal: expected true or false, not a string"),
        (#"{"mounts":{}}"#, "mounts: expected an array, not an object"),
        (
            #"{"linux":{"resources":{"memory":{"limit":"1g"}}}}"#,
            "linux.resources.memory.limit: expected a number, not a string"
        ),
        (
            #"{"linux":{"resources":{"memory":{"limit":1.5}}}}"#,
            "linux.resources.memory.limit: expected an integer, not 1.5"
        ),
        (#"{"linux":{"resources":{"pids":5}}}"#, "linux.resources.pids: expected an object, not a number"),
        (#"{"linux":{"sysctl":{"net.core.x":1}}}"#, #"linux.sysctl["net.core.x"]: expected a string, not a number"#),
        (#"{"annotations":{"k":{}}}"#, "annotations.k: expected a string, not an object"),
    ]

    private static let missing = [
        (#"{"root":{}}"#, "root.path: missing"),
        (#"{"mounts":[{"destination":"/"},{}]}"#, "mounts[1].destination: missing"),
        (#"{"mounts":[{"destination":""}]}"#, "mounts[0].destination: missing"),
        (#"{"hooks":{"poststop":[{"args":[]}]}}"#, "hooks.poststop[0].path: missing"),
        (#"{"process":{"consoleSize":{"height":1}}}"#, "process.consoleSize.width: missing"),
        (#"{"process":{"rlimits":[{"type":"RLIMIT_CPU","soft":1}]}}"#, "process.rlimits[0].hard: missing"),
        (#"{"process":{"rlimits":[{"soft":1,"hard":1}]}}"#, "process.rlimits[0].type: missing"),
        (#"{"linux":{"namespaces":[{"path":"/"}]}}"#, "linux.namespaces[0].type: missing"),
        (#"{"linux":{"devices":[{"type":"p"}]}}"#, "linux.devices[0].path: missing"),
        (#"{"linux":{"devices":[{"path":"/dev/a"}]}}"#, "linux.devices[0].type: missing"),
        (#"{"linux":{"devices":[{"path":"/dev/a","type":"c","minor":1}]}}"#, "linux.devices[0].major: missing"),
        (#"{"linux":{"seccomp":{}}}"#, "linux.seccomp.defaultAction: missing"),
        (
            #"{"linux":{"seccomp":{"defaultAction":"A","syscalls":[{"action":"B"}]}}}"#,
            "linux.seccomp.syscalls[0].names: missing"
        ),
        (
            #"{"linux":{"seccomp":{"defaultAction":"A","syscalls":[{"names":[]}]}}}"#,
            "linux.seccomp.syscalls[0].action: missing"
        ),
        (
            #"{"linux":{"seccomp":{"defaultAction":"A","syscalls":[{"names":[],"action":"B","args":[{"index":0,"value":0}]}]}}}"#,
            "linux.seccomp.syscalls[0].args[0].op: missing"
        ), (#"{"linux":{"resources":{"devices":[{}]}}}"#, "linux.resources.devices[0].allow: missing"),
        (
            #"{"linux":{"resources":{"hugepageLimits":[{"limit":1}]}}}"#,
            "linux.resources.hugepageLimits[0].pageSize: missing"
        ),
        (
            #"{"linux":{"resources":{"network":{"priorities":[{"name":"a"}]}}}}"#,
            "linux.resources.network.priorities[0].priority: missing"
        ),
        (
            #"{"linux":{"resources":{"blockIO":{"weightDevice":[{"major":1}]}}}}"#,
            "linux.resources.blockIO.weightDevice[0].minor: missing"
        ),
        (
            #"{"linux":{"resources":{"blockIO":{"throttleReadBpsDevice":[{"major":1,"minor":1}]}}}}"#,
            "linux.resources.blockIO.throttleReadBpsDevice[0].rate: missing"
        ),
    ]

    private static let outOfRange = [
        (#"{"process":{"user":{"uid":-1}}}"#, "process.user.uid: -1 is out of range (0 to 4294967295)"),
        (#"{"process":{"user":{"gid":4294967296}}}"#, "process.user.gid: 4294967296 is out of range (0 to 4294967295)"),
        (
            #"{"process":{"user":{"additionalGids":[0,-5]}}}"#,
            "process.user.additionalGids[1]: -5 is out of range (0 to 4294967295)"
        ),
        (
            #"{"linux":{"resources":{"blockIO":{"weight":65536}}}}"#,
            "linux.resources.blockIO.weight: 65536 is out of range (0 to 65535)"
        ),
        (
            #"{"linux":{"resources":{"cpu":{"shares":-1}}}}"#,
            "linux.resources.cpu.shares: -1 is out of range (0 to 18446744073709551615)"
        ),
        (
            #"{"linux":{"namespaces":[{"type":"pid"},{"type":"net"}]}}"#,
            #"linux.namespaces[1].type: unknown namespace "net""#
        ),
        (#"{"linux":{"namespaces":[{"type":"PID"}]}}"#, #"linux.namespaces[0].type: unknown namespace "PID""#),
        (#"{"linux":{"devices":[{"path":"/a","type":"x"}]}}"#, #"linux.devices[0].type: unknown device type "x""#),
        (
            #"{"linux":{"resources":{"devices":[{"allow":true,"type":"u"}]}}}"#,
            #"linux.resources.devices[0].type: unknown device type "u""#
        ),
    ]

    private static let nul = [
        (#"{"root":{"path":"a\u0000b"}}"#, "root.path: must not contain a NUL character"),
        (#"{"process":{"args":["\u0000"]}}"#, "process.args[0]: must not contain a NUL character"),
        (#"{"hostname":"h\u0000"}"#, "hostname: must not contain a NUL character"),
        (#"{"annotations":{"a\u0000b":""}}"#, #"annotations["a\u0000b"]: must not contain a NUL character"#),
        (
            #"{"linux":{"namespaces":[{"type":"pid\u0000"}]}}"#,
            "linux.namespaces[0].type: must not contain a NUL character"
        ),
    ]

    private static let syntax = [
        ("", "unexpected end (line 1, column 1)"), (#"{"linux":{"#, "linux: unexpected end (line 1, column 11)"),
        ("{\n\"root\": {\"path\": rootfs}}", "root.path: expected a string, not r (line 2, column 18)"),
        (#"{"root":{"path":"a",}}"#, "root: expected a key, not } (line 1, column 21)"),
        ("{} x", "unexpected text after the end (line 1, column 4)"),
    ]

    @Test(
        "each is one sentence with the path, of kind invalidSpec",
        arguments: wrongTypes + missing + outOfRange + nul + syntax
    )
    func faults(text: String, message: String) {
        let error = failure(text)
        #expect(error?.kind == .invalidSpec)
        #expect(error?.description == message)
    }

    @Test(
        "deep nesting is an error with a short text, wherever it starts",
        arguments: ["{", #"{"linux":{"new":"#, #"{"mounts":"#]
    )
    func deepNesting(prefix: String) {
        let description = failure(prefix + String(repeating: "[", count: 100_000))?.description
        #expect(description != nil)
        #expect((description?.utf8.count ?? .max) < 1000)
        let objects = failure(#"{"x":"# + String(repeating: #"{"y":"#, count: 100_000))?.description
        #expect(objects?.contains("nested more than 100 deep") == true)
    }

    @Test("strings of a megabyte are kept whole and never end up in an error's text")
    func megabytes() throws {
        let long = String(repeating: "é", count: 1 << 19)
        let spec = try Spec.parse(Array(#"{"root":{"path":"\#(long)"},"process":{"args":["\#(long)"]}}"#.utf8))
        #expect(spec.root?.path == long)
        #expect(spec.process?.args == [long])
        for text in [long, "e" + String(repeating: "\u{301}", count: 1 << 19)] {
            let error = failure(#"{"linux":{"namespaces":[{"type":"\#(text)"}]}}"#)
            #expect((error?.description.utf8.count ?? .max) < 1000)
            let key = failure(#"{"annotations":{"\#(text)":1}}"#)
            #expect((key?.description.utf8.count ?? .max) < 1000)
        }
    }
}
