import Linux
import OCI
import Testing

@testable import Cgroups

@Suite struct LifecycleTests {
    private func unified(_ path: String) -> Cgroup { Cgroup(paths: ["": path]) }

    @Test("CG-4: without limits a v2 cgroup is made by one mkdir")
    func createUnified() throws {
        let folder = try FolderFixture()
        let cgroup = unified("\(folder.path)/c")
        #expect(!cgroup.exists())
        try cgroup.create(resources: Resources())
        #expect(cgroup.exists())
        try cgroup.remove()
        #expect(!cgroup.exists())
        try cgroup.remove()
    }

    @Test("CG-9: names that are not UTF-8, and paths longer than PATH_MAX, hide no process and are removed")
    func hostileNames() throws {
        let folder = try FolderFixture()
        let script = """
            mkdir -p "$0/c" && cd "$0/c" && mkdir "$(printf 'a\\377')" && cd "$(printf 'a\\377')" && mkdir other || exit 1
            name=$(printf '%0200d' 0)
            for level in $(seq 30); do mkdir "$name" && cd -P "$name" || exit 1; done
            """
        let made = try Command("/bin/bash", arguments: ["bash", "-c", script, folder.path]).run()
        #expect(made.status == .exited(0), "\(String(decoding: made.error, as: UTF8.self))")
        let cgroup = unified("\(folder.path)/c")
        #expect(try cgroup.processes().isEmpty)
        try cgroup.remove()
        #expect(!cgroup.exists())
    }

    @Test("CG-9: processes in a cgroup whose name is not UTF-8 are found")
    func hiddenProcesses() throws {
        let folder = try FolderFixture()
        try folder.write("c/cgroup.procs", "7\n")
        let script = "mkdir \"$(printf 'a\\377')\" && echo 8 >\"$(printf 'a\\377')/cgroup.procs\""
        let made = try Command("/bin/sh", arguments: ["sh", "-c", script], directory: "\(folder.path)/c").run()
        #expect(made.status == .exited(0))
        #expect(try unified("\(folder.path)/c").processes().sorted() == [7, 8])
        let clean = Command("/bin/rm", arguments: ["rm", "-r", "\(folder.path)/c"])
        #expect(try clean.run().status == .exited(0))
    }

    @Test(
        "CG-1: no path leads out of where it begins, nor with a combining mark behind a slash, which makes one character",
        arguments: ["..", "../x", "a/../../b", "../\u{301}a", "a/../\u{301}/../..", "\u{301}/../.."]
    )
    func confined(path: String) {
        let parts = joined("/base", path).utf8.split(separator: UInt8(ascii: "/")).map { String(Substring($0)) }
        #expect(parts.first == "base" && !parts.contains(".."))
    }

    @Test("CG-4: on a hybrid host the v2 cgroup comes first, and a failure in the rest takes it away but no other")
    func inParts() throws {
        let folder = try FolderFixture()
        for name in ["devices/c/", "freezer/", "unified/"] { try folder.write("\(name)x", "") }
        try folder.write("devices/c/cgroup.procs", "7\n")
        let paths = ["devices": "devices/c", "freezer": "freezer/c", "": "unified/c"]
        let cgroup = Cgroup(paths: paths.mapValues { "\(folder.path)/\($0)" })
        var construction = CgroupConstruction(cgroup, resources: Resources())
        try construction.begin()
        #expect(HostFile.exists("\(folder.path)/unified/c") && !HostFile.exists("\(folder.path)/freezer/c"))
        let busy = failure { try construction.complete() }
        #expect(busy == "container's cgroup is not empty: 1 process(es) found")
        #expect(!construction.isComplete)
        construction.undo()
        #expect(!HostFile.exists("\(folder.path)/unified/c") && !HostFile.exists("\(folder.path)/freezer/c"))
        #expect(HostFile.exists("\(folder.path)/devices/c"))
    }

