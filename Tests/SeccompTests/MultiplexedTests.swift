import CSeccomp
import Glibc
import Linux
import OCI
import Testing

@testable import Seccomp

@Suite("i386's socketcall and ipc")
struct MultiplexedTests {
    static let sockets = [
        "socket", "bind", "connect", "listen", "accept", "getsockname", "getpeername", "socketpair", "send", "recv",
        "sendto", "recvfrom", "shutdown", "setsockopt", "getsockopt", "sendmsg", "recvmsg", "accept4", "recvmmsg",
        "sendmmsg",
    ]
    static let messages = [
        "semop", "semget", "semctl", "semtimedop", "msgsnd", "msgrcv", "msgget", "msgctl", "shmat", "shmdt", "shmget",
        "shmctl",
    ]

    private static func profile(_ defaultAction: String, _ rules: [SeccompProfile.Rule]) -> SeccompProfile {
        var profile = SeccompProfile(defaultAction: defaultAction)
        profile.architectures = ["SCMP_ARCH_X86"]
        // A new call, so that no number of the tests is newer than the profile.
        profile.syscalls = rules + [SeccompProfile.Rule(names: ["openat2"], action: "SCMP_ACT_LOG")]
        return profile
    }

    private static func rule(_ name: String, _ action: String, argument: UInt64? = nil) -> SeccompProfile.Rule {
        var rule = SeccompProfile.Rule(names: [name], action: action)
        rule.args = argument.map { [SeccompProfile.Argument(index: 0, value: $0, op: "SCMP_CMP_EQ")] } ?? []
        return rule
    }

    private func result(_ profile: SeccompProfile, _ number: UInt32, _ first: UInt64) throws -> UInt32 {
        let own = try Interpreter(SeccompFilter.compile(profile, for: .wide, log: Log()))
        return own.run(CallData(architecture: Token.x86, number: number, arguments: [first, 0, 0, 0, 0, 0])).action
    }

    @Test("SC-10: the table of direct numbers is libseccomp's", arguments: sockets + messages)
    func direct(name: String) throws {
        let pseudo = seccomp_syscall_resolve_name_arch(Token.x86, name)
        let call = try #require(Multiplexed.Call(pseudoNumber: pseudo))
        let candidates = [CInt](0..<500).filter { number in
            guard let text = seccomp_syscall_resolve_num_arch(Token.x86, number) else { return false }
            defer { free(text) }
            return String(cString: text) == name
        }
        #expect(call.directNumber == candidates.first ?? -1)
    }

    @Test("SC-10: rules without tests hold for both ways, as in libseccomp", arguments: 0..<30)
    func agrees(seed: Int) throws {
        var random = RandomProfile(seed: UInt64(seed + 5000))
        let names = (Self.sockets + Self.messages).filter { _ in random.below(2) == 0 }
        let rules = names.map { Self.rule($0, random.pick(RandomProfile.actions)) }
        let profile = Self.profile(random.pick(RandomProfile.actions), rules)
        let own = try Interpreter(SeccompFilter.compile(profile, for: .wide, log: Log()))
        let oracle = try Oracle(profile, native: Token.wide)
        var wrong: [String] = []
        for number in [UInt32](0..<440) {
            for first in [UInt64](0..<30) + [1 << 32 | 1] {
                let arguments: [UInt64] = [first, 0, 0, 0, 0, 0]
                let data = CallData(architecture: Token.x86, number: number, arguments: arguments)
                if own.run(data).action != oracle.result(data) { wrong.append("\(data)") }
            }
        }
        #expect(wrong == [])
    }

    @Test("SC-31: a rule with tests lets nothing through by socketcall")
    func allowing() throws {
        let profile = Self.profile("SCMP_ACT_ERRNO", [Self.rule("socket", "SCMP_ACT_ALLOW", argument: 1)])
        #expect(try result(profile, 359, 1) == 0x7FFF_0000)
        #expect(try result(profile, 359, 2) == 0x0005_0001)
        #expect(try result(profile, 102, 1) == 0x0005_0001)
    }

    @Test("SC-31: a rule with tests that is stricter than the default closes socketcall too, as in libseccomp")
    func denying() throws {
        let profile = Self.profile("SCMP_ACT_ALLOW", [Self.rule("socket", "SCMP_ACT_ERRNO", argument: 38)])
        #expect(try result(profile, 359, 38) == 0x0005_0001)
        #expect(try result(profile, 359, 2) == 0x7FFF_0000)
        #expect(try result(profile, 102, 1) == 0x0005_0001)
        #expect(try result(profile, 102, 2) == 0x7FFF_0000)
    }

    @Test("SC-10: a rule that names socketcall wins")
    func explicit() throws {
        let rules = [Self.rule("socket", "SCMP_ACT_TRAP"), Self.rule("socketcall", "SCMP_ACT_ALLOW")]
        let profile = Self.profile("SCMP_ACT_ERRNO", rules)
        #expect(try result(profile, 359, 0) == 0x0003_0000)
        #expect(try result(profile, 102, 1) == 0x7FFF_0000)
        let tested = Self.profile(
            "SCMP_ACT_ERRNO",
            [Self.rule("bind", "SCMP_ACT_TRAP"), Self.rule("socketcall", "SCMP_ACT_ALLOW", argument: 1)]
        )
        #expect(try result(tested, 102, 1) == 0x7FFF_0000)
        #expect(try result(tested, 102, 2) == 0x0003_0000)
    }

    @Test("SC-34: a call that the profile names is never taken for a newer one")
    func newest() throws {
        var profile = Self.profile("SCMP_ACT_ERRNO", [Self.rule("socket", "SCMP_ACT_ALLOW")])
        profile.syscalls.removeLast()
        #expect(try result(profile, 359, 0) == 0x7FFF_0000)
        #expect(try result(profile, 102, 1) == 0x7FFF_0000)
        #expect(try result(profile, 358, 0) == 0x0005_0001)
        #expect(try result(profile, 360, 0) == 0x0005_0026)
    }

    @Test("SC-35: of two rules for one call the first decides, both ways")
    func twice() throws {
        let rules = [Self.rule("bind", "SCMP_ACT_TRAP"), Self.rule("bind", "SCMP_ACT_ALLOW")]
        let profile = Self.profile("SCMP_ACT_ERRNO", rules)
        #expect(throws: Oracle.Failure.self) { try Oracle(profile, native: Token.wide) }
        #expect(try result(profile, 361, 0) == 0x0003_0000)
        #expect(try result(profile, 102, 2) == 0x0003_0000)
    }

    @Test("SC-36: a call without a number of its own has the indirect way only")
    func indirect() throws {
        let profile = Self.profile("SCMP_ACT_ALLOW", [Self.rule("send", "SCMP_ACT_TRAP")])
        #expect(try result(profile, 102, 9) == 0x0003_0000)
        #expect(try result(profile, UInt32(bitPattern: -109), 0) == 0x7FFF_0000)
    }
}
