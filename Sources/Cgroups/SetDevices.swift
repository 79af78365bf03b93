internal import Linux
internal import OCI

extension V1 {
    /// Writes devices.allow and devices.deny. A new cgroup has its parent's rules and no process yet: it begins with
    /// everything denied (or allowed). An older one goes from what it has to what it shall have.
    static func setDevices(_ access: DeviceAccess, in path: String, isNew: Bool) throws(RuntimeError) {
        var steps: [(isAllowed: Bool, lines: [String])] = []
        if isNew {
            steps.append((access.allowsByDefault, ["a"]))
            let lines = access.exceptions.map { $0.text }
            if !lines.isEmpty { steps.append((!access.allowsByDefault, lines)) }
        } else {
            let before = try DeviceAccess(list: try CgroupFile.read("\(path)/devices.list"))
            steps = access.transition(from: before)
        }
        for step in steps {
            try CgroupFile.writeEach("\(path)/devices.\(step.isAllowed ? "allow" : "deny")", step.lines)
        }
    }
}

extension V2 {
    /// Puts a device program in the place of what the runtime had attached before, or attaches a first one.
    static func setDevices(_ access: DeviceAccess, cgroup: BorrowedDescriptor) throws(RuntimeError) {
        let old = try attempt("bpf_prog_query(BPF_CGROUP_DEVICE)") { () throws(Errno) in
            try cgroup.devicePrograms()
        }
        // Without a program the kernel allows everything.
        if access.allowsAll && old.isEmpty { return }
        let program = try attempt("bpf_prog_load(BPF_PROG_TYPE_CGROUP_DEVICE)") { () throws(Errno) in
            try DeviceProgram.load(DeviceFilter(access).instructions)
        }
        try attempt("bpf_prog_attach(BPF_CGROUP_DEVICE)") { () throws(Errno) in
            try attach(program, replacing: old, cgroup: cgroup)
        }
    }

    /// All attached programs have to agree, so new and old together are never more than the stricter of the two, and
    /// there is no moment without one.
    private static func attach(
        _ program: borrowing FileDescriptor,
        replacing old: [UInt32],
        cgroup: BorrowedDescriptor
    ) throws(Errno) {
        if old.count == 1, try replace(old[0], by: program, cgroup: cgroup) { return }
        try cgroup.attachDeviceProgram(program)
        for id in old {
            do { try cgroup.detachDeviceProgram(try DeviceProgram.open(id: id)) } catch {
                // Another's program, which a security module keeps from us, may stay: it can only refuse more.
                if error != .notPermitted && error != .access && error != .noEntry { throw error }
            }
        }
    }

    /// False where the kernel is older than 5.6 or the old program is not ours to see.
    private static func replace(
        _ id: UInt32,
        by program: borrowing FileDescriptor,
        cgroup: BorrowedDescriptor
    ) throws(Errno) -> Bool {
        do {
            let old = try DeviceProgram.open(id: id)
            try cgroup.attachDeviceProgram(program, replacing: old.borrowed)
            return true
        } catch {
            switch error {
            case .invalid, .notPermitted, .access, .noEntry: return false
            default: throw error
            }
        }
    }
}
