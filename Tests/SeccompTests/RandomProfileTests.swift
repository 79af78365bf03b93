import CSeccomp
import Linux
import OCI
import Testing

@testable import Seccomp

@Suite("Random profiles")
struct RandomProfileTests {
    static let wide = ["SCMP_ARCH_X86", "SCMP_ARCH_X32", "SCMP_ARCH_X86_64"]
    static let arm = ["SCMP_ARCH_ARM", "SCMP_ARCH_AARCH64"]
    static let few = ["read", "ioctl", "kill", "clone", "openat", "futex"]

    static let allNumbers = numbers(RandomProfile.names)

    /// Numbers with a meaning, their neighbours, and the edges of the conventions.
    static func numbers(_ names: [String]) -> [UInt32] {
        let tokens = [Token.wide, Token.x86, Token.x32, Token.aarch64, Token.arm]
        let named = tokens.flatMap { token in
            names.map { seccomp_syscall_resolve_name_arch(token, $0) }.filter { $0 >= 0 }
        }
        let near = named.flatMap { [UInt32($0), UInt32($0) + 1, UInt32(max($0, 1)) - 1] }
        return Set(near).sorted() + DockerProfileTests.numbers.suffix(14)
    }

    /// What differs from runc's filter, but for what `isListed` knows.
    private func differences(
        _ profile: SeccompProfile,
        _ native: Architecture,
        _ random: inout RandomProfile,
        numbers: [UInt32],
        isListed: (CallData, UInt32, UInt32) -> Bool = { _, _, _ in false }
    ) throws -> [String] {
        let own = try Interpreter(SeccompFilter.compile(profile, for: native, log: Log()))
        let oracle = try Oracle(profile, native: native.token)
        var result: [String] = []
        for architecture in [Token.wide, Token.x86, Token.aarch64, Token.arm, 0x4000_0014] {
            for number in numbers {
                for _ in 0..<4 {
                    let data = CallData(architecture: architecture, number: number, arguments: random.arguments())
                    let (mine, theirs) = (own.run(data).action, oracle.result(data))
                    if mine == theirs || isListed(data, mine, theirs) { continue }
                    result.append("\(data): \(mine), not \(theirs)")
                }
            }
        }
        return result
    }

    @Test("SC-21: one rule with tests for each call: the same as runc's filter", arguments: 0..<50)
    func single(seed: Int) throws {
        var random = RandomProfile(seed: UInt64(seed))
        let (names, native) = seed % 2 == 0 ? (Self.wide, Architecture.wide) : (Self.arm, Architecture.aarch64)
        let profile = random.make(names, perName: 1, names: RandomProfile.common)
        #expect(try differences(profile, native, &random, numbers: Self.allNumbers) == [], "\(profile)")
    }

    @Test("SC-32: several rules with tests for one call: libseccomp mixes them up", arguments: 0..<50)
    func several(seed: Int) throws {
        var random = RandomProfile(seed: UInt64(seed + 2000))
        let profile = random.make(Self.wide, perName: 5, names: Self.few)
        let usual = Oracle.action(profile.defaultAction, profile.defaultErrnoRet)
        let numbers = Self.numbers(Self.few)
        let found = try differences(profile, .wide, &random, numbers: numbers) { data, mine, _ in
            guard let (name, token) = Self.name(data) else { return false }
            let rules = profile.syscalls.filter { $0.names.contains(name) && !$0.args.isEmpty }
            let meant = Meaning(profile: profile, token: token).result(name, data.arguments) ?? usual
            return rules.count > 1 && mine == meant
        }
        #expect(found == [], "\(profile)")
    }

    private static func name(_ data: CallData) -> (name: String, token: UInt32)? {
        let isX32 = data.architecture == Token.wide && data.number & 0x4000_0000 != 0
        let token = isX32 ? Token.x32 : data.architecture
        for name in few where seccomp_syscall_resolve_name_arch(token, name) == CInt(bitPattern: data.number) {
            return (name, token)
        }
        return nil
    }

    @Test("SC-22, SC-33: a filter means what its profile says", arguments: 0..<100)
    func meaning(seed: Int) throws {
        var random = RandomProfile(seed: UInt64(seed + 3000))
        let (names, native) = seed % 2 == 0 ? (Self.wide, Architecture.wide) : (Self.arm, Architecture.aarch64)
        let profile = random.make(names, perName: 4, names: RandomProfile.names, rare: RandomProfile.names)
        let own = try Interpreter(SeccompFilter.compile(profile, for: native, log: Log()))
        let tokens = [native.token] + profile.architectures.compactMap { Token.names[$0] }
        for token in tokens {
            let meaning = Meaning(profile: profile, token: token)
            for name in RandomProfile.names {
                let number = seccomp_syscall_resolve_name_arch(token, name)
                if number < 0 { continue }
                for _ in 0..<16 {
                    let arguments = random.arguments()
                    let data = CallData(
                        architecture: Token.audit(token),
                        number: UInt32(number),
                        arguments: arguments
                    )
                    guard let expected = meaning.result(name, arguments) else { continue }
                    #expect(own.run(data).action == expected, "\(name) \(data)\n\(profile)")
                }
            }
        }
    }

    @Test("SC-24: contradicting rules get what libseccomp makes of them", arguments: 0..<20)
    func contradiction(seed: Int) throws {
        var random = RandomProfile(seed: UInt64(seed + 4000))
        var profile = random.make(Self.wide, perName: 1, names: RandomProfile.common)
        profile.syscalls.removeAll { $0.names.contains("prctl") }
        profile.defaultAction = "SCMP_ACT_KILL_PROCESS"
        profile.defaultErrnoRet = nil
        for (index, action) in [(0, "SCMP_ACT_LOG"), (1, "SCMP_ACT_ERRNO")] as [(UInt32, String)] {
            var rule = SeccompProfile.Rule(names: ["prctl"], action: action)
            let value = random.pick(RandomProfile.values)
            rule.args = [SeccompProfile.Argument(index: index, value: value, op: "SCMP_CMP_GE")]
            profile.syscalls.append(rule)
        }
        let checked = try CheckedProfile(profile, native: .wide)
        #expect(Generator.program(for: checked, Numbers.resolve(checked, log: Log())) == nil)
        #expect(try differences(profile, .wide, &random, numbers: Self.allNumbers) == [], "\(profile)")
    }
}
