import Linux
import Testing

@testable import Cgroups

@Suite struct OOMCounterTests {
    @Test("SM-33: kills are counted from when the counter was opened, v1 and v2")
    func counts() throws {
        let path = "/tmp/oom-counter-\(ThisProcess.pid)-\(UInt64.random(in: 0...UInt64.max))"
        let here = BorrowedDescriptor.currentDirectory
        let file = try here.open(path, [.write, .create, .exclusive], mode: 0o600)
        try here.open(path, .write).write("low 0\noom 4\noom_kill 2\noom_group_kill 9\n")
        let counter = try OOMCounter.open(path)
        try here.unlink(path)
        #expect(try counter.kills() == 0)
        try file.writeAll(Array("oom_kill_disable 0\nunder_oom 0\noom_kill 5\n".utf8))
        #expect(try counter.kills() == 3)
        try file.cut(to: 0)
        #expect(try counter.kills() == 0)
    }

    @Test("SM-33: a process's cgroups are found in every v1 hierarchy")
    func ownCgroup() throws {
        let host = try CgroupHost(mountTable: HostTests.hybridTable, ownCgroups: HostTests.ownCgroups)
        let cgroup = host.ownCgroup()
        #expect(cgroup.paths["memory"] == "/sys/fs/cgroup/memory/a/b:c")
        #expect(cgroup.paths["cpu"] == "/sys/fs/cgroup/cpu,cpuacct/u")
        #expect(cgroup.paths["cpuacct"] == cgroup.paths["cpu"])
        #expect(cgroup.paths["name=systemd"] == "/sys/fs/cgroup/systemd/user.slice")
        #expect(cgroup.paths[""] == "/sys/fs/cgroup/unified/own")
    }
}