    @Test("CG-3: a failed create removes what it made, also parents")
    func rollBack() throws {
        let folder = try FolderFixture()
        var resources = Resources()
        resources.memory.limit = 1
        // A plain folder has no cgroup.controllers.
        let text = failure { try unified("\(folder.path)/a/b/c").create(resources: resources) }
        #expect(text.hasPrefix("unable to apply cgroup configuration: openat2 \(folder.path)/a/b/c/cgroup.controllers"))
        #expect(!HostFile.exists("\(folder.path)/a"))
        let nowhere = failure { try unified("/proc/x/y").create(resources: Resources()) }
        #expect(nowhere == "unable to apply cgroup configuration: mkdir /proc/x: no such file or directory")
    }

    @Test("CG-3: a cgroup with processes, or a frozen one, is refused and left as it is")
    func occupied() throws {
        let folder = try FolderFixture()
        try folder.write("c/cgroup.procs", "7\n")
        try folder.write("c/sub/cgroup.procs", "8\n9\n")
        let cgroup = unified("\(folder.path)/c")
        #expect(try cgroup.processes().sorted() == [7, 8, 9])
        let busy = failure { try cgroup.create(resources: Resources()) }
        #expect(busy == "container's cgroup is not empty: 3 process(es) found")
        #expect(cgroup.exists())
        try folder.write("d/cgroup.freeze", "1\n")
        let frozen = failure { try unified("\(folder.path)/d").create(resources: Resources()) }
        #expect(frozen == "container's cgroup unexpectedly frozen")
    }

    @Test("CG-3: v2 controllers are enabled above a cgroup that lacks one it needs")
    func controllers() throws {
        let folder = try FolderFixture()
        for name in ["", "a/", "a/b/"] { try folder.write("\(name)cgroup.subtree_control", "") }
        try folder.write("cgroup.controllers", "cpu memory pids\n")
        try folder.write("a/b/cgroup.controllers", "cpu\n")
        try folder.write("a/b/cgroup.type", "domain\n")
        var resources = Resources()
        resources.cpu.shares = 2
        try V2.prepare("\(folder.path)/a/b", madeParents: false, resources: resources)
        #expect(try folder.read("cgroup.subtree_control").isEmpty)
        resources.pidsLimit = 5
        try V2.prepare("\(folder.path)/a/b", madeParents: false, resources: resources)
        #expect(try folder.read("cgroup.subtree_control") == "+cpu +memory +pids")
        #expect(try folder.read("a/cgroup.subtree_control") == "+cpu +memory +pids")
        #expect(try folder.read("a/b/cgroup.subtree_control").isEmpty)
    }

    @Test("CG-3: a threaded cgroup takes no limits of a domain, and is made threaded without them")
    func threaded() throws {
        let folder = try FolderFixture()
        try folder.write("cgroup.type", "domain invalid\n")
        try folder.write("cgroup.controllers", "\n")
        var resources = Resources()
        resources.memory.limit = 1
        let text = failure { try V2.prepare(folder.path, madeParents: false, resources: resources) }
        #expect(text.hasSuffix("with domain controllers -- it is in an invalid state"))
        try V2.prepare(folder.path, madeParents: true, resources: Resources())
        #expect(try folder.read("cgroup.type").hasPrefix("threaded"))
    }

    @Test("CG-3: a v1 cpuset gets its parent's CPUs, from as far up as needed")
    func cpuset() throws {
        let folder = try FolderFixture()
        for (name, cpus) in [("", "0-3\n"), ("a/", "\n"), ("a/b/", "")] {
            try folder.write("\(name)cpuset.cpus", cpus)
            try folder.write("\(name)cpuset.mems", name.isEmpty ? "0\n" : "\n")
        }
        var resources = Resources()
        resources.cpu.cpus = "1"
        try V1.inheritCPUs("\(folder.path)/a/b", isNew: true, resources: resources)
        #expect(try folder.read("a/cpuset.cpus") == "0-3")
        #expect(try folder.read("a/b/cpuset.cpus") == "1")
        #expect(try folder.read("a/b/cpuset.mems").hasPrefix("0"))
        try folder.write("a/b/cpuset.mems", "7")
        try V1.inheritCPUs("\(folder.path)/a/b", isNew: false, resources: Resources())
        #expect(try folder.read("a/b/cpuset.mems") == "7")
    }

