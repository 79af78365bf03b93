internal import Linux
internal import OCI

/// What the limits of config.json mean on v2. Pure: what is to be written, in order.
extension V2 {
    /// The controllers without which some limit could not be written.
    static func neededControllers(_ resources: Resources) -> [String] {
        var needed: [String] = []
        if resources.pidsLimit != nil { needed.append("pids") }
        if resources.memory.hasLimit { needed.append("memory") }
        if resources.blockIO != Resources.BlockIO() { needed.append("io") }
        if resources.cpu.hasBandwidth { needed.append("cpu") }
        if !resources.cpu.cpuList.isEmpty || !resources.cpu.memList.isEmpty { needed.append("cpuset") }
        if !resources.hugepageLimits.isEmpty { needed.append("hugetlb") }
        if !resources.rdma.isEmpty { needed.append("rdma") }
        return needed + unifiedControllers(resources.unified).filter { !needed.contains($0) }
    }

    /// Those that files of the `unified` map belong to: `memory` of `memory.high`.
    private static func unifiedControllers(_ files: [String: String]) -> Set<String> {
        Set(files.keys.map { (key) in String(key.prefix { $0 != "." }) }).subtracting(["cgroup"])
    }

    /// All but devices, in runc's order. `currentMaximum` is the cgroup's cpu.max, which keeps the half that is not
    /// given; nil at the first set-up.
    static func settings(
        for resources: Resources,
        currentMaximum: String? = nil
    ) throws(RuntimeError) -> [ControllerSettings] {
        let all = [
            ControllerSettings("pids", pids(resources.pidsLimit)),
            ControllerSettings("memory", try memory(resources.memory)),
            ControllerSettings("io", io(resources.blockIO)),
            ControllerSettings("cpu", cpu(resources.cpu, currentMaximum: currentMaximum)),
            ControllerSettings("cpuset", cpuset(resources.cpu)),
            ControllerSettings("hugetlb", try hugetlb(resources.hugepageLimits, suffix: ".max")),
            ControllerSettings("rdma", rdma(resources.rdma)),
        ]
        return all.filter { !$0.settings.isEmpty }
    }

    private static func memory(_ memory: Resources.Memory) throws(RuntimeError) -> [Setting] {
        var settings: [Setting] = []
        if let swap = try swapLimit(memory) {
            // Without swap in the kernel there is nothing to lift or to forbid.
            settings.append(Setting("memory.swap.max", limit(swap), swap <= 0 ? .skipMissing : .fail))
        }
        if let value = given(memory.limit) { settings.append(Setting("memory.max", limit(value))) }
        if let value = given(memory.reservation) { settings.append(Setting("memory.low", limit(value))) }
        return settings
    }

    /// The spec counts memory and swap together, v2 swap alone. -1: no limit; nil: as it is.
    static func swapLimit(_ memory: Resources.Memory) throws(RuntimeError) -> Int64? {
        let limit = memory.limit ?? 0
        guard let both = given(memory.swap) else { return limit == -1 ? -1 : nil }
        if both == -1 || limit == -1 { return both }
        if limit == 0 { throw RuntimeError(.invalidSpec, "unable to set swap limit without memory limit") }
        if limit < 0 { throw RuntimeError(.invalidSpec, "invalid memory value: \(limit)") }
        if both < limit { throw RuntimeError(.invalidSpec, "memory+swap limit should be >= memory limit") }
        return both - limit
    }

    private static func io(_ io: Resources.BlockIO) -> [Setting] {
        var settings: [Setting] = []
        if let weight = io.weight, weight != 0 {
            settings.append(
                Setting("io.bfq.weight", "\(weight)", .instead(file: "io.weight", value: "\(ioWeight(weight))"))
            )
        }
        for device in io.weightDevice {
            guard let weight = device.weight, weight != 0 else { continue }
            let name = "\(device.major):\(device.minor)"
            let other = Setting.Refusal.instead(file: "io.weight", value: "\(name) \(ioWeight(weight))")
            settings.append(Setting("io.bfq.weight", "\(name) \(weight)", other))
        }
        let throttles = [
            ("rbps", io.throttleReadBpsDevice), ("wbps", io.throttleWriteBpsDevice),
            ("riops", io.throttleReadIOPSDevice), ("wiops", io.throttleWriteIOPSDevice),
        ]
        for (key, devices) in throttles {
            for device in devices {
                settings.append(Setting("io.max", "\(device.major):\(device.minor) \(key)=\(device.rate)"))
            }
        }
        return settings
    }

