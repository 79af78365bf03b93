import OCI

/// Profiles that a seed makes, the same on every machine.
struct RandomProfile {
    private var state: UInt64

    init(seed: UInt64) { state = (seed + 1) &* 0xD134_2543_DE82_EF95 }

    /// Sebastiano Vigna's splitmix64.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
    mutating func pick<Element>(_ list: [Element]) -> Element { list[below(list.count)] }

    /// Known to every architecture of the tests: libseccomp 2.5.4 forgets to load the number where the first call of
    /// its list has none (SC-33).
    static let common = [
        "read", "write", "close", "ioctl", "pread64", "dup", "getpid", "clone", "execve", "kill", "fcntl", "fsync",
        "ptrace", "personality", "prctl", "gettid", "futex", "openat", "unshare", "splice", "dup3", "prlimit64",
        "getrandom", "bpf", "statx", "clone3", "openat2", "faccessat2", "setfsuid", "no_such_call",
    ]
    /// These have a number on some only.
    static let names =
        common + ["open", "stat", "mmap", "access", "arch_prctl", "_llseek", "fadvise64", "set_tls", "cacheflush"]
    static let values: [UInt64] = [
        0, 1, 2, 5, 0xFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 1 << 32, 1 << 32 | 5, 5 << 32, 0xFFFF_FFFF << 32,
        .max - 1, .max,
    ]
    static let actions = [
        "SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO", "SCMP_ACT_KILL", "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_LOG",
        "SCMP_ACT_TRACE", "SCMP_ACT_TRAP", "SCMP_ACT_KILL_THREAD",
    ]
    static let operators = [
        "SCMP_CMP_EQ", "SCMP_CMP_NE", "SCMP_CMP_LT", "SCMP_CMP_LE", "SCMP_CMP_GT", "SCMP_CMP_GE",
        "SCMP_CMP_MASKED_EQ",
    ]

    /// `perName`: how many rules with tests each call of `names` may have; those of one call have one action. `rare` are
    /// the calls of rules without tests.
    mutating func make(
        _ architectures: [String],
        perName: Int,
        names: [String] = Self.names,
        rare: [String] = Self.common
    ) -> SeccompProfile {
        var profile = SeccompProfile(defaultAction: pick(Self.actions))
        if takesErrno(profile.defaultAction), below(2) == 0 { profile.defaultErrnoRet = UInt32(below(200)) }
        profile.architectures = architectures.filter { _ in below(4) != 0 }
        var used: [String: (count: Int, rule: SeccompProfile.Rule)] = [:]
        for _ in 0..<(1 + below(40)) {
            var rule = SeccompProfile.Rule(names: [], action: pick(Self.actions))
            if takesErrno(rule.action), below(2) == 0 { rule.errnoRet = UInt32(below(4096)) }
            if below(8) != 0 {
                let name = pick(names)
                let known = used[name]
                if let known { (rule.action, rule.errnoRet) = (known.rule.action, known.rule.errnoRet) }
                if let known, known.count >= perName { continue }
                rule.names = [name]
                rule.args = tests()
                used[name] = ((known?.count ?? 0) + 1, rule)
            } else {
                rule.names = (0...below(3)).map { _ in pick(rare) }
            }
            profile.syscalls.append(rule)
        }
        return profile
    }

    private func takesErrno(_ action: String) -> Bool { action == "SCMP_ACT_ERRNO" || action == "SCMP_ACT_TRACE" }

    private mutating func tests() -> [SeccompProfile.Argument] {
        var indexes: [UInt32] = [0, 1, 2, 3, 4, 5]
        return (0...below(3)).map { _ in
            let index = indexes.remove(at: below(indexes.count))
            var test = SeccompProfile.Argument(index: index, value: pick(Self.values), op: pick(Self.operators))
            if test.op == "SCMP_CMP_MASKED_EQ" { test.valueTwo = pick(Self.values) }
            return test
        }
    }

    /// Arguments near the values that a profile tests.
    mutating func arguments() -> [UInt64] {
        (0..<6).map { _ in pick(Self.values) &+ pick([0, 0, 0, 1, .max]) }
    }
}
