internal import CommandLine
internal import Linux
internal import OCI

/// The limits of an `update` command line.
struct ResourceFlags {
    private let values: Values
    private let log: Log

    init(_ call: Call) {
        values = call.values
        log = call.log
    }

    /// - Throws: `.usage` that names the flag, or what is wrong with the file of --resources.
    func resources() throws(RuntimeError) -> Resources {
        if values.has(.l3CacheSchema) { throw .notYet("--l3-cache-schema") }
        if values.has(.memBwSchema) { throw .notYet("--mem-bw-schema") }
        var resources = try requested()
        if resources.memory.kernel != nil || resources.memory.kernelTCP != nil {
            log.warning("Kernel memory settings are ignored and will be removed")
        }
        // Without a memory limit there is nothing that a swap limit could be part of.
        if resources.memory.limit == -1 && resources.memory.swap == nil { resources.memory.swap = -1 }
        return resources
    }

    private func requested() throws(RuntimeError) -> Resources {
        if let path = values.text(.resources) { return try read(path) }
        return try flags()
    }

    private func read(_ path: String) throws(RuntimeError) -> Resources {
        let bytes = try attempt("open \(path)") { () throws(Errno) in
            try path == "-" ? BorrowedDescriptor.standardInput.readAll() : HostFile.read(path)
        }
        return try Resources.parse(bytes)
    }

    private func flags() throws(RuntimeError) -> Resources {
        var result = Resources()
        result.blockIO.weight = try weight()
        result.cpu = try cpu()
        result.memory = try memory()
        result.pidsLimit = values.integer(.pidsLimit).map(Int64.init)
        return result
    }

    /// 0 is "not given", as for runc.
    private func weight() throws(RuntimeError) -> UInt16? {
        guard let number = values.integer(.blkioWeight), number != 0 else { return nil }
        guard let weight = UInt16(exactly: number) else {
            throw invalid(.blkioWeight, "\(number)")
        }
        return weight
    }

    private func cpu() throws(RuntimeError) -> Resources.CPU {
        var cpu = Resources.CPU()
        cpu.shares = try number(.cpuShare)
        cpu.quota = try number(.cpuQuota)
        cpu.burst = try number(.cpuBurst)
        cpu.period = try number(.cpuPeriod)
        cpu.realtimeRuntime = try number(.cpuRealtimeRuntime)
        cpu.realtimePeriod = try number(.cpuRealtimePeriod)
        cpu.idle = try number(.cpuIdle)
        cpu.cpus = values.text(.cpusetCPUs)
        cpu.mems = values.text(.cpusetMems)
        return cpu
    }

    private func memory() throws(RuntimeError) -> Resources.Memory {
        var memory = Resources.Memory()
        memory.limit = try size(.memory)
        memory.reservation = try size(.memoryReservation)
        memory.swap = try size(.memorySwap)
        memory.kernel = try size(.kernelMemory)
        memory.kernelTCP = try size(.kernelMemoryTCP)
        return memory
    }

    private func number<Number: FixedWidthInteger>(_ flag: Flag) throws(RuntimeError) -> Number? {
        guard let text = values.text(flag) else { return nil }
        guard let number = Number(text) else { throw invalid(flag, text) }
        return number
    }

    private func size(_ flag: Flag) throws(RuntimeError) -> Int64? {
        guard let text = values.text(flag) else { return nil }
        guard let size = ByteSize.parse(text) else { throw invalid(flag, text) }
        return size
    }

    private func invalid(_ flag: Flag, _ text: String) -> RuntimeError {
        RuntimeError(.usage, "invalid value for \(flag.name): \"\(text)\"")
    }
}
