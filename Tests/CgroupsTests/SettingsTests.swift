import Linux
import OCI
import Testing

@testable import Cgroups

@Suite struct SettingsTests {
    private func v2(_ change: (inout Resources) -> Void, maximum: String? = nil) throws -> [String] {
        var resources = Resources()
        change(&resources)
        return try V2.settings(for: resources, currentMaximum: maximum).flatMap(\.settings)
            .map { "\($0.file)=\($0.value)" }
    }

    private func v1(limit: UInt64 = 0, _ change: (inout Resources) -> Void) throws -> [String] {
        var resources = Resources()
        change(&resources)
        return try V1.settings(for: resources) { () throws(RuntimeError) in limit }.flatMap(\.settings)
            .map { "\($0.file)=\($0.value)" }
    }

    @Test(
        "CG-5: shares become runc's weight",
        arguments: [
            (0, 0), (1, 1), (2, 1), (3, 2), (100, 17), (512, 59), (1024, 100), (2048, 174), (4096, 303),
            (100_000, 4340), (262_143, 10_000), (262_144, 10_000), (1_000_000, 10_000),
        ] as [(UInt64, UInt64)]
    )
    func weights(shares: UInt64, weight: UInt64) { #expect(cpuWeight(shares) == weight) }

    @Test("CG-5: block I/O weights become io.weight", arguments: [(10, 1), (100, 910), (500, 4950), (1000, 10_000)])
    func ioWeights(weight: Int, expected: Int) { #expect(ioWeight(UInt16(weight)) == UInt64(expected)) }

    @Test(
        "CG-5: v2 counts swap without memory",
        arguments: [
            (nil, nil, nil), (100, nil, nil), (100, 300, 200), (100, 100, 0), (100, -1, -1), (-1, nil, -1),
            (-1, 500, 500), (-1, 0, -1), (0, -1, -1), (100, 0, nil),
        ] as [(Int64?, Int64?, Int64?)]
    )
    func swap(limit: Int64?, both: Int64?, expected: Int64?) throws {
        var memory = Resources.Memory()
        (memory.limit, memory.swap) = (limit, both)
        #expect(try V2.swapLimit(memory) == expected)
    }

    @Test("CG-5: a swap limit that cannot be is refused")
    func badSwap() {
        let cases: [(Int64?, Int64?, String)] = [
            (nil, 300, "unable to set swap limit without memory limit"),
            (400, 300, "memory+swap limit should be >= memory limit"), (-2, 300, "invalid memory value: -2"),
        ]
        for (limit, both, text) in cases {
            var memory = Resources.Memory()
            (memory.limit, memory.swap) = (limit, both)
            #expect(failure { _ = try V2.swapLimit(memory) } == text)
        }
    }

    @Test("CG-4: no limits, no writes and no controllers")
    func nothing() throws {
        #expect(try v2 { _ in }.isEmpty)
        #expect(try v1 { _ in }.isEmpty)
        #expect(V2.neededControllers(Resources()).isEmpty)
    }

    @Test("CG-5: v2 takes all limits in order")
    func allOfV2() throws {
        let settings = try v2 { resources in
            resources.pidsLimit = 10
            (resources.memory.limit, resources.memory.swap, resources.memory.reservation) = (100, 300, -1)
            resources.blockIO.weight = 100
            resources.blockIO.throttleReadBpsDevice = [.init(major: 8, minor: 0, rate: 5)]
            resources.blockIO.throttleWriteIOPSDevice = [.init(major: 8, minor: 1, rate: 6)]
            (resources.cpu.shares, resources.cpu.quota, resources.cpu.period) = (1024, 50, 100)
            (resources.cpu.idle, resources.cpu.burst) = (1, 7)
            (resources.cpu.cpus, resources.cpu.mems) = ("0-1", "0")
            resources.hugepageLimits = [.init(pageSize: "2MB", limit: 9)]
            var limit = Resources.RdmaLimit()
            limit.hcaHandles = 3
            resources.rdma = ["mlx": limit]
        }
        #expect(
            settings == [
                "pids.max=10", "memory.swap.max=200", "memory.max=100", "memory.low=max", "io.bfq.weight=100",
                "io.max=8:0 rbps=5", "io.max=8:1 wiops=6", "cpu.idle=1", "cpu.weight=100", "cpu.max.burst=7",
                "cpu.max=50 100", "cpuset.cpus=0-1", "cpuset.mems=0", "hugetlb.2MB.max=9", "hugetlb.2MB.rsvd.max=9",
                "rdma.max=mlx hca_handle=3",
            ]
        )
    }

    @Test("CG-5: v1 takes all limits in order")
    func allOfV1() throws {
        let settings = try v1 { resources in
            resources.pidsLimit = -1
            (resources.memory.limit, resources.memory.reservation) = (100, 50)
            (resources.memory.swappiness, resources.memory.disableOOMKiller) = (60, true)
            resources.blockIO.weight = 100
            var device = Resources.BlockIO.WeightDevice(major: 8, minor: 0)
            (device.weight, device.leafWeight) = (20, 30)
            resources.blockIO.weightDevice = [device]
            resources.blockIO.throttleReadIOPSDevice = [.init(major: 8, minor: 0, rate: 5)]
            (resources.cpu.shares, resources.cpu.quota, resources.cpu.period) = (512, -1, 100)
            (resources.cpu.realtimePeriod, resources.cpu.realtimeRuntime) = (1000, 500)
            resources.cpu.cpus = "1"
            resources.hugepageLimits = [.init(pageSize: "1GB", limit: 9)]
            resources.networkClassID = 7
            resources.networkPriorities = [.init(name: "eth0", priority: 3)]
        }
        #expect(
            settings == [
                "cpuset.cpus=1", "memory.limit_in_bytes=100", "memory.soft_limit_in_bytes=50", "memory.oom_control=1",
                "memory.swappiness=60", "cpu.shares=512", "cpu.cfs_period_us=100", "cpu.cfs_quota_us=-1",
                "cpu.rt_period_us=1000", "cpu.rt_runtime_us=500", "pids.max=max", "blkio.weight=100",
                "blkio.weight_device=8:0 20", "blkio.leaf_weight_device=8:0 30",
                "blkio.throttle.read_iops_device=8:0 5", "hugetlb.1GB.limit_in_bytes=9",
                "hugetlb.1GB.rsvd.limit_in_bytes=9", "net_cls.classid=7", "net_prio.ifpriomap=eth0 3",
            ]
        )
    }

