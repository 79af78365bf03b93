internal import OCI

extension V2 {
    static func stats(_ path: String, hugePageSizes: [String]) throws(RuntimeError) -> CgroupStats {
        var stats = CgroupStats()
        stats.pids = try pidsStats(path)
        stats.memory = try memoryStats(path)
        stats.blockIO = try ioStats(path)
        stats.cpu = try cpuStats(path)
        for size in hugePageSizes {
            let name = "\(path)/hugetlb.\(size)"
            var usage = try StatFile.number("\(name).rsvd.current")
            if usage == nil { usage = try StatFile.number("\(name).current") }
            guard let usage else { continue }
            let events = try StatFile.pairs("\(name).events") ?? [:]
            stats.hugePages[size] = CgroupStats.HugePages(usage: usage, failureCount: events["max"] ?? 0)
        }
        stats.rdmaLimit = try StatFile.rdma("\(path)/rdma.max")
        stats.rdmaCurrent = try StatFile.rdma("\(path)/rdma.current")
        return stats
    }

    /// Without the controller the processes are counted.
    private static func pidsStats(_ path: String) throws(RuntimeError) -> CgroupStats.Pids {
        guard let current = try StatFile.number("\(path)/pids.current") else {
            let lines = try Cgroup.processes(in: path)
            return CgroupStats.Pids(current: UInt64(lines.count))
        }
        let limit = try StatFile.number("\(path)/pids.max") ?? .max
        return CgroupStats.Pids(current: current, limit: limit == .max ? 0 : limit)
    }

    private static func memoryStats(_ path: String) throws(RuntimeError) -> CgroupStats.Memory {
        var memory = CgroupStats.Memory()
        memory.pressure = try StatFile.pressure("\(path)/memory.pressure")
        guard let raw = try StatFile.pairs("\(path)/memory.stat") else { return memory }
        memory.raw = raw
        memory.cache = raw["file"] ?? 0
        memory.usage = try counter("\(path)/memory")
        // As v1 counts it: memory and swap together, of which there is no highest value.
        var swap = try counter("\(path)/memory.swap")
        swap.usage += memory.usage.usage
        if swap.limit != .max {
            let (sum, overflow) = swap.limit.addingReportingOverflow(memory.usage.limit)
            swap.limit = overflow ? .max : sum
        }
        swap.max = 0
        memory.swap = swap
        return memory
    }

    /// `.peak` came with Linux 5.19, of swap with 6.5.
    private static func counter(_ name: String) throws(RuntimeError) -> CgroupStats.MemoryCounter {
        guard let usage = try StatFile.number("\(name).current") else { return CgroupStats.MemoryCounter() }
        return CgroupStats.MemoryCounter(
            limit: try StatFile.number("\(name).max") ?? 0,
            usage: usage,
            max: try StatFile.number("\(name).peak") ?? 0
        )
    }

    private static func cpuStats(_ path: String) throws(RuntimeError) -> CgroupStats.CPU {
        var cpu = CgroupStats.CPU()
        cpu.pressure = try StatFile.pressure("\(path)/cpu.pressure")
        guard let values = try StatFile.pairs("\(path)/cpu.stat") else { return cpu }
        cpu.total = (values["usage_usec"] ?? 0) * 1000
        cpu.user = (values["user_usec"] ?? 0) * 1000
        cpu.kernel = (values["system_usec"] ?? 0) * 1000
        cpu.periods = values["nr_periods"] ?? 0
        cpu.throttledPeriods = values["nr_throttled"] ?? 0
        cpu.throttledTime = (values["throttled_usec"] ?? 0) * 1000
        cpu.burstPeriods = values["nr_bursts"] ?? 0
        cpu.burstTime = (values["burst_usec"] ?? 0) * 1000
        return cpu
    }

    /// io.stat, `8:0 rbytes=1 wbytes=2 rios=3 wios=4 …`, in v1's words.
    private static func ioStats(_ path: String) throws(RuntimeError) -> CgroupStats.BlockIO {
        let file = "\(path)/io.stat"
        var io = CgroupStats.BlockIO()
        io.pressure = try StatFile.pressure("\(path)/io.pressure")
        for line in (try CgroupFile.readIfPresent(file) ?? "").split(separator: "\n") {
            let fields = line.split(separator: " ")
            let numbers = fields.first?.split(separator: ":") ?? []
            guard numbers.count == 2, let major = UInt64(numbers[0]), let minor = UInt64(numbers[1]) else { continue }
            for field in fields.dropFirst() {
                let pair = field.split(separator: "=", maxSplits: 1)
                guard pair.count == 2, let value = UInt64(pair[1]) else { continue }
                let operation = pair[0].hasPrefix("r") ? "Read" : "Write"
                let entry = CgroupStats.DeviceCounter(major: major, minor: minor, operation: operation, value: value)
                switch pair[0] {
                case "rbytes", "wbytes": io.serviceBytes.append(entry)
                case "rios", "wios": io.serviced.append(entry)
                default: break
                }
            }
        }
        return io
    }
}
