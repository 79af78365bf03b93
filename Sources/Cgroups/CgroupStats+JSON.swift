package import JSON

extension CgroupStats {
    /// The `data` of a stats event. Callers decode it into runc's types, so a zero is left out where runc leaves it out.
    package func write(to json: inout JSONWriter) {
        json.beginObject()
        json.key("cpu")
        writeCPU(to: &json)
        json.key("cpuset")
        writeCPUSet(to: &json)
        json.key("memory")
        writeMemory(to: &json)
        json.key("pids")
        json.beginObject()
        json.nonZero("current", pids.current)
        json.nonZero("limit", pids.limit)
        json.endObject()
        json.key("blkio")
        writeBlockIO(to: &json)
        json.key("hugetlb")
        writeHugePages(to: &json)
        // What this version does not do: no resource control groups, and interfaces are the caller's.
        json.key("intel_rdt")
        json.beginObject()
        json.endObject()
        json.key("network_interfaces")
        json.null()
        json.endObject()
    }

    private func writeCPU(to json: inout JSONWriter) {
        let cpu = self.cpu
        json.beginObject()
        if cpu.total != 0 || cpu.kernel != 0 || cpu.user != 0 || !cpu.perCPU.isEmpty {
            json.key("usage")
            json.beginObject()
            json.nonZero("total", cpu.total)
            json.nonEmpty("percpu", cpu.perCPU)
            json.nonEmpty("percpu_kernel", cpu.perCPUKernel)
            json.nonEmpty("percpu_user", cpu.perCPUUser)
            json.member("kernel", cpu.kernel)
            json.member("user", cpu.user)
            json.endObject()
        }
        if cpu.periods != 0 || cpu.throttledPeriods != 0 || cpu.throttledTime != 0 {
            json.key("throttling")
            json.beginObject()
            json.nonZero("periods", cpu.periods)
            json.nonZero("throttledPeriods", cpu.throttledPeriods)
            json.nonZero("throttledTime", cpu.throttledTime)
            json.endObject()
        }
        json.pressure(cpu.pressure)
        json.endObject()
    }

    private func writeCPUSet(to json: inout JSONWriter) {
        let set = cpuset
        json.beginObject()
        json.nonEmpty("cpus", set.cpus)
        json.member("cpu_exclusive", set.cpuExclusive)
        json.nonEmpty("mems", set.mems)
        json.member("mem_hardwall", set.memHardwall)
        json.member("mem_exclusive", set.memExclusive)
        json.member("memory_migrate", set.memoryMigrate)
        json.member("memory_spread_page", set.memorySpreadPage)
        json.member("memory_spread_slab", set.memorySpreadSlab)
        json.member("memory_pressure", set.memoryPressure)
        json.member("sched_load_balance", set.schedLoadBalance)
        json.member("sched_relax_domain_level", set.schedRelaxDomainLevel)
        json.endObject()
    }

    private func writeMemory(to json: inout JSONWriter) {
        let memory = self.memory
        json.beginObject()
        json.nonZero("cache", memory.cache)
        json.counter("usage", memory.usage)
        json.counter("swap", memory.swap)
        json.counter("kernel", memory.kernel)
        json.counter("kernelTCP", memory.kernelTCP)
        if !memory.raw.isEmpty {
            json.key("raw")
            json.beginObject()
            for (name, value) in memory.raw.sorted(by: { $0.key < $1.key }) { json.member(name, value) }
            json.endObject()
        }
        json.pressure(memory.pressure)
        json.endObject()
    }

    private func writeBlockIO(to json: inout JSONWriter) {
        let io = blockIO
        json.beginObject()
        json.counters("ioServiceBytesRecursive", io.serviceBytes)
        json.counters("ioServicedRecursive", io.serviced)
        json.counters("ioQueueRecursive", io.queued)
        json.counters("ioServiceTimeRecursive", io.serviceTime)
        json.counters("ioWaitTimeRecursive", io.waitTime)
        json.counters("ioMergedRecursive", io.merged)
        json.counters("ioTimeRecursive", io.time)
        json.counters("sectorsRecursive", io.sectors)
        json.pressure(io.pressure)
        json.endObject()
    }

    private func writeHugePages(to json: inout JSONWriter) {
        json.beginObject()
        for (size, pages) in hugePages.sorted(by: { $0.key < $1.key }) {
            json.key(size)
            json.beginObject()
            json.nonZero("usage", pages.usage)
            json.nonZero("max", pages.max)
            json.member("failcnt", pages.failureCount)
            json.endObject()
        }
        json.endObject()
    }
}

extension JSONWriter {
    fileprivate mutating func member(_ name: String, _ value: some BinaryInteger) {
        key(name)
        integer(value)
    }

    fileprivate mutating func nonZero(_ name: String, _ value: UInt64) {
        if value != 0 { member(name, value) }
    }

    fileprivate mutating func nonEmpty(_ name: String, _ values: [some BinaryInteger]) {
        if values.isEmpty { return }
        key(name)
        beginArray()
        for value in values { integer(value) }
        endArray()
    }

    fileprivate mutating func counter(_ name: String, _ counter: CgroupStats.MemoryCounter) {
        if counter.limit | counter.usage | counter.max | counter.failureCount == 0 { return }
        key(name)
        beginObject()
        member("limit", counter.limit)
        nonZero("usage", counter.usage)
        nonZero("max", counter.max)
        member("failcnt", counter.failureCount)
        endObject()
    }

    fileprivate mutating func counters(_ name: String, _ entries: [CgroupStats.DeviceCounter]) {
        if entries.isEmpty { return }
        key(name)
        beginArray()
        for entry in entries {
            beginObject()
            nonZero("major", entry.major)
            nonZero("minor", entry.minor)
            if !entry.operation.isEmpty {
                key("op")
                string(entry.operation)
            }
            nonZero("value", entry.value)
            endObject()
        }
        endArray()
    }

    fileprivate mutating func pressure(_ pressure: CgroupStats.Pressure?) {
        guard let pressure else { return }
        key("psi")
        beginObject()
        share("some", pressure.some)
        share("full", pressure.full)
        endObject()
    }

    private mutating func share(_ name: String, _ share: CgroupStats.Pressure.Share) {
        key(name)
        beginObject()
        key("avg10")
        number(share.avg10)
        key("avg60")
        number(share.avg60)
        key("avg300")
        number(share.avg300)
        member("total", share.total)
        endObject()
    }
}