    @Test("CG-5: v1's limits of memory and of both are written so that the first never exceeds the second")
    func memoryOrder() throws {
        let (memory, both) = ("memory.limit_in_bytes", "memory.memsw.limit_in_bytes")
        let raised = try v1(limit: 100) { ($0.memory.limit, $0.memory.swap) = (500, 600) }
        #expect(raised == ["\(both)=600", "\(memory)=500"])
        let lowered = try v1(limit: 1000) { ($0.memory.limit, $0.memory.swap) = (500, 600) }
        #expect(lowered == ["\(memory)=500", "\(both)=600"])
        let lifted = try v1(limit: 1000) { ($0.memory.limit, $0.memory.swap) = (500, -1) }
        #expect(lifted == ["\(both)=-1", "\(memory)=500"])
        let none = try v1 { $0.memory.limit = -1 }
        #expect(none == ["\(both)=-1", "\(memory)=-1"])
        #expect(try v1 { $0.memory.swap = 600 } == ["\(both)=600"])
    }

    @Test(
        "CG-5: 0 tasks count as 1, -1 as no limit",
        arguments: [(0, "1"), (-1, "max"), (5, "5")] as [(Int64, String)]
    )
    func pidsLimit(limit: Int64, value: String) throws {
        #expect(try v2 { $0.pidsLimit = limit } == ["pids.max=\(value)"])
        #expect(try v1 { $0.pidsLimit = limit } == ["pids.max=\(value)"])
    }

    @Test("CG-8: half of cpu.max keeps the other half")
    func halfOfMaximum() throws {
        #expect(try v2({ $0.cpu.quota = 500 }) == ["cpu.max=500 100000"])
        #expect(try v2({ $0.cpu.period = 500 }) == ["cpu.max=max 500"])
        #expect(try v2({ $0.cpu.quota = 500 }, maximum: "10 20\n") == ["cpu.max=500 20"])
        #expect(try v2({ $0.cpu.period = 500 }, maximum: "10 20\n") == ["cpu.max=10 500"])
        #expect(try v2({ $0.cpu.quota = -1 }, maximum: "10 20\n") == ["cpu.max=max 20"])
    }

    @Test("CG-8: an update of memory goes with the swap limit as it was, and the reverse")
    func mergedMemory() {
        func merged(_ new: (Int64?, Int64?), _ old: (Int64?, Int64?)) -> [Int64?] {
            var (update, current) = (Resources(), Resources())
            (update.memory.limit, update.memory.swap) = new
            (current.memory.limit, current.memory.swap) = old
            let memory = Cgroup.merged(update, current: current).memory
            return [memory.limit, memory.swap]
        }
        #expect(merged((nil, 300), (100, 200)) == [100, 300])
        #expect(merged((150, nil), (100, 200)) == [150, 200])
        #expect(merged((-1, nil), (100, 200)) == [-1, nil])
        #expect(merged((nil, nil), (100, 200)) == [nil, nil])
    }

