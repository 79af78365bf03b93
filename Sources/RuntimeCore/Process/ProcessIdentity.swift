internal import Linux
package import OCI

extension ProcessPlan {
    /// The limits of `process` (0: the caller). The parent sets them, which may still have CAP_SYS_RESOURCE on the host.
    package func applyLimits(to process: Int32 = 0) throws(RuntimeError) {
        for limit in limits {
            try attempt("error setting rlimit type \(limit.number)") { () throws(Errno) in
                try ResourceLimit.set(limit.number, soft: limit.soft, hard: limit.hard, of: process)
            }
        }
    }

    /// proc_pid_oom_score_adj(5) of `process` (nil: the caller).
    package func applyOOMScore(to process: Int32? = nil) throws(RuntimeError) {
        guard let oomScoreAdjustment else { return }
        let path = "/proc/\(process.map(String.init) ?? "self")/oom_score_adj"
        try attempt("failed to update \(path)") { () throws(Errno) in
            try HostFile.write(path, String(oomScoreAdjustment))
        }
    }

    /// A session keyring of the container's own instead of the caller's, which those who have its user may search.
    package func joinKeyring(log: Log) throws(RuntimeError) {
        guard context.joinsKeyring else { return }
        let serial: Int32
        do { serial = try Keyring.joinSession(named: "_ses.\(context.containerID)") } catch {
            guard error == .noSystemCall else {
                throw RuntimeError(
                    .kernel,
                    "unable to join session keyring: unable to create session key",
                    errno: error
                )
            }
            return log.warning("KeyctlJoinSessionKeyring: unable to create session key: \(error)")
        }
        if !context.isInit { return }
        // KEY_OTH_SEARCH with a user namespace, else KEY_USR_SEARCH (linux/key.h).
        let search: UInt32 = context.hasUserNamespace ? 0x8 : 0x80000
        try attempt("unable to mod keyring permissions") { () throws(Errno) in
            try Keyring.setPermissions(Keyring.permissions(of: serial) | search, of: serial)
        }
    }

    package func forbidNewPrivileges() throws(RuntimeError) {
        guard noNewPrivileges else { return }
        try attempt("prctl(SET_NO_NEW_PRIVS)") { () throws(Errno) in try Credentials.forbidNewPrivileges() }
    }

    /// Without CAP_SETPCAP the bounding set stays: there is nothing in it that the process could gain.
    package func dropBounding() throws(RuntimeError) {
        guard let capabilities else { return }
        try attempt("unable to apply bounding set") { () throws(Errno) in
            guard try Capability.current().effective.contains(.setPCap) else { return }
            try Capability.limitBounding(to: capabilities.bounding)
        }
    }

    /// Umask, owner of the standard streams, groups, gid and uid; the permitted capabilities survive.
    /// The kernel clears the parent death signal when the user changes.
    package func becomeUser() throws(RuntimeError) {
        // runc's default; a caller's umask must not reach the container.
        Credentials.setUmask(user.umask ?? 0o022)
        if user.uid != 0, capabilities != nil {
            try attempt("unable to set keep caps") { () throws(Errno) in try Capability.setKeep(true) }
        }
        try during("unable to setup user") { () throws(RuntimeError) in
            try StandardStreams.giveTo(user.uid)
            try setGroups()
            try set(user.gid, "gid") { (id) throws(Errno) in try Credentials.setGroup(id) }
            try set(user.uid, "uid") { (id) throws(Errno) in try Credentials.setUser(id) }
        }
    }

    private func setGroups() throws(RuntimeError) {
        if context.isRootless { return }
        do { try Credentials.setGroups(user.additionalGids) } catch {
            // user_namespaces(7): refused in a namespace that its owner's groups must not leave.
            if error == .notPermitted, isSetGroupsDenied() { return }
            throw RuntimeError(.kernel, "setgroups", errno: error)
        }
    }

    private func isSetGroupsDenied() -> Bool {
        do { return try HostFile.readText("/proc/self/setgroups").hasPrefix("deny") } catch { return false }
    }

    private func set(
        _ id: UInt32,
        _ kind: String,
        _ change: (UInt32) throws(Errno) -> Void
    ) throws(RuntimeError) {
        do { try change(id) } catch {
            if error != .invalid { throw RuntimeError(.kernel, "set\(kind)", errno: error) }
            throw RuntimeError(.kernel, "cannot set\(kind) to unmapped \(kind) \(id) in user namespace")
        }
    }

    /// The last three sets and the ambient one. What the caller does not have, it cannot give: an error, save for
    /// ambient ones, where runc only ever warned.
    package func applyCapabilities(log: Log) throws(RuntimeError) {
        guard let capabilities else { return }
        if user.uid != 0 {
            try attempt("unable to clear keep caps") { () throws(Errno) in try Capability.setKeep(false) }
        }
        let sets = Capability.Sets(
            effective: capabilities.effective,
            permitted: capabilities.permitted,
            inheritable: capabilities.inheritable
        )
        try attempt("unable to apply caps: can't apply capabilities") { () throws(Errno) in try Capability.set(sets) }
        try attempt("unable to apply caps") { () throws(Errno) in try Capability.clearAmbient() }
        for number in capabilities.ambient.numbers {
            do { try Capability.raiseAmbient(number) } catch {
                log.warning("can't raise ambient capability \(Capability.name(number)): \(error)")
            }
        }
    }
}
