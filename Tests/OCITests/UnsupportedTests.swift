import OCI
import Testing

@Suite("Members that this version refuses")
struct UnsupportedTests {
    private func unsupported(_ text: String) throws -> [String] { try Spec.parse(Array(text.utf8)).unsupported }

    @Test(
        "are listed by path where they are set",
        arguments: [
            (#"{"linux":{"uidMappings":[{"containerID":0,"hostID":0,"size":1}]}}"#, "linux.uidMappings"),
            (#"{"linux":{"gidMappings":[{}]}}"#, "linux.gidMappings"),
            (#"{"linux":{"timeOffsets":{"boottime":{"secs":1}}}}"#, "linux.timeOffsets"),
            (#"{"linux":{"netDevices":{"eth0":{}}}}"#, "linux.netDevices"),
            (#"{"linux":{"intelRdt":{"closID":"a"}}}"#, "linux.intelRdt"),
            (#"{"linux":{"memoryPolicy":{"mode":"MPOL_BIND"}}}"#, "linux.memoryPolicy"),
            (#"{"linux":{"personality":{"domain":"LINUX32"}}}"#, "linux.personality"),
            (#"{"linux":{"mountLabel":"l"}}"#, "linux.mountLabel"),
            (#"{"process":{"apparmorProfile":"p"}}"#, "process.apparmorProfile"),
            (#"{"process":{"selinuxLabel":"l"}}"#, "process.selinuxLabel"),
            (#"{"process":{"scheduler":{"policy":"SCHED_FIFO"}}}"#, "process.scheduler"),
            (#"{"process":{"ioPriority":{"class":"IOPRIO_CLASS_RT"}}}"#, "process.ioPriority"),
            (#"{"process":{"execCPUAffinity":{"initial":"0"}}}"#, "process.execCPUAffinity"),
            (#"{"PROCESS":{"ApparmorProfile":"p"}}"#, "process.apparmorProfile"),
            (#"{"mounts":[{"destination":"/"},{"destination":"/","uidMappings":[{}]}]}"#, "mounts[1].uidMappings"),
            (#"{"mounts":[{"destination":"/","gidMappings":[{}]}]}"#, "mounts[0].gidMappings"),
            (#"{"mounts":[{"destination":"/","options":["ro","idmap"]}]}"#, "mounts[0].options: idmap"),
            (#"{"mounts":[{"destination":"/","options":["ridmap"]}]}"#, "mounts[0].options: ridmap"),
            (#"{"linux":{"namespaces":[{"type":"pid"},{"type":"user"}]}}"#, "linux.namespaces[1]: user"),
            (#"{"linux":{"namespaces":[{"type":"time"}]}}"#, "linux.namespaces[0]: time"),
            (
                #"{"linux":{"seccomp":{"defaultAction":"SCMP_ACT_NOTIFY"}}}"#,
                "linux.seccomp.defaultAction: SCMP_ACT_NOTIFY"
            ),
            (
                #"{"linux":{"seccomp":{"defaultAction":"A","syscalls":[{"names":["a"],"action":"SCMP_ACT_NOTIFY"}]}}}"#,
                "linux.seccomp.syscalls[0].action: SCMP_ACT_NOTIFY"
            ),
        ]
    )
    func set(text: String, path: String) throws {
        #expect(try unsupported(text) == [path])
    }

    @Test(
        "do not count while they are empty",
        arguments: [
            #"{"linux":{"uidMappings":[],"gidMappings":null,"timeOffsets":{},"netDevices":{ },"mountLabel":""}}"#,
            #"{"linux":{"intelRdt":null,"memoryPolicy":{},"personality":null}}"#,
            #"{"process":{"apparmorProfile":"","selinuxLabel":"","scheduler":null,"ioPriority":{},"execCPUAffinity":{}}}"#,
            #"{"mounts":[{"destination":"/","uidMappings":[],"gidMappings":[ ],"options":["ro"]}]}"#,
            #"{"linux":{"seccomp":{"defaultAction":"A","listenerPath":"/run/x","listenerMetadata":"y"}}}"#,
        ]
    )
    func empty(text: String) throws {
        #expect(try unsupported(text) == [])
    }

    @Test("all are listed, in the order of the text")
    func several() throws {
        let text = #"{"linux":{"mountLabel":"l","intelRdt":{"a":1}},"process":{"selinuxLabel":"x"}}"#
        #expect(try unsupported(text) == ["linux.mountLabel", "linux.intelRdt", "process.selinuxLabel"])
    }

    @Test("are listed for the process of exec too")
    func process() throws {
        let text = #"{"args":["sh"],"cwd":"/","selinuxLabel":"x","ioPriority":{"class":"c"}}"#
        let process = try Process.parse(Array(text.utf8))
        #expect(process.unsupported == ["selinuxLabel", "ioPriority"])
        #expect(process.args == ["sh"])
        #expect(process.cwd == "/")
    }
}