    @Test("CG-4: a process joins every hierarchy, and may miss one that has no limits")
    func add() throws {
        let folder = try FolderFixture()
        for name in ["devices", "cpu"] { try folder.write("\(name)/tasks", "") }
        let paths = ["devices", "cpu", "name=systemd", ""]
        var all: [String: String] = [:]
        for name in paths { all[name] = "\(folder.path)/\(name)" }
        all["cpuacct"] = all["cpu"]
        all[""] = "\(folder.path)/unified"
        try Cgroup(paths: all).joinLegacy()
        #expect(try folder.read("devices/tasks") == "0")
        #expect(try folder.read("cpu/tasks") == "0")
        all["memory"] = "\(folder.path)/memory"
        let text = failure { try Cgroup(paths: all).joinLegacy() }
        #expect(
            text == "error adding pid \(ThisProcess.pid) to cgroups: openat2 \(folder.path)/memory/tasks: "
                + "no such file or directory"
        )
    }

    @Test("CG-6: a new v1 cgroup denies all, then allows; an update writes what changed")
    func devicesOfV1() throws {
        let folder = try FolderFixture()
        for name in ["deny", "allow"] { try folder.write("devices.\(name)", "") }
        let rules = ["allow c 5:1 rwm", "allow c 1:3 r"].map { Resources.DeviceRule($0) }
        try V1.setDevices(try DeviceAccess(rules), in: folder.path, isNew: true)
        #expect(try folder.read("devices.deny") == "a")
        #expect(try folder.read("devices.allow") == "c 1:3 rc 5:1 rwm")
        for name in ["deny", "allow"] { try folder.write("devices.\(name)", "") }
        try folder.write("devices.list", "c 5:1 rwm\nc 1:9 rw\n")
        try V1.setDevices(try DeviceAccess(rules), in: folder.path, isNew: false)
        #expect(try folder.read("devices.deny") == "c 1:9 rw")
        #expect(try folder.read("devices.allow") == "c 1:3 r")
    }

    @Test("CG-8: an update without device rules does not touch them")
    func updateOfV1() throws {
        let folder = try FolderFixture()
        try folder.write("pids/pids.max", "")
        let cgroup = Cgroup(paths: ["devices": "\(folder.path)/devices", "pids": "\(folder.path)/pids"])
        var resources = Resources()
        resources.pidsLimit = 3
        try cgroup.update(resources, current: nil, log: Log())
        #expect(try folder.read("pids/pids.max") == "3")
    }

    @Test("CG-5: a limit without its controller is an error")
    func missingController() throws {
        let cgroup = Cgroup(paths: ["devices": "/nowhere/devices", "cpu": "/nowhere/cpu"])
        var resources = Resources()
        resources.pidsLimit = 3
        let text = failure { try cgroup.update(resources, current: nil, log: Log()) }
        #expect(text == "cannot set pids limit: container could not join or create cgroup")
        let v2 = failure { try unified("/nowhere").update(resources, current: nil, log: Log()) }
        #expect(v2 == "openat2 /nowhere/pids.max: no such file or directory")
    }

    @Test("CG-5: raw v2 values are written by line, and only into files of the cgroup")
    func unifiedValues() throws {
        let folder = try FolderFixture()
        try folder.write("cgroup.controllers", "cpu\n")
        try folder.write("io.max", "")
        try V2.applyUnified(["io.max": "8:0 rbps=1\n8:1 rbps=2"], in: folder.path)
        #expect(try folder.read("io.max") == "8:0 rbps=18:1 rbps=2")
        let slash = failure { try V2.applyUnified(["../x": "1"], in: folder.path) }
        #expect(slash == "unified resource \"../x\" must be a file name (no slashes)")
        let dot = failure { try V2.applyUnified(["memory": "1"], in: folder.path) }
        #expect(dot == "unified resource \"memory\" must be in the form CONTROLLER.PARAMETER")
        let other = failure { try V2.applyUnified(["memory.max": "1"], in: folder.path) }
        #expect(other == "unified resource \"memory.max\" can't be set: controller \"memory\" not available")
        let own = failure { try V2.applyUnified(["cpu.x": "1"], in: folder.path) }
        #expect(own.hasPrefix("unable to set unified resource \"cpu.x\": openat2"))
    }

    @Test("CG-9: freezing waits until it is done; frozen is what was asked of this cgroup itself")
    func freezer() throws {
        let folder = try FolderFixture()
        try folder.write("cgroup.freeze", "0\n")
        try folder.write("cgroup.events", "populated 1\nfrozen 1\n")
        let cgroup = unified(folder.path)
        #expect(try !cgroup.isFrozen())
        try cgroup.freeze()
        #expect(try cgroup.isFrozen())
        try cgroup.thaw()
        #expect(try !cgroup.isFrozen())
        try folder.write("freezer.state", "FROZEN\n")
        try folder.write("freezer.self_freezing", "1\n")
        let v1 = Cgroup(paths: ["devices": "/nowhere", "freezer": folder.path])
        #expect(try v1.isFrozen())
        try folder.write("freezer.self_freezing", "0\n")
        #expect(try !v1.isFrozen())
        let none = failure { try Cgroup(paths: ["devices": "/nowhere", "cpu": "/x"]).freeze() }
        #expect(none == "cannot toggle freezer: cgroups not configured for container")
    }

    @Test("CG-9: SIGKILL goes through cgroup.kill where the kernel has it")
    func kill() throws {
        let folder = try FolderFixture()
        try folder.write("cgroup.kill", "")
        try unified(folder.path).kill(signal: 9)
        #expect(try folder.read("cgroup.kill") == "1")
    }

    @Test("CG-9: removing takes the cgroups below along")
    func removeTree() throws {
        let folder = try FolderFixture()
        try folder.write("c/d/e/x", "")
        try BorrowedDescriptor.currentDirectory.unlink("\(folder.path)/c/d/e/x")
        try unified("\(folder.path)/c").remove()
        #expect(!HostFile.exists("\(folder.path)/c"))
    }
}

