package import OCI

extension Cgroup {
    /// What the cgroup and those below it have used. Files that this kernel does not have count as nothing.
    package func stats() throws(RuntimeError) -> CgroupStats {
        try stats(hugePageSizes: StatFile.hugePageSizes())
    }

    func stats(hugePageSizes: [String]) throws(RuntimeError) -> CgroupStats {
        guard let path = unifiedPath else { return try V1.stats(paths, hugePageSizes: hugePageSizes) }
        return try V2.stats(path, hugePageSizes: hugePageSizes)
    }

    /// How many processes the kernel has killed here for want of memory; 0 where it does not count them.
    package func oomKillCount() throws(RuntimeError) -> UInt64 {
        if let path = unifiedPath { return try StatFile.pairs("\(path)/memory.events")?["oom_kill"] ?? 0 }
        guard let path = paths["memory"] else { return 0 }
        return try StatFile.pairs("\(path)/memory.oom_control")?["oom_kill"] ?? 0
    }
}
