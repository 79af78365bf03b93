import CSeccomp
import Linux
import OCI
import Testing

@testable import Seccomp

@Suite("The words of a profile")
struct WordTests {
    private static func profile(_ change: (inout SeccompProfile) -> Void) -> SeccompProfile {
        var profile = SeccompProfile(defaultAction: "SCMP_ACT_ALLOW")
        profile.flags = []
        var rule = SeccompProfile.Rule(names: ["mkdir"], action: "SCMP_ACT_ERRNO")
        rule.args = [SeccompProfile.Argument(index: 1, value: 7, op: "SCMP_CMP_EQ")]
        profile.syscalls = [rule]
        change(&profile)
        return profile
    }

    static let refused: [(change: @Sendable (inout SeccompProfile) -> Void, kind: RuntimeError.Kind, text: String)] = [
        (
            { $0.defaultAction = "SCMP_ACT_NONE" }, .invalidSpec,
            "linux.seccomp.defaultAction: string SCMP_ACT_NONE is not a valid action for seccomp"
        ),
        (
            { $0.syscalls[0].action = "ERRNO" }, .invalidSpec,
            "linux.seccomp.syscalls[0].action: string ERRNO is not a valid action for seccomp"
        ),
        (
            { $0.syscalls[0].args[0].op = "EQ" }, .invalidSpec,
            "linux.seccomp.syscalls[0].args[0].op: string EQ is not a valid operator for seccomp"
        ),
        (
            { $0.syscalls[0].args[0].index = 6 }, .invalidSpec,
            "linux.seccomp.syscalls[0].args[0].index: syscalls only have up to 6 arguments (6 given)"
        ),
        (
            { $0.syscalls[0].names.append("") }, .invalidSpec,
            "linux.seccomp.syscalls[0].names: empty string is not a valid syscall"
        ),
        (
            { $0.architectures = ["SCMP_ARCH_X86", "SCMP_ARCH_VAX"] }, .invalidSpec,
            "linux.seccomp.architectures[1]: string SCMP_ARCH_VAX is not a valid arch for seccomp"
        ),
        (
            { $0.flags = ["SECCOMP_FILTER_FLAG_NONE"] }, .invalidSpec,
            "linux.seccomp.flags[0]: seccomp flag SECCOMP_FILTER_FLAG_NONE is not known"
        ),
        (
            { $0.flags = ["SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"] }, .unsupported,
            "error adding WaitKill flag to seccomp filter: SetWaitKill requires SCMP_ACT_NOTIFY, which is not supported"
        ),
        (
            { $0.defaultErrnoRet = 1 }, .invalidSpec,
            "linux.seccomp.defaultErrnoRet: SCMP_ACT_ALLOW takes no errno"
        ),
        (
            { $0.syscalls[0].errnoRet = 4096 }, .invalidSpec,
            "linux.seccomp.syscalls[0].errnoRet: 4096 is out of range"
        ),
        (
            { $0.defaultAction = "SCMP_ACT_NOTIFY" }, .unsupported,
            "SCMP_ACT_NOTIFY cannot be used as default action"
        ),
        (
            { $0.syscalls[0].action = "SCMP_ACT_NOTIFY" }, .unsupported,
            "seccomp notify unsupported: linux.seccomp has a SCMP_ACT_NOTIFY rule"
        ),
        (
            { $0.syscalls[0] = SeccompProfile.Rule(names: ["write"], action: "SCMP_ACT_NOTIFY") }, .unsupported,
            "SCMP_ACT_NOTIFY cannot be used for the write syscall"
        ),
        (
            { $0.architectures = ["SCMP_ARCH_S390X"] }, .kernel,
            "error adding architecture SCMP_ARCH_S390X to seccomp filter: numerical argument out of domain"
        ),
    ]

