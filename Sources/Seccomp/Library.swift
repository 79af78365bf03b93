internal import CSeccomp
internal import Linux
internal import OCI

/// libseccomp makes the program: for conventions that the own generator leaves out, and for contradicting rules, whose
/// order is libseccomp's. Costs tens of milliseconds with a long profile.
enum Library {
    static func program(for profile: CheckedProfile, log: Log) throws(RuntimeError) -> [ClassicBPFInstruction] {
        guard let context = seccomp_init(profile.defaultAction) else {
            throw RuntimeError(.kernel, "error creating seccomp filter", errno: .noMemory)
        }
        defer { seccomp_release(context) }
        try addArchitectures(profile, to: context)
        // runc's bound; libseccomp 2.5.4 and older fail with a tree of no rules.
        if profile.rules.reduce(0, { $0 + $1.names.count }) > 32 {
            seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, 2)
        }
        for rule in profile.rules where !rule.redundant {
            for name in rule.names { try add(name, rule, to: context, log: log) }
        }
        let filter = try attempt("error exporting seccomp filter") { () throws(Errno) in
            try SeccompCall.program { (file) throws(Errno) in
                try check(seccomp_export_bpf(context, file.rawValue))
            }
        }
        return withNewCalls(profile, before: filter)
    }

    private static func check(_ result: CInt) throws(Errno) {
        if result < 0 { throw Errno(-result) }
    }

    private static func addArchitectures(
        _ profile: CheckedProfile,
        to context: scmp_filter_ctx
    ) throws(RuntimeError) {
        for architecture in profile.architectures where seccomp_arch_exist(context, architecture.token) != 0 {
            try attempt("error adding architecture \(architecture.name) to seccomp filter") { () throws(Errno) in
                try check(seccomp_arch_add(context, architecture.token))
            }
        }
    }

    private static func add(
        _ name: String,
        _ rule: CheckedRule,
        to context: scmp_filter_ctx,
        log: Log
    ) throws(RuntimeError) {
        let number = seccomp_syscall_resolve_name(name)
        if number == -1 { return log.debug("unknown seccomp syscall \"\(name)\" ignored") }
        let alternatives = rule.alternatives.isEmpty ? [[]] : rule.alternatives
        for tests in alternatives {
            let arguments = tests.map { $0.libraryForm }
            try attempt("error adding seccomp rule for syscall \(name)") { () throws(Errno) in
                try check(
                    seccomp_rule_add_array(context, rule.action, number, UInt32(arguments.count), arguments)
                )
            }
        }
    }

    /// runc's stub: a call newer than all that the profile knows fails with ENOSYS, so that programs try another.
    private static func withNewCalls(_ profile: CheckedProfile, before filter: [ClassicBPFInstruction])
        -> [ClassicBPFInstruction]
    {
        guard profile.answersNewCalls else { return filter }
        var assembler = Assembler(before: filter)
        let start = assembler.first
        var next = start
        for architecture in profile.architectures {
            let newest = newest(profile, architecture)
            if newest == 0 { continue }
            let isX32 = architecture.token == Architecture.x32Token
            let isWide = architecture.token == Architecture.x8664Token
            let stop = Assembler.Target.action(Return.noSystemCall)
            var number = assembler.jump(Code.ifGreater, newest, ifTrue: stop, ifFalse: start)
            if isX32 { number = assembler.jump(Code.ifAny, Segment.x32Bit, ifTrue: number, ifFalse: next) }
            if isWide { number = assembler.jump(Code.ifAny, Segment.x32Bit, ifTrue: next, ifFalse: number) }
            let load = assembler.load(offset: DataOffset.number, then: number)
            next = assembler.jump(Code.ifEqual, architecture.auditToken, ifTrue: load, ifFalse: next)
            next = assembler.load(offset: DataOffset.architecture, then: next)
        }
        return assembler.program(startingAt: next)
    }

    private static func newest(_ profile: CheckedProfile, _ architecture: Architecture) -> UInt32 {
        var newest: CInt = 0
        for rule in profile.rules {
            for name in rule.names {
                newest = max(newest, seccomp_syscall_resolve_name_arch(architecture.token, name))
            }
        }
        return UInt32(newest)
    }
}

extension ArgumentTest {
    /// libseccomp's form; `SCMP_CMP_MASKED_EQ` takes the mask first.
    fileprivate var libraryForm: scmp_arg_cmp {
        let masked = comparison == .maskedEqual
        return scmp_arg_cmp(
            arg: index,
            op: scmp_compare(rawValue: comparison.rawValue),
            datum_a: masked ? mask : value,
            datum_b: masked ? value : 0
        )
    }
}
