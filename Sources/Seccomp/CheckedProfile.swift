internal import Linux
internal import OCI

/// A test of one argument: `argument & mask` against `value`.
struct ArgumentTest: Equatable, Sendable {
    var index: UInt32
    var comparison: SeccompTables.Comparison
    /// All ones but for `maskedEqual`.
    var mask: UInt64
    var value: UInt64

    /// The part that a 32-bit convention passes.
    var lowHalf: ArgumentTest {
        ArgumentTest(index: index, comparison: comparison, mask: mask & 0xFFFF_FFFF, value: value & 0xFFFF_FFFF)
    }
    var alwaysHolds: Bool { comparison == .maskedEqual && mask == 0 }
}

/// An entry of `syscalls` after the check.
struct CheckedRule: Sendable {
    let names: [String]
    /// `SECCOMP_RET_*` with its data.
    let action: UInt32
    /// Any of these makes the rule hold, and each holds where all its tests do; empty: it always holds.
    let alternatives: [[ArgumentTest]]
    /// The action is the default one: runc leaves such a rule out.
    let redundant: Bool
}

/// A profile whose every word is known.
struct CheckedProfile: Sendable {
    let defaultAction: UInt32
    let rules: [CheckedRule]
    /// The native one first, each once.
    let architectures: [Architecture]

    init(_ profile: SeccompProfile, native: Architecture) throws(RuntimeError) {
        try Self.refuseNotify(profile)
        architectures = try Self.architectures(profile.architectures, native: native)
        defaultAction = try Self.action(profile.defaultAction, errno: profile.defaultErrnoRet, of: nil)
        var rules: [CheckedRule] = []
        rules.reserveCapacity(profile.syscalls.count)
        for (index, rule) in profile.syscalls.enumerated() {
            rules.append(try Self.rule(rule, index, defaultAction: defaultAction))
        }
        self.rules = rules
    }

    /// True where the own generator knows every calling convention.
    var isGenerated: Bool { architectures.allSatisfy { $0.generator != .none } }

    /// runc's rule for its -ENOSYS stub: a default that lets calls through needs none, and a tracer answers by itself.
    var answersNewCalls: Bool {
        switch defaultAction & 0xFFFF_0000 {
        case Return.allow, Return.log, Return.trace: false
        default: true
        }
    }

    private static func refuseNotify(_ profile: SeccompProfile) throws(RuntimeError) {
        if profile.defaultAction == SeccompTables.notify {
            throw RuntimeError(.unsupported, "SCMP_ACT_NOTIFY cannot be used as default action")
        }
        for rule in profile.syscalls where rule.action == SeccompTables.notify {
            if rule.names.contains("write") {
                throw RuntimeError(.unsupported, "SCMP_ACT_NOTIFY cannot be used for the write syscall")
            }
            throw RuntimeError(.unsupported, "seccomp notify unsupported: linux.seccomp has a SCMP_ACT_NOTIFY rule")
        }
    }

    private static func architectures(
        _ names: [String],
        native: Architecture
    ) throws(RuntimeError) -> [Architecture] {
        var result = [native]
        for (index, name) in names.enumerated() {
            guard let known = SeccompTables.architectures.first(where: { $0.name == name }) else {
                let field = "linux.seccomp.architectures[\(index)]"
                throw RuntimeError(.invalidSpec, "\(field): string \(name) is not a valid arch for seccomp")
            }
            if !result.contains(where: { $0.token == known.token }) { result.append(known) }
        }
        return result
    }

    /// `rule` is the index in `syscalls`, or nil for the default.
    private static func action(_ name: String, errno: UInt32?, of rule: Int?) throws(RuntimeError) -> UInt32 {
        guard let known = SeccompTables.actions.first(where: { $0.name == name }) else {
            let field = rule.map { "syscalls[\($0)].action" } ?? "defaultAction"
            let text = "string \(name) is not a valid action for seccomp"
            throw RuntimeError(.invalidSpec, "linux.seccomp.\(field): \(text)")
        }
        guard let errno else { return known.takesErrno ? known.value | 1 : known.value }
        let field = rule.map { "syscalls[\($0)].errnoRet" } ?? "defaultErrnoRet"
        guard known.takesErrno else {
            throw RuntimeError(.invalidSpec, "linux.seccomp.\(field): \(name) takes no errno")
        }
        // 4095 is the kernel's MAX_ERRNO; a tracer gets 16 bits.
        guard errno <= (known.value == Return.errno ? 4095 : 0xFFFF) else {
            throw RuntimeError(.invalidSpec, "linux.seccomp.\(field): \(errno) is out of range")
        }
        return known.value | errno
    }

    private static func rule(
        _ rule: SeccompProfile.Rule,
        _ index: Int,
        defaultAction: UInt32
    ) throws(RuntimeError) -> CheckedRule {
        let action = try action(rule.action, errno: rule.errnoRet, of: index)
        if rule.names.contains(where: { $0.isEmpty }) {
            let text = "empty string is not a valid syscall"
            throw RuntimeError(.invalidSpec, "linux.seccomp.syscalls[\(index)].names: \(text)")
        }
        return CheckedRule(
            names: rule.names,
            action: action,
            alternatives: rule.args.isEmpty ? [] : alternatives(try tests(rule.args, ofRule: index)),
            redundant: action == defaultAction
        )
    }

    private static func tests(
        _ arguments: [SeccompProfile.Argument],
        ofRule rule: Int
    ) throws(RuntimeError) -> [ArgumentTest] {
        var tests: [ArgumentTest] = []
        for (index, argument) in arguments.enumerated() {
            guard let known = SeccompTables.operators.first(where: { $0.name == argument.op }) else {
                let text = "string \(argument.op) is not a valid operator for seccomp"
                throw RuntimeError(.invalidSpec, "linux.seccomp.syscalls[\(rule)].args[\(index)].op: \(text)")
            }
            guard argument.index < 6 else {
                let text = "syscalls only have up to 6 arguments (\(argument.index) given)"
                throw RuntimeError(.invalidSpec, "linux.seccomp.syscalls[\(rule)].args[\(index)].index: \(text)")
            }
            // libseccomp's SCMP_CMP_MASKED_EQ takes the mask first.
            let masked = known.comparison == .maskedEqual
            let mask = masked ? argument.value : UInt64.max
            tests.append(
                ArgumentTest(
                    index: argument.index,
                    comparison: known.comparison,
                    mask: mask,
                    value: (masked ? argument.valueTwo : argument.value) & mask
                )
            )
        }
        return tests
    }

    /// All tests at once, unless two look at the same argument: then each stands for itself, as in runc.
    private static func alternatives(_ tests: [ArgumentTest]) -> [[ArgumentTest]] {
        var seen: UInt32 = 0
        var repeated = false
        for test in tests {
            repeated = repeated || seen & (1 << test.index) != 0
            seen |= 1 << test.index
        }
        return repeated ? tests.map { [$0] } : [tests]
    }
}
