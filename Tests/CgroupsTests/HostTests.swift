import OCI
import Testing

@testable import Cgroups

@Suite struct HostTests {
    static let hybridTable = """
        23 29 0:22 / /proc rw,relatime - proc proc rw
        31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
        32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct
        35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
        36 31 0:33 / /sys/fs/cgroup/devices rw,relatime - cgroup cgroup rw,devices
        40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,xattr,name=systemd
        41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw,nsdelegate
        """
    static let ownCgroups = """
        9:name=systemd:/user.slice
        5:devices:/
        4:memory:/a/b:c
        1:cpu,cpuacct:/u
        0::/own
        """

    private func hybrid() throws -> CgroupHost {
        try CgroupHost(mountTable: Self.hybridTable, ownCgroups: Self.ownCgroups)
    }

    @Test("CG-1: v1 mounts and a v2 one are a hybrid host; without it the host is legacy")
    func hierarchy() throws {
        let host = try hybrid()
        #expect(host.hierarchy == .hybrid)
        let controllers = [["cpu", "cpuacct"], ["memory"], ["devices"], ["name=systemd"], [""]]
        #expect(host.mounts.map(\.controllers) == controllers)
        #expect(host.mount(of: "memory")?.ownPath == "/sys/fs/cgroup/memory/a/b:c")
        let v1Only = Self.hybridTable.split(separator: "\n").dropLast().joined(separator: "\n")
        #expect(try CgroupHost(mountTable: v1Only, ownCgroups: Self.ownCgroups).hierarchy == .legacy)
    }

    @Test("CG-1: a tree mounted on top hides the one below")
    func hidden() throws {
        let table =
            Self.hybridTable + """

                90 31 0:99 / /sys/fs/cgroup rw,relatime - tmpfs own rw
                91 90 0:33 / /sys/fs/cgroup/devices rw,relatime - cgroup cgroup rw,devices
                92 90 0:32 /inner /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
                """
        let own = "5:devices:/\n4:memory:/inner/x\n0::/"
        let host = try CgroupHost(mountTable: table, ownCgroups: own)
        #expect(host.hierarchy == .legacy)
        #expect(host.mounts.map(\.mountpoint) == ["/sys/fs/cgroup/devices", "/sys/fs/cgroup/memory"])
        #expect(host.mount(of: "memory")?.ownPath == "/sys/fs/cgroup/memory/x")
    }

    @Test("CG-1: a hierarchy mounted twice is taken at /sys/fs/cgroup, and another program's v2 mount is not")
    func elsewhere() throws {
        let table =
            "36 31 0:33 / /run/copy rw - cgroup cgroup rw,devices\n37 31 0:38 / /run/other rw - cgroup2 cgroup2 rw\n"
            + Self.hybridTable
        let host = try CgroupHost(mountTable: table, ownCgroups: Self.ownCgroups)
        #expect(host.mount(of: "devices")?.mountpoint == "/sys/fs/cgroup/devices")
        #expect(host.mount(of: "")?.mountpoint == "/sys/fs/cgroup/unified")
        let legacy = table.split(separator: "\n").dropLast().joined(separator: "\n")
        #expect(try CgroupHost(mountTable: legacy, ownCgroups: Self.ownCgroups).hierarchy == .legacy)
    }

    @Test("CG-1: mount points are unescaped")
    func escapes() throws {
        let table = #"36 31 0:33 / /cg\040root/devices rw - cgroup cgroup rw,devices"#
        let host = try CgroupHost(mountTable: table, ownCgroups: "5:devices:/")
        #expect(host.mounts.first?.mountpoint == "/cg root/devices")
    }

    @Test("CG-1: a host without cgroups is an error")
    func none() {
        let text = failure { _ = try CgroupHost(mountTable: "1 2 0:3 / / rw - ext4 a rw", ownCgroups: "") }
        #expect(text == "no cgroup mount found in mountinfo")
    }

    @Test("CG-2: an absolute path and the default begin at the mount points")
    func absolute() throws {
        let cgroup = try Cgroup.locate(on: try hybrid(), cgroupsPath: "/x/../../../y/./z", id: "id")
        #expect(
            cgroup.paths == [
                "cpu": "/sys/fs/cgroup/cpu,cpuacct/y/z", "cpuacct": "/sys/fs/cgroup/cpu,cpuacct/y/z",
                "memory": "/sys/fs/cgroup/memory/y/z", "devices": "/sys/fs/cgroup/devices/y/z",
                "name=systemd": "/sys/fs/cgroup/systemd/y/z", "": "/sys/fs/cgroup/unified/y/z",
            ]
        )
        #expect(cgroup.directories.map(\.controllers).contains(["cpu", "cpuacct"]))
        let byDefault = try Cgroup.locate(on: try hybrid(), cgroupsPath: nil, id: "id")
        #expect(byDefault.paths["memory"] == "/sys/fs/cgroup/memory/id")
        let unified = CgroupHost(unifiedAt: "/sys/fs/cgroup")
        #expect(try Cgroup.locate(on: unified, cgroupsPath: "", id: "id").paths == ["": "/sys/fs/cgroup/id"])
        #expect(try Cgroup.locate(on: unified, cgroupsPath: "/../a", id: "id").unifiedPath == "/sys/fs/cgroup/a")
    }

    @Test("CG-2: a relative path begins at the own cgroup on v1, beside it on v2, and never leaves it")
    func relative() throws {
        let cgroup = try Cgroup.locate(on: try hybrid(), cgroupsPath: "../../x", id: "id")
        #expect(cgroup.paths["memory"] == "/sys/fs/cgroup/memory/a/b:c/x")
        #expect(cgroup.paths[""] == "/sys/fs/cgroup/unified/x")
        let proc = try FolderFixture()
        try proc.write("self/cgroup", "0::/user.slice/session-1.scope\n")
        let host = CgroupHost(unifiedAt: "/sys/fs/cgroup", proc: proc.path)
        let located = try Cgroup.locate(on: host, cgroupsPath: "../x", id: "id")
        #expect(located.unifiedPath == "/sys/fs/cgroup/user.slice/x")
    }

    @Test("CG-2: a v1 host without the devices controller is refused")
    func withoutDevices() throws {
        let table = "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory"
        let host = try CgroupHost(mountTable: table, ownCgroups: "4:memory:/")
        let text = failure { _ = try Cgroup.locate(on: host, cgroupsPath: nil, id: "a") }
        #expect(text == "mountpoint for devices not found")
    }

    @Test("CG-2: exec finds the cgroup that init has moved to")
    func ofProcess() throws {
        let proc = try FolderFixture()
        try proc.write("42/cgroup", "1:name=systemd:/\n0::/new\n")
        let host = CgroupHost(unifiedAt: "/sys/fs/cgroup", proc: proc.path)
        #expect(try Cgroup.ofProcess(42, on: host).paths == ["": "/sys/fs/cgroup/new"])
    }
}