    @Test("SC-1, SC-2, SC-3: what is not known or not done is refused by its field", arguments: refused.indices)
    func refuses(index: Int) {
        let (change, kind, text) = Self.refused[index]
        let error = #expect(throws: RuntimeError.self) {
            _ = try SeccompFilter.compile(Self.profile(change), log: Log())
        }
        #expect(error?.kind == kind)
        #expect(error?.description == text)
    }

    private func result(_ profile: SeccompProfile, _ name: String, _ arguments: [UInt64] = []) throws -> UInt32 {
        let own = try Interpreter(SeccompFilter.compile(profile, for: .wide, log: Log()))
        let number = UInt32(seccomp_syscall_resolve_name_arch(Token.wide, name))
        let padded = arguments + Array(repeating: 0, count: 6 - arguments.count)
        return own.run(CallData(architecture: Token.wide, number: number, arguments: padded)).action
    }

    @Test("SC-1: an empty profile filters nothing")
    func empty() throws {
        #expect(try SeccompFilter.compile(SeccompProfile(defaultAction: ""), log: Log()) == nil)
        #expect(try SeccompFilter.compile(SeccompProfile(defaultAction: "SCMP_ACT_ALLOW"), log: Log()) != nil)
    }

    @Test("SC-4: every action has the kernel's number", arguments: SeccompTables.actions.map(\.name))
    func action(name: String) throws {
        let profile = Self.profile {
            $0.defaultAction = name == "SCMP_ACT_ALLOW" ? "SCMP_ACT_TRAP" : "SCMP_ACT_ALLOW"
            $0.syscalls = [SeccompProfile.Rule(names: ["mkdir"], action: name)]
        }
        #expect(try result(profile, "mkdir") == Oracle.action(name, nil))
        #expect(SeccompCall.supports(action: Oracle.action(name, nil) & 0xFFFF_0000))
    }

    @Test("SC-4: errnoRet goes to the caller, EPERM where it is absent")
    func errno() throws {
        #expect(try result(Self.profile { $0.syscalls[0].args = [] }, "mkdir") == 0x0005_0001)
        let given = Self.profile {
            $0.syscalls[0].args = []
            $0.syscalls[0].errnoRet = 100
        }
        #expect(try result(given, "mkdir") == 0x0005_0064)
        let byDefault = Self.profile {
            $0.defaultAction = "SCMP_ACT_ERRNO"
            $0.defaultErrnoRet = 6
            $0.syscalls[0] = SeccompProfile.Rule(names: ["statx"], action: "SCMP_ACT_ALLOW")
        }
        #expect(try result(byDefault, "mkdir") == 0x0005_0006)
    }

    @Test("SC-7: two tests of one argument are two rules")
    func repeated() throws {
        let profile = Self.profile {
            $0.syscalls[0].args.append(SeccompProfile.Argument(index: 1, value: 9, op: "SCMP_CMP_EQ"))
            $0.syscalls[0].args.append(SeccompProfile.Argument(index: 0, value: 3, op: "SCMP_CMP_EQ"))
        }
        #expect(try result(profile, "mkdir", [0, 7]) == 0x0005_0001)
        #expect(try result(profile, "mkdir", [0, 9]) == 0x0005_0001)
        #expect(try result(profile, "mkdir", [3, 0]) == 0x0005_0001)
        #expect(try result(profile, "mkdir", [0, 8]) == 0x7FFF_0000)
    }

    @Test("SC-9: a call newer than the profile does not exist, unless the default lets it through")
    func newer() throws {
        let strict = Self.profile {
            $0.defaultAction = "SCMP_ACT_KILL"
            $0.syscalls[0] = SeccompProfile.Rule(names: ["openat", "renameat2"], action: "SCMP_ACT_ALLOW")
        }
        #expect(try result(strict, "statx") == 0x0005_0026)
        #expect(try result(strict, "mkdir") == 0)
        for name in ["SCMP_ACT_ALLOW", "SCMP_ACT_LOG", "SCMP_ACT_TRACE"] {
            let lax = Self.profile { $0.defaultAction = name }
            #expect(try result(lax, "statx") == Oracle.action(name, nil))
        }
    }

    @Test("SC-5: flags by name; SPEC_ALLOW where the list is absent")
    func flags() throws {
        let usual: UInt32 = SeccompCall.supports(flags: 4) ? 4 : 0
        #expect(try FilterFlags.bits(nil) == usual)
        #expect(try FilterFlags.bits([]) == 0)
        #expect(try FilterFlags.bits(["SECCOMP_FILTER_FLAG_TSYNC"]) == 0)
        let supported = SeccompTables.supportedFlags()
        #expect(!supported.contains { $0.name.hasSuffix("WAIT_KILLABLE_RECV") })
        #expect(try FilterFlags.bits(supported.map(\.name)) == supported.reduce(0) { $0 | $1.value })
        #expect(!SeccompCall.supports(flags: 1 << 30))
    }

    @Test("SC-6: the words are libseccomp's, and sorted")
    func words() {
        let names = SeccompTables.architectures.map(\.name)
        #expect(names.count == 23 && names == names.sorted())
        for architecture in SeccompTables.architectures {
            let token = seccomp_arch_resolve_name(String(architecture.name.dropFirst(10)).lowercased())
            // 0: libseccomp is older than the architecture.
            if token != 0 { #expect(token == architecture.token, "\(architecture.name)") }
        }
        #expect(SeccompTables.operators.map(\.name) == RandomProfile.operators.sorted())
        #expect(SeccompTables.actions.map(\.name) == RandomProfile.actions.sorted())
        #expect(Architecture.native.token == seccomp_arch_native())
        #expect(LibraryVersion.text?.split(separator: ".").compactMap { Int($0) }.count == 3)
    }

    @Test("SC-12: 64 bits of an argument count on x86_64, 32 on i386 and x32")
    func width() throws {
        let profile = Self.profile { $0.architectures = ["SCMP_ARCH_X86", "SCMP_ARCH_X32"] }
        let own = try Interpreter(SeccompFilter.compile(profile, for: .wide, log: Log()))
        let cases: [(architecture: UInt32, number: UInt32, action: UInt32)] = [
            (Token.wide, 83, 0x7FFF_0000), (Token.x86, 39, 0x0005_0001), (Token.wide, 0x4000_0053, 0x0005_0001),
        ]
        for entry in cases {
            for (high, action) in [(UInt64(0), UInt32(0x0005_0001)), (1 << 32, entry.action)] {
                let arguments = [0, high | 7, 0, 0, 0, 0]
                let data = CallData(architecture: entry.architecture, number: entry.number, arguments: arguments)
                #expect(own.run(data).action == action, "\(data)")
            }
        }
    }

    @Test("SC-13: what the profile does not list is killed, -1 is not")
    func foreign() throws {
        let own = try Interpreter(SeccompFilter.compile(Self.profile { _ in }, for: .wide, log: Log()))
        func result(_ architecture: UInt32, _ number: UInt32) -> UInt32 {
            own.run(CallData(architecture: architecture, number: number)).action
        }
        #expect(result(Token.wide, 0) == 0x7FFF_0000)
        #expect(result(Token.x86, 0) == 0)
        #expect(result(Token.aarch64, 0) == 0)
        #expect(result(Token.wide, 0x4000_0000) == 0)
        #expect(result(Token.wide, .max) == 0x7FFF_0000)
    }
}