    private static func cpu(_ cpu: Resources.CPU, currentMaximum: String?) -> [Setting] {
        var settings: [Setting] = []
        if let idle = cpu.idle { settings.append(Setting("cpu.idle", "\(idle)")) }
        if let shares = cpu.shares, shares != 0 { settings.append(Setting("cpu.weight", "\(cpuWeight(shares))")) }
        let quota = given(cpu.quota)
        if let burst = cpu.burst {
            settings.append(Setting("cpu.max.burst", "\(burst)", quota == nil ? .fail : .retry))
        }
        let period = cpu.period.flatMap { $0 == 0 ? nil : $0 }
        if quota != nil || period != nil {
            let current = words(currentMaximum ?? "max 100000")
            let half = quota.map { $0 > 0 ? "\($0)" : "max" } ?? current.first ?? "max"
            let other = period.map { "\($0)" } ?? (current.count > 1 ? current[1] : "100000")
            settings.append(Setting("cpu.max", "\(half) \(other)"))
        }
        return settings
    }

    private static func cpuset(_ cpu: Resources.CPU) -> [Setting] {
        var settings: [Setting] = []
        if !cpu.cpuList.isEmpty { settings.append(Setting("cpuset.cpus", cpu.cpuList)) }
        if !cpu.memList.isEmpty { settings.append(Setting("cpuset.mems", cpu.memList)) }
        return settings
    }

    /// The `unified` map: raw values for v2 files, by the file's name; a value of several lines is written line by
    /// line, as the kernel wants them (`io.max`).
    static func applyUnified(_ values: [String: String], in path: String) throws(RuntimeError) {
        for (key, value) in values.sorted(by: { $0.key < $1.key }) {
            if key.utf8.contains(0x2f) {
                throw RuntimeError(.invalidSpec, "unified resource \"\(key)\" must be a file name (no slashes)")
            }
            let lines = value.split(separator: "\n").map { String($0) }
            do {
                try CgroupFile.writeEach("\(path)/\(key)", lines.isEmpty ? [value] : lines)
            } catch {
                throw try unifiedFailure(error, key: key, path: path)
            }
        }
    }

    private static func unifiedFailure(
        _ error: RuntimeError,
        key: String,
        path: String
    ) throws(RuntimeError) -> RuntimeError {
        if error.errno == .notPermitted || error.errno == .access || error.errno == .noEntry {
            guard key.utf8.contains(0x2e) else {
                let text = "unified resource \"\(key)\" must be in the form CONTROLLER.PARAMETER"
                return RuntimeError(.invalidSpec, text)
            }
            let controller = String(key.prefix { $0 != "." })
            let present = words(try CgroupFile.read("\(path)/cgroup.controllers"))
            if controller != "cgroup" && !present.contains(controller) {
                let text = "unified resource \"\(key)\" can't be set: controller \"\(controller)\" not available"
                return RuntimeError(.kernel, text)
            }
        }
        return error.during("unable to set unified resource \"\(key)\"")
    }

    /// `checkBeforeUpdate`: v2 would rather kill than refuse a limit below the present usage.
    static func checkMemoryUsage(_ memory: Resources.Memory, usage: UInt64) throws(RuntimeError) {
        guard memory.checkBeforeUpdate == true else { return }
        if let swap = memory.swap, swap > 0, UInt64(swap) <= usage {
            throw RuntimeError(.kernel, "rejecting memory+swap limit \(swap) <= usage \(usage)")
        }
        if let limit = memory.limit, limit > 0, UInt64(limit) <= usage {
            throw RuntimeError(.kernel, "rejecting memory limit \(limit) <= usage \(usage)")
        }
    }

    private static func limit(_ value: Int64) -> String { value == -1 ? "max" : "\(value)" }
}
