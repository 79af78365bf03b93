import CSeccomp
import Linux
import OCI

/// The calling conventions of the tests, by libseccomp's numbers, written down anew.
enum Token {
    static let wide: UInt32 = 0xC000_003E
    static let x86: UInt32 = 0x4000_0003
    static let x32: UInt32 = 0x4000_003E
    static let aarch64: UInt32 = 0xC000_00B7
    static let arm: UInt32 = 0x4000_0028

    static let names = [
        "SCMP_ARCH_X86_64": wide, "SCMP_ARCH_X86": x86, "SCMP_ARCH_X32": x32, "SCMP_ARCH_AARCH64": aarch64,
        "SCMP_ARCH_ARM": arm, "SCMP_ARCH_RISCV64": 0xC000_00F3, "SCMP_ARCH_MIPSEL": 0x4000_0008,
    ]

    static func audit(_ token: UInt32) -> UInt32 { token == x32 ? wide : token }
}

/// What runc's filter does: libseccomp's program behind runc's -ENOSYS stub. Shares no code with the compiler.
struct Oracle {
    let library: Interpreter
    let count: Int
    /// The stub's newest number by libseccomp's architecture; none where the profile needs no stub.
    private let newest: [UInt32: UInt32]

    struct Failure: Error { let step: String, code: CInt }

    init(_ profile: SeccompProfile, native: UInt32) throws {
        guard let context = seccomp_init(Self.action(profile.defaultAction, profile.defaultErrnoRet)) else {
            throw Failure(step: "init", code: 0)
        }
        defer { seccomp_release(context) }
        var tokens = [native]
        for name in profile.architectures {
            if let token = Token.names[name], !tokens.contains(token) { tokens.append(token) }
        }
        for token in tokens where seccomp_arch_exist(context, token) != 0 {
            try Self.check("arch", seccomp_arch_add(context, token))
        }
        for token in [Token.wide, Token.aarch64] where !tokens.contains(token) {
            if seccomp_arch_exist(context, token) == 0 { seccomp_arch_remove(context, token) }
        }
        if profile.syscalls.flatMap(\.names).count > 32 { seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, 2) }
        for rule in profile.syscalls { try Self.add(rule, of: profile, to: context) }
        let program = try SeccompCall.program { (file) throws(Errno) in
            let result = seccomp_export_bpf(context, file.rawValue)
            if result < 0 { throw Errno(-result) }
        }
        count = program.count
        library = try Interpreter(program)
        newest = Self.newest(profile, tokens)
    }

    private static func check(_ step: String, _ code: CInt) throws {
        if code < 0 { throw Failure(step: step, code: code) }
    }

    private static func add(
        _ rule: SeccompProfile.Rule,
        of profile: SeccompProfile,
        to context: scmp_filter_ctx
    ) throws {
        let action = action(rule.action, rule.errnoRet)
        if action == self.action(profile.defaultAction, profile.defaultErrnoRet) { return }
        let tests = rule.args.map { argument in
            scmp_arg_cmp(
                arg: argument.index,
                op: scmp_compare(rawValue: compare[argument.op] ?? 0),
                datum_a: argument.value,
                datum_b: argument.valueTwo
            )
        }
        let repeated = Set(rule.args.map(\.index)).count < rule.args.count
        for name in rule.names {
            let number = seccomp_syscall_resolve_name(name)
            if number == -1 { continue }
            for tests in repeated ? tests.map({ [$0] }) : [tests] {
                try check(name, seccomp_rule_add_array(context, action, number, UInt32(tests.count), tests))
            }
        }
    }

    private static let compare: [String: UInt32] = [
        "SCMP_CMP_NE": 1, "SCMP_CMP_LT": 2, "SCMP_CMP_LE": 3, "SCMP_CMP_EQ": 4, "SCMP_CMP_GE": 5, "SCMP_CMP_GT": 6,
        "SCMP_CMP_MASKED_EQ": 7,
    ]

    static func action(_ name: String, _ errno: UInt32?) -> UInt32 {
        switch name {
        case "SCMP_ACT_ALLOW": 0x7FFF_0000
        case "SCMP_ACT_LOG": 0x7FFC_0000
        case "SCMP_ACT_TRACE": 0x7FF0_0000 | (errno ?? 1)
        case "SCMP_ACT_ERRNO": 0x0005_0000 | (errno ?? 1)
        case "SCMP_ACT_TRAP": 0x0003_0000
        case "SCMP_ACT_KILL_PROCESS": 0x8000_0000
        default: 0
        }
    }

    private static func newest(_ profile: SeccompProfile, _ tokens: [UInt32]) -> [UInt32: UInt32] {
        if ["SCMP_ACT_ALLOW", "SCMP_ACT_LOG", "SCMP_ACT_TRACE"].contains(profile.defaultAction) { return [:] }
        var result: [UInt32: UInt32] = [:]
        for token in tokens {
            let numbers = profile.syscalls.flatMap(\.names).map { seccomp_syscall_resolve_name_arch(token, $0) }
            if let number = numbers.max(), number > 0 { result[token] = UInt32(number) }
        }
        return result
    }

    func result(_ data: CallData) -> UInt32 { isNew(data) ? 0x0005_0026 : library.run(data).action }

    private func isNew(_ data: CallData) -> Bool {
        let token =
            if data.architecture == Token.wide, data.number & 0x4000_0000 != 0 { Token.x32 } else { data.architecture }
        return newest[token].map { data.number > $0 } ?? false
    }
}

/// What a profile says, read rule by rule: the meaning that generator and libseccomp have to keep.
struct Meaning {
    let profile: SeccompProfile
    let token: UInt32

    /// nil where the profile's rules say nothing, so that the default (or ENOSYS) holds.
    func result(_ name: String, _ arguments: [UInt64]) -> UInt32? {
        let defaultAction = Oracle.action(profile.defaultAction, profile.defaultErrnoRet)
        let rules = profile.syscalls.filter { rule in
            rule.names.contains(name) && Oracle.action(rule.action, rule.errnoRet) != defaultAction
        }
        if let rule = rules.first(where: { isUnconditional($0) }) { return Oracle.action(rule.action, rule.errnoRet) }
        return rules.first { holds($0, arguments) }.map { Oracle.action($0.action, $0.errnoRet) }
    }

    private var width: UInt64 { token == Token.wide || token == Token.aarch64 ? .max : 0xFFFF_FFFF }

    private func isUnconditional(_ rule: SeccompProfile.Rule) -> Bool {
        let empty = rule.args.map { $0.op == "SCMP_CMP_MASKED_EQ" && $0.value & width == 0 }
        return isRepeated(rule) ? empty.contains(true) : empty.allSatisfy { $0 }
    }

    private func isRepeated(_ rule: SeccompProfile.Rule) -> Bool {
        Set(rule.args.map(\.index)).count < rule.args.count
    }

    private func holds(_ rule: SeccompProfile.Rule, _ arguments: [UInt64]) -> Bool {
        let results = rule.args.map { holds($0, arguments[Int($0.index)] & width) }
        return isRepeated(rule) ? results.contains(true) : results.allSatisfy { $0 }
    }

    private func holds(_ test: SeccompProfile.Argument, _ argument: UInt64) -> Bool {
        let value = test.value & width
        switch test.op {
        case "SCMP_CMP_NE": return argument != value
        case "SCMP_CMP_LT": return argument < value
        case "SCMP_CMP_LE": return argument <= value
        case "SCMP_CMP_EQ": return argument == value
        case "SCMP_CMP_GE": return argument >= value
        case "SCMP_CMP_GT": return argument > value
        default: return argument & value == test.valueTwo & value
        }
    }
}