    @Test("CG-8: checkBeforeUpdate refuses a limit below the usage")
    func checkBeforeUpdate() {
        var memory = Resources.Memory()
        (memory.limit, memory.swap, memory.checkBeforeUpdate) = (100, 300, true)
        #expect(failure { try V2.checkMemoryUsage(memory, usage: 100) } == "rejecting memory limit 100 <= usage 100")
        #expect(
            failure { try V2.checkMemoryUsage(memory, usage: 400) } == "rejecting memory+swap limit 300 <= usage 400"
        )
        #expect(failure { try V2.checkMemoryUsage(memory, usage: 99) } == "nothing thrown")
        memory.checkBeforeUpdate = false
        #expect(failure { try V2.checkMemoryUsage(memory, usage: 400) } == "nothing thrown")
    }

    @Test("CG-5: values that v1 would cut or refuse without a word are errors")
    func badValues() {
        #expect(failure { _ = try v1 { $0.cpu.shares = 1 } } == "the minimum allowed cpu-shares is 2")
        #expect(failure { _ = try v1 { $0.cpu.shares = 262_145 } } == "the maximum allowed cpu-shares is 262144")
        let swappiness = "invalid memory swappiness value: 101 (valid range is 0-100)"
        #expect(failure { _ = try v1 { $0.memory.swappiness = 101 } } == swappiness)
        let unified = "invalid configuration: cannot use unified on cgroup v1"
        #expect(failure { _ = try v1 { $0.unified = ["memory.max": "1"] } } == unified)
        let size = "invalid hugepage size \"../x\""
        #expect(failure { _ = try v2 { $0.hugepageLimits = [.init(pageSize: "../x", limit: 1)] } } == size)
    }

    @Test("CG-3: the controllers that limits need")
    func needed() {
        var resources = Resources()
        resources.unified = ["memory.high": "1", "cgroup.max.depth": "2", "misc.max": "3"]
        resources.memory.limit = 1
        resources.cpu.idle = 0
        #expect(V2.neededControllers(resources).sorted() == ["cpu", "memory", "misc"])
    }
}

@Suite struct PerformTests {
    /// Performs the settings against a kernel that refuses some, and tells what was tried.
    private func perform(_ settings: [Setting], refusing: [String: [Errno]]) throws -> [String] {
        var refusing = refusing
        var tried: [String] = []
        let write: ControllerSettings.Write = { (path: String, value: String) throws(RuntimeError) in
            tried.append("\(path)=\(value)")
            if let errno = refusing[path]?.first {
                refusing[path]?.removeFirst()
                throw RuntimeError(.kernel, "write \(path)", errno: errno)
            }
        }
        try ControllerSettings("cpu", settings).perform(in: "/c", write: write)
        return tried
    }

    @Test("CG-5: what the kernel refuses beside an old value is tried again after the others")
    func retries() throws {
        let settings = [Setting("period", "1", .retry), Setting("burst", "2", .retry), Setting("quota", "3")]
        let tried = try perform(settings, refusing: ["/c/period": [.invalid]])
        #expect(tried == ["/c/period=1", "/c/burst=2", "/c/quota=3", "/c/period=1"])
        let text = failure { _ = try perform(settings, refusing: ["/c/period": [.invalid, .invalid]]) }
        #expect(text == "write /c/period: invalid argument")
        #expect(failure { _ = try perform(settings, refusing: ["/c/period": [.access]]) }.hasPrefix("write /c/period"))
    }

    @Test("CG-5: a file that is missing is skipped or replaced where the setting says so, and an error elsewhere")
    func missing() throws {
        let settings = [
            Setting("rsvd", "1", .skipMissing), Setting("bfq", "2", .instead(file: "weight", value: "20")),
        ]
        let tried = try perform(settings, refusing: ["/c/rsvd": [.noEntry], "/c/bfq": [.noEntry]])
        #expect(tried == ["/c/rsvd=1", "/c/bfq=2", "/c/weight=20"])
        let text = failure { _ = try perform([Setting("max", "1")], refusing: ["/c/max": [.noEntry]]) }
        #expect(text == "write /c/max: no such file or directory")
    }

    @Test("CG-10: errors name the file, and of a write the value")
    func errors() throws {
        let folder = try FolderFixture()
        let text = failure { try CgroupFile.write("\(folder.path)/memory.max", "123") }
        #expect(text == "openat2 \(folder.path)/memory.max: no such file or directory")
        let full = failure { try CgroupFile.write("/dev/full", "1\n2") }
        #expect(full == "failed to write \"1\\n2\": write /dev/full: no space left on device")
    }
}
