package import Linux
package import OCI

extension Cgroup {
    /// The first set-up of a cgroup that `create` has made, before or after a process is in it: limits, and access to
    /// devices, to which the defaults of `defaultDeviceRules` are added. `deviceNodes` are the paths of `linux.devices`,
    /// for which a default rule about the same node makes room. `directory` is what `open` gave, where the caller has it.
    package func apply(
        _ resources: Resources,
        deviceNodes: [String] = [],
        log: Log,
        directory: BorrowedDescriptor? = nil
    ) throws(RuntimeError) {
        let access = try DeviceAccess(Cgroup.deviceRules(resources.devices, nodes: deviceNodes))
        warnOfIgnored(resources, log: log)
        if let path = unifiedPath {
            try apply(try V2.settings(for: resources))
            if let directory {
                try V2.setDevices(access, cgroup: directory)
            } else {
                let opened = try open()
                try V2.setDevices(access, cgroup: opened.borrowed)
            }
            try V2.applyUnified(resources.unified, in: path)
        } else {
            try apply(try v1Settings(resources))
            if let path = paths["devices"] { try V1.setDevices(access, in: path, isNew: true) }
        }
    }

    /// Changes what `resources` gives and leaves the rest. `current` is what the container had so far: memory and swap
    /// depend on each other. Access to devices changes only where rules are given, and without a moment of other rules.
    package func update(
        _ resources: Resources,
        current: Resources?,
        deviceNodes: [String] = [],
        log: Log
    ) throws(RuntimeError) {
        let resources = Cgroup.merged(resources, current: current)
        let rules = Cgroup.deviceRules(resources.devices, nodes: deviceNodes)
        let access = resources.devices.isEmpty ? nil : try DeviceAccess(rules)
        warnOfIgnored(resources, log: log)
        guard let path = unifiedPath else {
            try apply(try v1Settings(resources))
            if let access, let path = paths["devices"] { try V1.setDevices(access, in: path, isNew: false) }
            return
        }
        if resources.memory.checkBeforeUpdate == true,
            let usage = try CgroupFile.readIfPresent("\(path)/memory.current").flatMap({ UInt64(firstLine($0)) })
        {
            try V2.checkMemoryUsage(resources.memory, usage: usage)
        }
        let maximum = try CgroupFile.readIfPresent("\(path)/cpu.max")
        try apply(try V2.settings(for: resources, currentMaximum: maximum))
        if let access {
            let opened = try open()
            try V2.setDevices(access, cgroup: opened.borrowed)
        }
        try V2.applyUnified(resources.unified, in: path)
    }

    /// A limit of memory or of memory and swap goes to the kernel with the other one as it was, since v2 wants the
    /// difference and v1 a certain order.
    static func merged(_ resources: Resources, current: Resources?) -> Resources {
        guard let current else { return resources }
        var merged = resources
        let given = resources.memory
        if given.limit == nil && given.swap != nil { merged.memory.limit = current.memory.limit }
        // No limit on memory lifts the one on both.
        if given.swap == nil && given.limit != nil && given.limit != -1 { merged.memory.swap = current.memory.swap }
        return merged
    }

    private func apply(_ all: [ControllerSettings]) throws(RuntimeError) {
        for settings in all {
            guard let path = unifiedPath ?? paths[settings.controller] else {
                let text = "cannot set \(settings.controller) limit: container could not join or create cgroup"
                throw RuntimeError(.kernel, text)
            }
            do { try settings.perform(in: path) } catch {
                throw unifiedPath == nil ? try V1.explained(error, settings, path: path) : error
            }
        }
    }

    private func v1Settings(_ resources: Resources) throws(RuntimeError) -> [ControllerSettings] {
        let path = paths["memory"] ?? ""
        return try V1.settings(for: resources) { () throws(RuntimeError) in
            try V1.number("\(path)/memory.limit_in_bytes")
        }
    }

    /// What runc ignores too: limits of kernel memory, which Linux 5.16 took away, and on v2 network classes and
    /// priorities, which are packet filters' business there.
    private func warnOfIgnored(_ resources: Resources, log: Log) {
        if resources.memory.kernel != nil || resources.memory.kernelTCP != nil {
            log.warning("Kernel memory settings are ignored and will be removed")
        }
        let hasNetwork = (resources.networkClassID ?? 0) != 0 || !resources.networkPriorities.isEmpty
        if unifiedPath != nil && hasNetwork {
            log.warning("network class and priorities are ignored on cgroup v2")
        }
    }
}

extension V1 {
    static func number(_ path: String) throws(RuntimeError) -> UInt64 {
        let text = firstLine(try CgroupFile.read(path))
        guard let value = UInt64(text) else { throw RuntimeError(.kernel, "\(path): \"\(text)\" is no number") }
        return value
    }

    /// `EBUSY` for a memory limit below what is in use: say how much that is.
    static func explained(
        _ error: RuntimeError,
        _ settings: ControllerSettings,
        path: String
    ) throws(RuntimeError) -> RuntimeError {
        guard settings.controller == "memory", error.errno == .busy,
            let limit = settings.settings.first(where: { $0.file == "memory.limit_in_bytes" })
        else { return error }
        let usage = try number("\(path)/memory.usage_in_bytes")
        let peak = try number("\(path)/memory.max_usage_in_bytes")
        let text = "unable to set memory limit to \(limit.value) (current usage: \(usage), peak usage: \(peak))"
        return RuntimeError(.kernel, text)
    }
}
