import OCI
import Testing

@testable import Cgroups

@Suite struct StatsTests {
    @Test("CG-11: statistics of v2")
    func unified() throws {
        let folder = try FolderFixture()
        try folder.write("cpu.stat", "usage_usec 30\nuser_usec 20\nsystem_usec 10\nnr_periods 4\nnr_throttled 3\n")
        try folder.write("cpu.pressure", "some avg10=1.50 avg60=0.25 avg300=0.00 total=77\nfull avg10=0.00 total=5\n")
        try folder.write("memory.stat", "anon 5\nfile 7\n")
        try folder.write("memory.current", "100\n")
        try folder.write("memory.max", "max\n")
        try folder.write("memory.peak", "150\n")
        try folder.write("memory.swap.current", "11\n")
        try folder.write("memory.swap.max", "1000\n")
        try folder.write("pids.current", "3\n")
        try folder.write("pids.max", "max\n")
        try folder.write("io.stat", "8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6\n254:16 rbytes=9\n")
        try folder.write("hugetlb.2MB.rsvd.current", "4096\n")
        try folder.write("hugetlb.2MB.current", "1\n")
        try folder.write("hugetlb.2MB.events", "max 6\n")
        try folder.write("rdma.current", "mlx4_0 hca_handle=2 hca_object=2000\n")
        try folder.write("rdma.max", "mlx4_0 hca_handle=max hca_object=max\n")
        let stats = try Cgroup(paths: ["": folder.path]).stats(hugePageSizes: ["2MB", "1GB"])
        #expect((stats.cpu.total, stats.cpu.user, stats.cpu.kernel) == (30_000, 20_000, 10_000))
        #expect((stats.cpu.periods, stats.cpu.throttledPeriods) == (4, 3))
        #expect(stats.cpu.pressure?.some == .init(avg10: 1.5, avg60: 0.25, avg300: 0, total: 77))
        #expect(stats.cpu.pressure?.full.total == 5)
        #expect(stats.memory.usage == .init(limit: .max, usage: 100, max: 150))
        #expect(stats.memory.swap.usage == 111)
        #expect(stats.memory.swap.limit == .max)
        #expect(stats.memory.cache == 7)
        #expect(stats.memory.raw == ["anon": 5, "file": 7])
        #expect(stats.memory.pressure == nil)
        #expect(stats.pids == .init(current: 3, limit: 0))
        #expect(
            stats.blockIO.serviceBytes == [
                .init(major: 8, minor: 0, operation: "Read", value: 1),
                .init(major: 8, minor: 0, operation: "Write", value: 2),
                .init(major: 254, minor: 16, operation: "Read", value: 9),
            ]
        )
        #expect(stats.blockIO.serviced.map(\.value) == [3, 4])
        #expect(stats.hugePages == ["2MB": .init(usage: 4096, failureCount: 6)])
        #expect(stats.rdmaCurrent == [.init(device: "mlx4_0", hcaHandles: 2, hcaObjects: 2000)])
        #expect(stats.rdmaLimit == [.init(device: "mlx4_0", hcaHandles: .max, hcaObjects: .max)])
    }

    @Test("CG-11: without controllers v2 still tells CPU time and counts processes")
    func withoutControllers() throws {
        let folder = try FolderFixture()
        try folder.write("cpu.stat", "usage_usec 30\n")
        try folder.write("cgroup.procs", "10\n20\n")
        let stats = try Cgroup(paths: ["": folder.path]).stats(hugePageSizes: ["2MB"])
        #expect(stats.cpu.total == 30_000)
        #expect(stats.pids.current == 2)
        #expect(stats.memory == .init())
        #expect(stats.hugePages.isEmpty)
    }

    @Test("CG-11: statistics of v1")
    func legacy() throws {
        let folder = try FolderFixture()
        try folder.write("cpu/cpu.stat", "nr_periods 5\nnr_throttled 2\nthrottled_time 99\n")
        try folder.write("cpu/cpuacct.stat", "user 2\nsystem 3\n")
        try folder.write("cpu/cpuacct.usage", "12345\n")
        try folder.write("cpu/cpuacct.usage_percpu", "10 20 \n")
        try folder.write("cpu/cpuacct.usage_all", "cpu user system\n0 1 2\n1 3 4\n")
        try folder.write("cpuset/cpuset.cpus", "0-2,5\n")
        try folder.write("cpuset/cpuset.sched_relax_domain_level", "-1\n")
        try folder.write("memory/memory.stat", "cache 7\nrss -3\n")
        try folder.write("memory/memory.usage_in_bytes", "100\n")
        try folder.write("memory/memory.failcnt", "4\n")
        try folder.write("memory/memory.memsw.usage_in_bytes", "120\n")
        try folder.write("pids/pids.current", "1\n")
        try folder.write("pids/pids.max", "10\n")
        try folder.write("blkio/blkio.throttle.io_serviced", "8:0 Read 124\n8:0 Total 124\nTotal 124\n")
        try folder.write("blkio/blkio.throttle.io_service_bytes", "8:0 Read 5\nTotal 5\n")
        try folder.write("hugetlb/hugetlb.2MB.usage_in_bytes", "1\n")
        var paths = ["cpu": "\(folder.path)/cpu", "cpuacct": "\(folder.path)/cpu"]
        for name in ["cpuset", "memory", "pids", "blkio", "hugetlb"] { paths[name] = "\(folder.path)/\(name)" }
        let stats = try Cgroup(paths: paths).stats(hugePageSizes: ["2MB"])
        #expect((stats.cpu.periods, stats.cpu.throttledPeriods, stats.cpu.throttledTime) == (5, 2, 99))
        #expect((stats.cpu.total, stats.cpu.user, stats.cpu.kernel) == (12345, 20_000_000, 30_000_000))
        #expect(stats.cpu.perCPU == [10, 20])
        #expect((stats.cpu.perCPUUser, stats.cpu.perCPUKernel) == ([1, 3], [2, 4]))
        #expect(stats.cpuset.cpus == [0, 1, 2, 5])
        #expect(stats.cpuset.schedRelaxDomainLevel == -1)
        #expect(stats.memory.raw == ["cache": 7, "rss": 0])
        #expect(stats.memory.usage == .init(limit: 0, usage: 100, max: 0, failureCount: 4))
        #expect(stats.memory.swap.usage == 120)
        #expect(stats.pids == .init(current: 1, limit: 10))
        #expect(stats.blockIO.serviced.map(\.operation) == ["Read", "Total"])
        #expect(stats.blockIO.serviceBytes.map(\.value) == [5])
        #expect(stats.hugePages["2MB"]?.usage == 1)
    }

    @Test("CG-11: a file that is not as the kernel writes it is an error with its path")
    func malformed() throws {
        let folder = try FolderFixture()
        try folder.write("cpu.stat", "usage_usec many\n")
        let text = failure { _ = try Cgroup(paths: ["": folder.path]).stats(hugePageSizes: []) }
        #expect(text == "unable to parse \(folder.path)/cpu.stat: \"many\" is no number")
    }

    @Test(
        "CG-11: page sizes are named as the cgroup files name them",
        arguments: [
            ("hugepages-2048kB", "2MB"), ("hugepages-1048576kB", "1GB"), ("hugepages-64kB", "64KB"),
            ("hugepages-x", nil), ("other", nil),
        ] as [(String, String?)]
    )
    func pageSizes(name: String, size: String?) { #expect(StatFile.hugePageSize(name) == size) }

    @Test("CG-11: OOM kills are told once, and the end with the last process")
    func notifier() throws {
        let folder = try FolderFixture()
        try folder.write("memory.events", "oom 5\noom_kill 2\n")
        try folder.write("cgroup.events", "populated 1\nfrozen 0\n")
        var notifier = try Cgroup(paths: ["": folder.path]).oomNotifier()
        #expect(try notifier.drain() == (0, false))
        try folder.write("memory.events", "oom 9\noom_kill 5\n")
        #expect(try notifier.drain() == (3, false))
        #expect(try notifier.drain() == (0, false))
        try folder.write("cgroup.events", "populated 0\nfrozen 0\n")
        #expect(try notifier.drain() == (0, true))
    }
}
