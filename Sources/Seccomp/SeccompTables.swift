internal import Linux

/// The words of a seccomp profile, each with what it stands for: `features` prints them, the compiler reads them.
package enum SeccompTables {
    /// A profile's word for what the kernel does with a system call.
    package struct Action: Sendable {
        package let name: String
        /// `SECCOMP_RET_*` without its data.
        package let value: UInt32
        /// True where `errnoRet` goes into the lower 16 bits.
        package let takesErrno: Bool
    }

    package struct Operator: Sendable {
        package let name: String
        package let comparison: Comparison
    }

    package enum Comparison: UInt32, Sendable {
        // The numbers are those of libseccomp's `enum scmp_compare`.
        case notEqual = 1
        case less, lessOrEqual, equal, greaterOrEqual, greater, maskedEqual
    }

    package struct Flag: Sendable {
        package let name: String
        /// `SECCOMP_FILTER_FLAG_*`; 0: accepted, and without effect.
        package let value: UInt32
    }

    /// config-linux.md `syscalls[].action`, in alphabetical order.
    package static let actions: [Action] = [
        Action(name: "SCMP_ACT_ALLOW", value: Return.allow, takesErrno: false),
        Action(name: "SCMP_ACT_ERRNO", value: Return.errno, takesErrno: true),
        Action(name: "SCMP_ACT_KILL", value: Return.killThread, takesErrno: false),
        Action(name: "SCMP_ACT_KILL_PROCESS", value: Return.killProcess, takesErrno: false),
        Action(name: "SCMP_ACT_KILL_THREAD", value: Return.killThread, takesErrno: false),
        Action(name: "SCMP_ACT_LOG", value: Return.log, takesErrno: false),
        Action(name: "SCMP_ACT_TRACE", value: Return.trace, takesErrno: true),
        Action(name: "SCMP_ACT_TRAP", value: Return.trap, takesErrno: false),
    ]

    /// Known, and refused: a listener is needed.
    package static let notify = "SCMP_ACT_NOTIFY"

    /// config-linux.md `syscalls[].args[].op`, in alphabetical order.
    package static let operators: [Operator] = [
        Operator(name: "SCMP_CMP_EQ", comparison: .equal),
        Operator(name: "SCMP_CMP_GE", comparison: .greaterOrEqual),
        Operator(name: "SCMP_CMP_GT", comparison: .greater),
        Operator(name: "SCMP_CMP_LE", comparison: .lessOrEqual),
        Operator(name: "SCMP_CMP_LT", comparison: .less),
        Operator(name: "SCMP_CMP_MASKED_EQ", comparison: .maskedEqual),
        Operator(name: "SCMP_CMP_NE", comparison: .notEqual),
    ]

    /// Every word of config-linux.md `flags`. The process has one thread, so TSYNC has nothing to do, as in runc.
    package static let flags: [Flag] = [
        Flag(name: "SECCOMP_FILTER_FLAG_TSYNC", value: 0),
        Flag(name: "SECCOMP_FILTER_FLAG_SPEC_ALLOW", value: specAllow),
        Flag(name: "SECCOMP_FILTER_FLAG_LOG", value: 1 << 1),
        Flag(name: "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", value: waitKillable),
    ]

    static let specAllow: UInt32 = 1 << 2
    static let waitKillable: UInt32 = 1 << 5

    /// The flags that a profile may name on this kernel. WAIT_KILLABLE_RECV is about a listener, which needs NOTIFY.
    package static func supportedFlags() -> [Flag] {
        flags.filter { $0.value != waitKillable && ($0.value == 0 || SeccompCall.supports(flags: $0.value)) }
    }

    /// config-linux.md `architectures`, in alphabetical order.
    package static let architectures: [Architecture] = [
        Architecture("SCMP_ARCH_AARCH64", token: 0xC000_00B7, .bits64),
        Architecture("SCMP_ARCH_ARM", token: 0x4000_0028, .bits32),
        Architecture("SCMP_ARCH_LOONGARCH64", token: 0xC000_0102),
        Architecture("SCMP_ARCH_M68K", token: 0x0000_0004),
        Architecture("SCMP_ARCH_MIPS", token: 0x0000_0008),
        Architecture("SCMP_ARCH_MIPS64", token: 0x8000_0008),
        Architecture("SCMP_ARCH_MIPS64N32", token: 0xA000_0008),
        Architecture("SCMP_ARCH_MIPSEL", token: 0x4000_0008),
        Architecture("SCMP_ARCH_MIPSEL64", token: 0xC000_0008),
        Architecture("SCMP_ARCH_MIPSEL64N32", token: 0xE000_0008),
        Architecture("SCMP_ARCH_PARISC", token: 0x0000_000F),
        Architecture("SCMP_ARCH_PARISC64", token: 0x8000_000F),
        Architecture("SCMP_ARCH_PPC", token: 0x0000_0014),
        Architecture("SCMP_ARCH_PPC64", token: 0x8000_0015),
        Architecture("SCMP_ARCH_PPC64LE", token: 0xC000_0015),
        Architecture("SCMP_ARCH_RISCV64", token: 0xC000_00F3),
        Architecture("SCMP_ARCH_S390", token: 0x0000_0016),
        Architecture("SCMP_ARCH_S390X", token: 0x8000_0016),
        Architecture("SCMP_ARCH_SH", token: 0x4000_002A),
        Architecture("SCMP_ARCH_SHEB", token: 0x0000_002A),
        Architecture("SCMP_ARCH_X32", token: Architecture.x32Token, .bits32),
        Architecture("SCMP_ARCH_X86", token: Architecture.x86Token, .bits32),
        Architecture("SCMP_ARCH_X86_64", token: Architecture.x8664Token, .bits64),
    ]
}