@Suite struct SubgroupTests {
    private let v1 = Cgroup(paths: ["cpu": "/c/x", "cpuacct": "/c/x", "memory": "/m/x", "devices": "/d/x"])
    private let v2 = Cgroup(paths: ["": "/u/x"])

    @Test("CG-13: one path is for all, and stays inside the container's cgroup")
    func onePath() throws {
        #expect(try v2.subgroup([]) == v2)
        #expect(try v2.subgroup(["/"]) == v2)
        #expect(try v2.subgroup(["a/../b/"]).unifiedPath == "/u/x/b")
        #expect(try v1.subgroup(["s"]).paths["memory"] == "/m/x/s")
        for path in ["..", "../xy", "a/../../x", "/.."] {
            #expect(failure { _ = try v2.subgroup([path]) } == "bad sub cgroup path: \(path)")
        }
    }

    @Test("CG-13: controllers have paths of their own on v1, and those mounted together go together")
    func byController() throws {
        let chosen = try v1.subgroup(["memory:a", "cpu:b"])
        #expect(chosen.paths == ["cpu": "/c/x/b", "cpuacct": "/c/x/b", "memory": "/m/x/a", "devices": "/d/x"])
        #expect(try v1.subgroup(["cpu,cpuacct:b"]).paths["cpuacct"] == "/c/x/b")
    }

    @Test(
        "CG-13: arguments that cannot be meant are errors",
        arguments: [
            (["whaaat:/"], "unknown controller whaaat in SubCgroupPaths"),
            (["a", "b"], "invalid --cgroup argument: a (missing <controller>: prefix)"),
            ([":a"], "invalid --cgroup argument: :a (empty <controller> prefix)"),
            (
                ["cpu:a", "cpu:b"],
                "invalid --cgroup argument(s): controller cpu specified multiple times"
            ),
        ] as [([String], String)]
    )
    func errors(arguments: [String], text: String) {
        #expect(failure { _ = try v1.subgroup(arguments) } == text)
    }

    @Test("CG-13: v2 has no controllers to choose")
    func unifiedController() {
        #expect(failure { _ = try v2.subgroup(["memory:a"]) } == "unknown controller memory in SubCgroupPaths")
    }
}
