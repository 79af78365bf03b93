internal import CommandLine

/// The flags of `update` alone.
extension Flag {
    static let resources = Flag(
        "resources",
        short: "r",
        placeholder: "FILE",
        "take linux.resources of config.json as JSON from FILE, or from standard input for -; other flags are ignored"
    )
    static let blkioWeight = Flag(
        "blkio-weight",
        kind: .integer,
        placeholder: "N",
        "block I/O weight, 10 to 1000"
    )
    static let cpuPeriod = Flag("cpu-period", placeholder: "MICROSECONDS", "length of a CFS period")
    static let cpuQuota = Flag("cpu-quota", placeholder: "MICROSECONDS", "CPU time in a period; -1: no limit")
    static let cpuBurst = Flag(
        "cpu-burst",
        placeholder: "MICROSECONDS",
        "unused quota that a later period may use up"
    )
    static let cpuShare = Flag("cpu-share", placeholder: "N", "CPU shares, relative to other cgroups")
    static let cpuRealtimePeriod = Flag(
        "cpu-rt-period",
        placeholder: "MICROSECONDS",
        "length of a real-time period (cgroup v1)"
    )
    static let cpuRealtimeRuntime = Flag(
        "cpu-rt-runtime",
        placeholder: "MICROSECONDS",
        "real-time CPU time in a period (cgroup v1)"
    )
    static let cpusetCPUs = Flag("cpuset-cpus", placeholder: "LIST", "CPUs to run on, as 0-3,7")
    static let cpusetMems = Flag("cpuset-mems", placeholder: "LIST", "memory nodes to use, as 0,1")
    static let cpuIdle = Flag("cpu-idle", placeholder: "0|1", "1: run only when nothing else wants the CPU")
    static let memory = Flag("memory", placeholder: "SIZE", "memory limit in bytes or with K, M, G; -1: no limit")
    static let memoryReservation = Flag(
        "memory-reservation",
        placeholder: "SIZE",
        "memory that is reclaimed last"
    )
    static let memorySwap = Flag(
        "memory-swap",
        placeholder: "SIZE",
        "limit of memory and swap together; -1: no limit"
    )
    static let kernelMemory = Flag("kernel-memory", placeholder: "SIZE", hidden: true, "(obsolete: ignored)")
    static let kernelMemoryTCP = Flag("kernel-memory-tcp", placeholder: "SIZE", hidden: true, "(obsolete: ignored)")
    static let pidsLimit = Flag("pids-limit", kind: .integer, placeholder: "N", "highest number of tasks; -1: no limit")
    static let l3CacheSchema = Flag(
        "l3-cache-schema",
        placeholder: "SCHEMA",
        "Intel RDT cache schema (not supported by this version)"
    )
    static let memBwSchema = Flag(
        "mem-bw-schema",
        placeholder: "SCHEMA",
        "Intel RDT memory bandwidth schema (not supported by this version)"
    )

    static let limits = [
        resources, blkioWeight, cpuPeriod, cpuQuota, cpuBurst, cpuShare, cpuRealtimePeriod, cpuRealtimeRuntime,
        cpusetCPUs, cpusetMems, cpuIdle, memory, memoryReservation, memorySwap, kernelMemory, kernelMemoryTCP,
        pidsLimit, l3CacheSchema, memBwSchema,
    ]
}
