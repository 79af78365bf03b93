internal import OCI

extension V1 {
    static func stats(_ paths: [String: String], hugePageSizes: [String]) throws(RuntimeError) -> CgroupStats {
        var stats = CgroupStats()
        if let path = paths["cpu"] { try readThrottling(path, &stats.cpu) }
        if let path = paths["cpuacct"] { try readUsage(path, &stats.cpu) }
        if let path = paths["cpuset"] { stats.cpuset = try cpusetStats(path) }
        if let path = paths["memory"] { stats.memory = try memoryStats(path) }
        if let path = paths["pids"] { stats.pids = try pidsStats(path) }
        if let path = paths["blkio"] { stats.blockIO = try blkioStats(path) }
        if let path = paths["hugetlb"] {
            for size in hugePageSizes { stats.hugePages[size] = try hugePages("\(path)/hugetlb.\(size)") }
        }
        if let path = paths["rdma"] {
            stats.rdmaLimit = try StatFile.rdma("\(path)/rdma.max")
            stats.rdmaCurrent = try StatFile.rdma("\(path)/rdma.current")
        }
        return stats
    }

    private static func pidsStats(_ path: String) throws(RuntimeError) -> CgroupStats.Pids {
        let limit = try StatFile.number("\(path)/pids.max") ?? .max
        let current = try StatFile.number("\(path)/pids.current") ?? 0
        return CgroupStats.Pids(current: current, limit: limit == .max ? 0 : limit)
    }

    private static func readThrottling(_ path: String, _ cpu: inout CgroupStats.CPU) throws(RuntimeError) {
        guard let values = try StatFile.pairs("\(path)/cpu.stat") else { return }
        cpu.periods = values["nr_periods"] ?? 0
        cpu.throttledPeriods = values["nr_throttled"] ?? 0
        cpu.throttledTime = values["throttled_time"] ?? 0
        cpu.burstPeriods = values["nr_bursts"] ?? 0
        cpu.burstTime = values["burst_time"] ?? 0
    }

    private static func readUsage(_ path: String, _ cpu: inout CgroupStats.CPU) throws(RuntimeError) {
        // USER_HZ, 100 on every architecture that Swift knows: ticks of 10 ms.
        let nanosecondsPerTick: UInt64 = 10_000_000
        let ticks = try StatFile.pairs("\(path)/cpuacct.stat") ?? [:]
        cpu.user = (ticks["user"] ?? 0) * nanosecondsPerTick
        cpu.kernel = (ticks["system"] ?? 0) * nanosecondsPerTick
        cpu.total = try StatFile.number("\(path)/cpuacct.usage") ?? 0
        cpu.perCPU = try StatFile.numbers("\(path)/cpuacct.usage_percpu")
        // A head line, `cpu user system`, then one line a CPU.
        let file = "\(path)/cpuacct.usage_all"
        for line in (try CgroupFile.readIfPresent(file) ?? "").split(separator: "\n").dropFirst() {
            let fields = line.split(separator: " ")
            if fields.count < 3 { continue }
            cpu.perCPUUser.append(try StatFile.parsed(fields[1], file))
            cpu.perCPUKernel.append(try StatFile.parsed(fields[2], file))
        }
    }

    private static func cpusetStats(_ path: String) throws(RuntimeError) -> CgroupStats.CPUSet {
        func number(_ name: String) throws(RuntimeError) -> UInt64 {
            try StatFile.number("\(path)/cpuset.\(name)") ?? 0
        }
        var cpuset = CgroupStats.CPUSet()
        cpuset.cpus = try StatFile.list("\(path)/cpuset.cpus")
        cpuset.mems = try StatFile.list("\(path)/cpuset.mems")
        cpuset.cpuExclusive = try number("cpu_exclusive")
        cpuset.memHardwall = try number("mem_hardwall")
        cpuset.memExclusive = try number("mem_exclusive")
        cpuset.memoryMigrate = try number("memory_migrate")
        cpuset.memorySpreadPage = try number("memory_spread_page")
        cpuset.memorySpreadSlab = try number("memory_spread_slab")
        cpuset.memoryPressure = try number("memory_pressure")
        cpuset.schedLoadBalance = try number("sched_load_balance")
        let level = try CgroupFile.readIfPresent("\(path)/cpuset.sched_relax_domain_level") ?? "0"
        cpuset.schedRelaxDomainLevel = Int64(firstLine(level)) ?? 0
        return cpuset
    }

