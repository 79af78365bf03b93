internal import Linux
internal import OCI

/// What may be mounted on the container's `/proc`: LSM labels and sysctls are written there, so a fake one would take
/// them (CVE-2019-16884).
enum ProcRule {
    /// Files that lxcfs shows instead of the kernel's.
    private static let allowed = [
        "/proc/cpuinfo", "/proc/diskstats", "/proc/meminfo", "/proc/stat", "/proc/swaps", "/proc/uptime",
        "/proc/loadavg", "/proc/slabinfo", "/proc/sys/kernel/ns_last_pid", "/proc/sys/crypto/fips_enabled",
    ]

    /// `path` is in the container, links replaced.
    static func concerns(_ path: String) -> Bool { path == "/proc" || path.hasPrefix("/proc/") }

    static func check(_ path: String, _ request: MountRequest, sourceIsProc: Bool) throws(RuntimeError) {
        guard concerns(path) else { return }
        let why: String
        if path == "/proc" {
            if request.isBind ? sourceIsProc : request.type == "proc" { return }
            why = "it is not of type proc"
        } else {
            if allowed.contains(path) { return }
            why = "it is inside /proc"
        }
        throw RuntimeError(
            .invalidSpec,
            "check proc-safety of \(request.destination) mount: \"\(path)\" cannot be mounted because \(why)"
        )
    }
}

/// Flags that the kernel refuses to take from a mount (`MNT_LOCK_*`, mount_namespaces(7)).
enum LockedFlags {
    enum Outcome: Equatable {
        case flags(MountFlags)
        case refused(String)
    }

    static func merge(wanted: MountFlags, cleared: MountFlags, present: MountFlags) -> Outcome {
        let contradicted = present.intersection(cleared).intersection(.lockable)
        if !contradicted.isEmpty { return .refused("cannot clear locked flags \(contradicted)") }
        let times = wanted.intersection(.accessTimes)
        let presentTimes = present.intersection(.accessTimes)
        // The kernel would take a wish for other access times, and not do it.
        if !times.isEmpty, times != presentTimes { return .refused("cannot change locked atime flags \(presentTimes)") }
        return .flags(wanted | present.intersection(.lockable))
    }
}

/// What only mount(2) can say.
enum ClassicMount {
    /// fsconfig(2) has no word for these.
    private static let flags: MountFlags = .silent | .inodeVersions | .remount

    /// fsconfig(2) takes values of at most 255 bytes, and knows no quoting (long overlay options, SELinux contexts) and no
    /// subtypes (`fuse.sshfs`).
    static func isNeeded(for request: MountRequest) -> Bool {
        if request.options.flags.intersects(flags) || request.source.utf8.count > 255 { return true }
        for byte in request.type.utf8 where byte == 0x2e { return true }
        for word in request.options.data {
            if word.utf8.count > 255 { return true }
            for byte in word.utf8 where byte == 0x22 || byte == 0x5c { return true }
        }
        return false
    }
}

extension MountRequest {
    /// The words that the VFS takes for flags of the superblock (`vfs_parse_sb_flag`).
    func superblockWords(_ flags: MountFlags) -> [String] {
        var words: [String] = []
        if flags.contains(.readOnly) { words.append("ro") }
        if flags.contains(.synchronous) { words.append("sync") }
        if flags.contains(.synchronousDirectories) { words.append("dirsync") }
        if flags.contains(.lazyTimes) { words.append("lazytime") }
        if flags.contains(.mandatoryLocks) { words.append("mand") }
        return words
    }

    /// One `key` or `key=value` each: an entry may hold several, as mount(8)'s -o does.
    var dataWords: [String] {
        if options.data.allSatisfy({ !$0.utf8.contains(0x2c) && !$0.isEmpty }) { return options.data }
        return options.data.flatMap { $0.split(separator: ",").map(String.init) }
    }

    var needsChange: Bool { !options.propagation.isEmpty || options.below != nil }
}
