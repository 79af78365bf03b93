internal import CSeccomp
internal import OCI

/// The numbers behind a profile's names for one calling convention.
struct Numbers {
    let architecture: Architecture
    /// A rule's index below the number that it is about, sorted: a number's rules follow each other in profile order.
    private(set) var entries: [UInt64] = []
    /// Rules about the calls behind socketcall and ipc.
    private(set) var multiplexed = Multiplexed()
    /// The greatest number that the profile names, whatever it says about it.
    private(set) var newest: UInt32 = 0

    init(_ architecture: Architecture) {
        self.architecture = architecture
        entries.reserveCapacity(512)
    }

    static func entry(_ number: UInt32, _ rule: Int) -> UInt64 { UInt64(number) << 32 | UInt64(rule) }
    static func number(of entry: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: entry >> 32) }
    static func rule(of entry: UInt64) -> Int { Int(entry & 0xFFFF_FFFF) }

    /// The profile's names, resolved by libseccomp for each architecture.
    static func resolve(_ profile: CheckedProfile, log: Log) -> [Numbers] {
        var result = profile.architectures.map { Numbers($0) }
        for (index, rule) in profile.rules.enumerated() {
            for name in rule.names where !resolve(name, rule, index, &result) {
                log.debug("unknown seccomp syscall \"\(name)\" ignored")
            }
        }
        for position in result.indices { result[position].finish(profile) }
        return result
    }

    /// `__NR_SCMP_ERROR`; a call that is known, but not to this architecture, has another negative number.
    private static let unknown: CInt = -1

    /// False where libseccomp does not know the name: it has one list for all architectures.
    private static func resolve(_ name: String, _ rule: CheckedRule, _ index: Int, _ result: inout [Numbers]) -> Bool {
        // One C string for all architectures: passing the String makes an array for each call.
        name.withCString { name in
            for position in result.indices {
                let number = seccomp_syscall_resolve_name_arch(result[position].architecture.token, name)
                if number == unknown { return false }
                result[position].add(number, rule, index)
            }
            return true
        }
    }

    private mutating func add(_ resolved: CInt, _ rule: CheckedRule, _ index: Int) {
        var number = resolved
        if number < 0, architecture.multiplexes, let call = Multiplexed.Call(pseudoNumber: number) {
            number = call.directNumber
            if !rule.redundant { multiplexed.add(call, rule) }
        }
        guard number >= 0 else { return }
        newest = max(newest, UInt32(number))
        if !rule.redundant { entries.append(Self.entry(UInt32(number), index)) }
    }

    private mutating func finish(_ profile: CheckedProfile) {
        entries.sort()
        for number in multiplexed.finish(defaultAction: profile.defaultAction) { newest = max(newest, number) }
    }
}