    private static func memoryStats(_ path: String) throws(RuntimeError) -> CgroupStats.Memory {
        var memory = CgroupStats.Memory()
        guard let raw = try StatFile.pairs("\(path)/memory.stat") else { return memory }
        memory.raw = raw
        memory.cache = raw["cache"] ?? 0
        memory.usage = try counter("\(path)/memory")
        memory.swap = try counter("\(path)/memory.memsw")
        memory.kernel = try counter("\(path)/memory.kmem")
        memory.kernelTCP = try counter("\(path)/memory.kmem.tcp")
        return memory
    }

    /// Swap and kernel memory are options of the kernel; newer ones have no kmem.limit_in_bytes.
    private static func counter(_ name: String) throws(RuntimeError) -> CgroupStats.MemoryCounter {
        CgroupStats.MemoryCounter(
            limit: try StatFile.number("\(name).limit_in_bytes") ?? 0,
            usage: try StatFile.number("\(name).usage_in_bytes") ?? 0,
            max: try StatFile.number("\(name).max_usage_in_bytes") ?? 0,
            failureCount: try StatFile.number("\(name).failcnt") ?? 0
        )
    }

    private static func hugePages(_ name: String) throws(RuntimeError) -> CgroupStats.HugePages {
        let prefix = try StatFile.number("\(name).rsvd.usage_in_bytes") == nil ? name : "\(name).rsvd"
        return CgroupStats.HugePages(
            usage: try StatFile.number("\(prefix).usage_in_bytes") ?? 0,
            max: try StatFile.number("\(prefix).max_usage_in_bytes") ?? 0,
            failureCount: try StatFile.number("\(prefix).failcnt") ?? 0
        )
    }

    /// Who counts depends on the I/O scheduler: BFQ, CFQ (before Linux 5.0), or only the throttling. The first that
    /// has counted anything is taken.
    private static func blkioStats(_ path: String) throws(RuntimeError) -> CgroupStats.BlockIO {
        var io = CgroupStats.BlockIO()
        for prefix in ["blkio.bfq.", "blkio.", "blkio.throttle."] {
            for suffix in ["_recursive", ""] {
                io.serviced = try counters("\(path)/\(prefix)io_serviced\(suffix)")
                if io.serviced.isEmpty { continue }
                io.serviceBytes = try counters("\(path)/\(prefix)io_service_bytes\(suffix)")
                io.queued = try counters("\(path)/\(prefix)io_queued\(suffix)")
                io.serviceTime = try counters("\(path)/\(prefix)io_service_time\(suffix)")
                io.waitTime = try counters("\(path)/\(prefix)io_wait_time\(suffix)")
                io.merged = try counters("\(path)/\(prefix)io_merged\(suffix)")
                io.time = try counters("\(path)/\(prefix)time\(suffix)")
                io.sectors = try counters("\(path)/\(prefix)sectors\(suffix)")
                return io
            }
        }
        return io
    }

    /// `8:0 Read 124`, or `8:0 6792` without an operation; the line `Total 228` is left out.
    private static func counters(_ file: String) throws(RuntimeError) -> [CgroupStats.DeviceCounter] {
        var result: [CgroupStats.DeviceCounter] = []
        for line in (try CgroupFile.readIfPresent(file) ?? "").split(separator: "\n") {
            let fields = line.split { $0 == " " || $0 == ":" }
            if fields.count == 2 && fields[0] == "Total" { continue }
            guard fields.count >= 3, let major = UInt64(fields[0]), let minor = UInt64(fields[1]) else {
                throw RuntimeError(.kernel, "unable to parse \(file): malformed line \"\(line)\"")
            }
            let operation = fields.count > 3 ? String(fields[2]) : ""
            let value = try StatFile.parsed(fields[fields.count - 1], file)
            result.append(
                CgroupStats.DeviceCounter(major: major, minor: minor, operation: operation, value: value)
            )
        }
        return result
    }
}
