package import Linux
package import OCI

/// A profile as the kernel takes it.
package struct SeccompFilter: Sendable {
    package let program: [ClassicBPFInstruction]
    /// `SECCOMP_FILTER_FLAG_*`
    package let flags: UInt32

    /// A program that was compiled before, in this process or its parent.
    package init(program: [ClassicBPFInstruction], flags: UInt32) {
        self.program = program
        self.flags = flags
    }

    /// Checks and compiles `profile` (config-linux.md "Seccomp"). Nil for an empty one, which filters nothing, as in
    /// runc. Logs what `--debug` shows: names that libseccomp lacks, and the flags.
    package static func compile(_ profile: SeccompProfile, log: Log) throws(RuntimeError) -> SeccompFilter? {
        if profile.defaultAction.isEmpty, profile.syscalls.isEmpty { return nil }
        let flags = try FilterFlags.bits(profile.flags)
        let program = try compile(profile, for: .native, log: log)
        log.debug("seccomp filter flags: \(flags)")
        return SeccompFilter(program: program, flags: flags)
    }

    /// Puts the calling thread, and what it executes, under the filter. Allocates nothing unless it fails.
    package func load() throws(RuntimeError) {
        do {
            try SeccompCall.load(program, flags: flags)
        } catch {
            throw RuntimeError(.kernel, "error loading seccomp filter into kernel", errno: error)
        }
    }

    static func compile(
        _ profile: SeccompProfile,
        for native: Architecture,
        log: Log
    ) throws(RuntimeError) -> [ClassicBPFInstruction] {
        let checked = try CheckedProfile(profile, native: native)
        let program =
            if let own = generate(checked, log: log) { own } else { try Library.program(for: checked, log: log) }
        guard program.count <= ClassicBPFInstruction.limit else {
            let text = "the filter has \(program.count) instructions, the kernel takes \(ClassicBPFInstruction.limit)"
            throw RuntimeError(.invalidSpec, "linux.seccomp.syscalls: \(text)")
        }
        return program
    }

    private static func generate(_ profile: CheckedProfile, log: Log) -> [ClassicBPFInstruction]? {
        guard profile.isGenerated else { return nil }
        return Generator.program(for: profile, Numbers.resolve(profile, log: log))
    }
}

/// What goes along with the program.
enum FilterFlags {
    /// nil, an absent list: SPEC_ALLOW where the kernel has it, since a filter would otherwise slow down all code. An
    /// empty list: none.
    static func bits(_ names: [String]?) throws(RuntimeError) -> UInt32 {
        guard let names else {
            return SeccompCall.supports(flags: SeccompTables.specAllow) ? SeccompTables.specAllow : 0
        }
        var bits: UInt32 = 0
        for (index, name) in names.enumerated() {
            guard let flag = SeccompTables.flags.first(where: { $0.name == name }) else {
                let field = "linux.seccomp.flags[\(index)]"
                throw RuntimeError(.invalidSpec, "\(field): seccomp flag \(name) is not known")
            }
            try check(flag)
            bits |= flag.value
        }
        return bits
    }

    private static func check(_ flag: SeccompTables.Flag) throws(RuntimeError) {
        if flag.value == SeccompTables.waitKillable {
            // The words in front of "SCMP_ACT_NOTIFY" are runc's: callers match them.
            let text = "SetWaitKill requires SCMP_ACT_NOTIFY, which is not supported"
            throw RuntimeError(.unsupported, "error adding WaitKill flag to seccomp filter: \(text)")
        }
        if flag.value != 0, !SeccompCall.supports(flags: flag.value) {
            throw RuntimeError(.unsupported, "seccomp flag \(flag.name) is not supported by this kernel")
        }
    }
}
