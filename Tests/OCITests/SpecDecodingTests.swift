import OCI
import Testing

@Suite("Decoding of config.json")
struct SpecDecodingTests {
    private func parse(_ text: String) throws(RuntimeError) -> Spec { try Spec.parse(Array(text.utf8)) }

    @Test("an empty object is a Spec with nothing set")
    func empty() throws {
        #expect(try parse("{}") == Spec())
        #expect(
            try parse(#"{"process":null,"root":null,"mounts":null,"hooks":null,"annotations":null,"linux":null}"#)
                == Spec()
        )
    }

    @Test("the common part is read member by member")
    func common() throws {
        let spec = try parse(
            #"""
            {
              "ociVersion": "1.3.0", "hostname": "h", "domainname": "d", "annotations": {"a.b/c": "1", "e": ""},
              "root": {"path": "rootfs", "readonly": true},
              "mounts": [
                {"destination": "/proc", "type": "proc", "source": "proc"},
                {"destination": "/data", "type": "", "source": "/srv", "options": ["rbind", "ro"]},
                {"destination": "/x", "options": null}
              ]
            }
            """#
        )
        #expect(spec.ociVersion == "1.3.0")
        #expect(spec.hostname == "h")
        #expect(spec.domainname == "d")
        #expect(spec.annotations == ["a.b/c": "1", "e": ""])
        #expect(spec.root == Root(path: "rootfs", readonly: true))
        let mounts = [
            Mount(destination: "/proc", type: "proc", source: "proc"),
            Mount(destination: "/data", source: "/srv", options: ["rbind", "ro"]), Mount(destination: "/x"),
        ]
        #expect(spec.mounts == mounts)
        #expect(spec.unsupported.isEmpty)
        #expect(spec.process == nil)
    }

    @Test("the process is read member by member")
    func process() throws {
        let spec = try parse(
            #"""
            {"process": {
              "terminal": true, "consoleSize": {"height": 24, "width": 80}, "cwd": "/", "env": ["A=1"], "args": ["sh", "-c", ""],
              "user": {"uid": 4294967295, "gid": 2, "umask": 18, "additionalGids": [3, 4], "username": "ignored"},
              "rlimits": [{"type": "RLIMIT_NOFILE", "soft": 1024, "hard": 18446744073709551615}],
              "capabilities": {
                "bounding": ["CAP_KILL", "CAP_NEW"], "effective": ["E"], "inheritable": ["I"], "permitted": ["P"], "ambient": ["A"]
              },
              "noNewPrivileges": true, "oomScoreAdj": -999, "apparmorProfile": "", "selinuxLabel": "", "commandLine": "ignored"
            }}
            """#
        )
        var process = Process()
        process.terminal = true
        process.consoleSize = Process.ConsoleSize(height: 24, width: 80)
        process.cwd = "/"
        process.env = ["A=1"]
        process.args = ["sh", "-c", ""]
        process.user.uid = .max
        process.user.gid = 2
        process.user.umask = 18
        process.user.additionalGids = [3, 4]
        process.rlimits = [Process.Rlimit(type: "RLIMIT_NOFILE", soft: 1024, hard: .max)]
        var capabilities = Process.Capabilities()
        capabilities.bounding = ["CAP_KILL", "CAP_NEW"]
        capabilities.effective = ["E"]
        capabilities.inheritable = ["I"]
        capabilities.permitted = ["P"]
        capabilities.ambient = ["A"]
        process.capabilities = capabilities
        process.noNewPrivileges = true
        process.oomScoreAdj = -999
        #expect(spec.process == process)
        #expect(spec.unsupported.isEmpty)
    }

    @Test("hooks keep their kind, and an absent environment differs from an empty one")
    func hooks() throws {
        let spec = try parse(
            #"""
            {"hooks": {
              "prestart": [{"path": "/1"}], "createRuntime": [{"path": "/2", "args": ["two", "2"], "env": [], "timeout": 5}],
              "createContainer": [{"path": "/3", "env": ["A=b"]}], "startContainer": [{"path": "/4"}, {"path": "/44"}],
              "poststart": [{"path": "/5"}], "poststop": [{"path": "/6"}]
            }}
            """#
        )
        var hooks = Hooks()
        hooks.prestart = [Hook(path: "/1")]
        var two = Hook(path: "/2")
        two.args = ["two", "2"]
        two.env = []
        two.timeout = 5
        hooks.createRuntime = [two]
        var three = Hook(path: "/3")
        three.env = ["A=b"]
        hooks.createContainer = [three]
        hooks.startContainer = [Hook(path: "/4"), Hook(path: "/44")]
        hooks.poststart = [Hook(path: "/5")]
        hooks.poststop = [Hook(path: "/6")]
        #expect(spec.hooks == hooks)
    }

    @Test("the linux section is read member by member")
    func linux() throws {
        let spec = try parse(
            #"""
            {"linux": {
              "namespaces": [
                {"type": "pid"}, {"type": "network", "path": "/run/netns/a"}, {"type": "mount", "path": ""}, {"type": "ipc"},
                {"type": "uts"}, {"type": "cgroup"}
              ],
              "devices": [
                {"path": "/dev/a", "type": "c", "major": 1, "minor": 4294967295, "fileMode": 438, "uid": 5, "gid": 6},
                {"path": "/dev/b", "type": "b", "major": 7, "minor": 0, "fileMode": null, "uid": null},
                {"path": "/dev/u", "type": "u", "major": 8, "minor": 1}, {"path": "/dev/p", "type": "p"}
              ],
              "cgroupsPath": "/a/b", "rootfsPropagation": "slave", "sysctl": {"net.ipv4.ip_forward": "1"},
              "maskedPaths": ["/proc/kcore"], "readonlyPaths": ["/proc/sys"]
            }}
            """#
        )
        var linux = LinuxSection()
        linux.namespaces = [
            .init(kind: .pid), .init(kind: .network, path: "/run/netns/a"), .init(kind: .mount), .init(kind: .ipc),
            .init(kind: .uts), .init(kind: .cgroup),
        ]
        var first = LinuxSection.Device(path: "/dev/a", kind: .character)
        (first.major, first.minor, first.fileMode, first.uid, first.gid) = (1, .max, 438, 5, 6)
        var second = LinuxSection.Device(path: "/dev/b", kind: .block)
        second.major = 7
        var third = LinuxSection.Device(path: "/dev/u", kind: .unbuffered)
        (third.major, third.minor) = (8, 1)
        linux.devices = [first, second, third, LinuxSection.Device(path: "/dev/p", kind: .fifo)]
        linux.cgroupsPath = "/a/b"
        linux.rootfsPropagation = "slave"
        linux.sysctl = ["net.ipv4.ip_forward": "1"]
        linux.maskedPaths = ["/proc/kcore"]
        linux.readonlyPaths = ["/proc/sys"]
        #expect(spec.linux == linux)
        #expect(spec.unsupported.isEmpty)
    }

    @Test("a seccomp profile is read member by member")
    func seccomp() throws {
        let spec = try parse(
            #"""
            {"linux": {"seccomp": {
              "defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 38, "architectures": ["SCMP_ARCH_X86_64"],
              "flags": [], "listenerPath": "/run/l", "listenerMetadata": "m",
              "syscalls": [
                {"names": ["read", "write"], "action": "SCMP_ACT_ALLOW"},
                {"names": ["clone"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1, "args": [
                  {"index": 5, "value": 18446744073709551615, "valueTwo": 7, "op": "SCMP_CMP_MASKED_EQ"}
                ]}
              ]
            }}}
            """#
        )
        var profile = SeccompProfile(defaultAction: "SCMP_ACT_ERRNO")
        profile.defaultErrnoRet = 38
        profile.architectures = ["SCMP_ARCH_X86_64"]
        profile.flags = []
        profile.listenerPath = "/run/l"
        profile.listenerMetadata = "m"
        var rule = SeccompProfile.Rule(names: ["clone"], action: "SCMP_ACT_ERRNO")
        rule.errnoRet = 1
        var argument = SeccompProfile.Argument(index: 5, value: .max, op: "SCMP_CMP_MASKED_EQ")
        argument.valueTwo = 7
        rule.args = [argument]
        profile.syscalls = [.init(names: ["read", "write"], action: "SCMP_ACT_ALLOW"), rule]
        #expect(spec.linux.seccomp == profile)
        #expect(spec.unsupported.isEmpty)
        #expect(try parse(#"{"linux":{"seccomp":{"defaultAction":"A"}}}"#).linux.seccomp?.flags == nil)
    }

    @Test("other platforms and unknown members are ignored")
    func ignored() throws {
        let text =
            #"{"vm":{"a":1},"windows":{"b":[]},"solaris":{},"zos":{"c":"d"},"freebsd":{"e":true},"new":[{"x":1}]}"#
        #expect(try parse(text) == Spec())
    }

    @Test("keys are found in any ASCII case")
    func caseInsensitive() throws {
        let spec = try parse(#"{"OCIVersion":"1.0.2","Linux":{"Resources":{"CPU":{"Cpus":"1"}}}}"#)
        #expect(spec.ociVersion == "1.0.2")
        #expect(spec.linux.resources.cpu.cpus == "1")
    }
}