/// One calling convention of the kernel, which a filter tells by `seccomp_data.arch` (and x32 by the number's bit 30).
package struct Architecture: Equatable, Sendable {
    /// How the own generator tests arguments; `none`: libseccomp makes the filter.
    package enum Generator: Sendable { case none, bits32, bits64 }

    /// `SCMP_ARCH_*`, as a profile writes it.
    package let name: String
    /// libseccomp's number: the kernel's `AUDIT_ARCH_*`, but for x32.
    package let token: UInt32
    package let generator: Generator

    init(_ name: String, token: UInt32, _ generator: Generator = .none) {
        self.name = name
        self.token = token
        self.generator = generator
    }

    static let x86Token: UInt32 = 0x4000_0003
    static let x32Token: UInt32 = 0x4000_003E
    static let x8664Token: UInt32 = 0xC000_003E
    static let aarch64Token: UInt32 = 0xC000_00B7

    /// `AUDIT_ARCH_*`: x32 has that of x86_64.
    package var auditToken: UInt32 { token == Self.x32Token ? Self.x8664Token : token }
    /// i386 has two ways to the socket and the System V calls: its own numbers, and socketcall and ipc.
    var multiplexes: Bool { token == Self.x86Token }

    /// What this program was built for.
    package static var native: Architecture {
        #if arch(x86_64)
            Architecture("SCMP_ARCH_X86_64", token: x8664Token, .bits64)
        #elseif arch(arm64)
            Architecture("SCMP_ARCH_AARCH64", token: aarch64Token, .bits64)
        #else
            #error("a new architecture needs its native entry here")
        #endif
    }
}

/// `SECCOMP_RET_*` of `<linux/seccomp.h>`.
enum Return {
    static let killProcess: UInt32 = 0x8000_0000
    static let killThread: UInt32 = 0
    static let trap: UInt32 = 0x0003_0000
    static let errno: UInt32 = 0x0005_0000
    static let trace: UInt32 = 0x7FF0_0000
    static let log: UInt32 = 0x7FFC_0000
    static let allow: UInt32 = 0x7FFF_0000
    static let noSystemCall: UInt32 = errno | 38

    /// The kernel's order, the strictest first: the action's bits as a signed number.
    static func strictness(_ value: UInt32) -> Int32 { Int32(bitPattern: value & 0xFFFF_0000) }
}
