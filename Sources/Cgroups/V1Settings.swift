internal import Linux
internal import OCI

/// cgroup v1 (the kernel's Documentation/admin-guide/cgroup-v1/).
enum V1 {
    /// All but devices, in runc's order. `memoryLimit` reads memory.limit_in_bytes as it is now.
    static func settings(
        for resources: Resources,
        memoryLimit: () throws(RuntimeError) -> UInt64
    ) throws(RuntimeError) -> [ControllerSettings] {
        if !resources.unified.isEmpty {
            throw RuntimeError(.invalidSpec, "invalid configuration: cannot use unified on cgroup v1")
        }
        let all = [
            ControllerSettings("cpuset", cpuset(resources.cpu)),
            ControllerSettings("memory", try memory(resources.memory, currentLimit: memoryLimit)),
            ControllerSettings("cpu", try cpu(resources.cpu)),
            ControllerSettings("cpu", realtime(resources.cpu)),
            ControllerSettings("pids", pids(resources.pidsLimit)),
            ControllerSettings("blkio", blkio(resources.blockIO)),
            ControllerSettings("hugetlb", try hugetlb(resources.hugepageLimits, suffix: ".limit_in_bytes")),
            ControllerSettings("net_cls", networkClass(resources.networkClassID)),
            ControllerSettings("net_prio", priorities(resources.networkPriorities)),
            ControllerSettings("rdma", rdma(resources.rdma)),
        ]
        return all.filter { !$0.settings.isEmpty }
    }

    private static func cpuset(_ cpu: Resources.CPU) -> [Setting] {
        var settings: [Setting] = []
        if !cpu.cpuList.isEmpty { settings.append(Setting("cpuset.cpus", cpu.cpuList)) }
        if !cpu.memList.isEmpty { settings.append(Setting("cpuset.mems", cpu.memList)) }
        return settings
    }

    private static func memory(
        _ memory: Resources.Memory,
        currentLimit: () throws(RuntimeError) -> UInt64
    ) throws(RuntimeError) -> [Setting] {
        var settings = try limits(memory, currentLimit: currentLimit)
        if let value = given(memory.reservation) {
            settings.append(Setting("memory.soft_limit_in_bytes", "\(value)"))
        }
        if memory.disableOOMKiller == true { settings.append(Setting("memory.oom_control", "1")) }
        if let value = memory.swappiness, Int64(bitPattern: value) != -1 {
            if value > 100 {
                let text = "invalid memory swappiness value: \(value) (valid range is 0-100)"
                throw RuntimeError(.invalidSpec, text)
            }
            settings.append(Setting("memory.swappiness", "\(value)"))
        }
        return settings
    }

    /// The kernel refuses a memory limit above the one of memory and swap at any moment: raise the latter first, lower
    /// it last.
    private static func limits(
        _ memory: Resources.Memory,
        currentLimit: () throws(RuntimeError) -> UInt64
    ) throws(RuntimeError) -> [Setting] {
        let limit = given(memory.limit).map { Setting("memory.limit_in_bytes", "\($0)") }
        let both = "memory.memsw.limit_in_bytes"
        guard let swap = given(memory.swap) else {
            // No limit on memory means none on both; a kernel without swap accounting has no such file.
            let lifted = memory.limit == -1 ? [Setting(both, "-1", .skipMissing)] : []
            return lifted + [limit].compactMap { $0.self }
        }
        guard let limit else { return [Setting(both, "\(swap)")] }
        let raisesFirst = swap == -1 ? true : try currentLimit() < UInt64(max(swap, 0))
        return raisesFirst ? [Setting(both, "\(swap)"), limit] : [limit, Setting(both, "\(swap)")]
    }

    private static func cpu(_ cpu: Resources.CPU) throws(RuntimeError) -> [Setting] {
        var settings: [Setting] = []
        if let shares = cpu.shares, shares != 0 {
            // The kernel cuts it to its range in silence.
            if shares > 262_144 { throw RuntimeError(.invalidSpec, "the maximum allowed cpu-shares is 262144") }
            if shares < 2 { throw RuntimeError(.invalidSpec, "the minimum allowed cpu-shares is 2") }
            settings.append(Setting("cpu.shares", "\(shares)"))
        }
        let quota = given(cpu.quota)
        // A period or burst that does not go with the old quota (EINVAL) goes with the new one.
        let refusal: Setting.Refusal = quota == nil ? .fail : .retry
        if let period = cpu.period, period != 0 { settings.append(Setting("cpu.cfs_period_us", "\(period)", refusal)) }
        if let burst = cpu.burst {
            // The file came with Linux 5.14.
            settings.append(Setting("cpu.cfs_burst_us", "\(burst)", quota == nil ? .skipMissing : .retry))
        }
        if let quota { settings.append(Setting("cpu.cfs_quota_us", "\(quota)")) }
        if let idle = cpu.idle { settings.append(Setting("cpu.idle", "\(idle)")) }
        return settings
    }

    private static func realtime(_ cpu: Resources.CPU) -> [Setting] {
        var settings: [Setting] = []
        let runtime = given(cpu.realtimeRuntime)
        if let period = cpu.realtimePeriod, period != 0 {
            settings.append(Setting("cpu.rt_period_us", "\(period)", runtime == nil ? .fail : .retry))
        }
        if let runtime { settings.append(Setting("cpu.rt_runtime_us", "\(runtime)")) }
        return settings
    }

    private static func blkio(_ io: Resources.BlockIO) -> [Setting] {
        var settings: [Setting] = []
        if let weight = io.weight, weight != 0 {
            settings.append(
                Setting("blkio.weight", "\(weight)", .instead(file: "blkio.bfq.weight", value: "\(weight)"))
            )
        }
        if let weight = io.leafWeight, weight != 0 { settings.append(Setting("blkio.leaf_weight", "\(weight)")) }
        for device in io.weightDevice {
            let name = "\(device.major):\(device.minor)"
            if let weight = device.weight, weight != 0 {
                let value = "\(name) \(weight)"
                let other = Setting.Refusal.instead(file: "blkio.bfq.weight_device", value: value)
                settings.append(Setting("blkio.weight_device", value, other))
            }
            if let weight = device.leafWeight, weight != 0 {
                settings.append(Setting("blkio.leaf_weight_device", "\(name) \(weight)"))
            }
        }
        let throttles = [
            ("read_bps", io.throttleReadBpsDevice), ("write_bps", io.throttleWriteBpsDevice),
            ("read_iops", io.throttleReadIOPSDevice), ("write_iops", io.throttleWriteIOPSDevice),
        ]
        for (key, devices) in throttles {
            for device in devices {
                let value = "\(device.major):\(device.minor) \(device.rate)"
                settings.append(Setting("blkio.throttle.\(key)_device", value))
            }
        }
        return settings
    }

    private static func networkClass(_ id: UInt32?) -> [Setting] {
        guard let id, id != 0 else { return [] }
        return [Setting("net_cls.classid", "\(id)")]
    }

    private static func priorities(_ list: [Resources.InterfacePriority]) -> [Setting] {
        list.map { Setting("net_prio.ifpriomap", "\($0.name) \($0.priority)") }
    }
}
