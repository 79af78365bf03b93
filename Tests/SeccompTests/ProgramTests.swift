import CSeccomp
import Glibc
import Linux
import OCI
import Testing

@testable import Seccomp

@Suite("Programs")
struct ProgramTests {
    /// Every second call with rules of its own, so that the search and the cases are long.
    private static func long(rules: Int) -> SeccompProfile {
        var profile = SeccompProfile(defaultAction: "SCMP_ACT_ERRNO")
        profile.architectures = ["SCMP_ARCH_X86", "SCMP_ARCH_X32", "SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"]
        let names = stride(from: 0, to: 330, by: 2).compactMap { number -> String? in
            guard let text = seccomp_syscall_resolve_num_arch(Token.wide, CInt(number)) else { return nil }
            defer { free(text) }
            return String(cString: text)
        }
        for index in 0..<rules {
            var rule = SeccompProfile.Rule(names: [names[index % names.count]], action: "SCMP_ACT_TRACE")
            rule.errnoRet = UInt32(index % names.count)
            rule.args = [SeccompProfile.Argument(index: 2, value: UInt64(index) << 20, op: "SCMP_CMP_EQ")]
            profile.syscalls.append(rule)
        }
        return profile
    }

    @Test("SC-41: jumps beyond 255 instructions arrive")
    func far() throws {
        let profile = Self.long(rules: 130)
        let program = try SeccompFilter.compile(profile, for: .wide, log: Log())
        #expect(program.count > 1000 && program.count <= 4096)
        let own = try Interpreter(program)
        for token in [Token.wide, Token.x86, Token.x32, Token.aarch64, Token.arm] {
            let meaning = Meaning(profile: profile, token: token)
            for rule in profile.syscalls {
                let number = seccomp_syscall_resolve_name_arch(token, rule.names[0])
                if number < 0 || Multiplexed.Call(pseudoNumber: number) != nil { continue }
                for value in [rule.args[0].value, rule.args[0].value + 1] {
                    let arguments = [0, 0, value, 0, 0, 0]
                    let data = CallData(
                        architecture: Token.audit(token),
                        number: UInt32(number),
                        arguments: arguments
                    )
                    let meant = meaning.result(rule.names[0], arguments) ?? 0x0005_0001
                    #expect(own.run(data).action == meant, "\(data)")
                }
            }
        }
    }

    @Test("SC-41: a program that is too long for the kernel is refused")
    func tooLong() {
        let error = #expect(throws: RuntimeError.self) {
            _ = try SeccompFilter.compile(Self.long(rules: 2000), for: .wide, log: Log())
        }
        #expect(error?.description.hasSuffix("the kernel takes 4096") == true)
    }

    @Test("SC-23: libseccomp makes the filter for other architectures, behind the same stub")
    func fallback() throws {
        var profile = DockerProfile.wide
        profile.architectures += ["SCMP_ARCH_RISCV64", "SCMP_ARCH_MIPSEL"]
        let own = try Interpreter(SeccompFilter.compile(profile, for: .wide, log: Log()))
        let oracle = try Oracle(profile, native: Token.wide)
        var wrong: [String] = []
        for architecture in [Token.wide, Token.x86, 0xC000_00F3, 0x4000_0008, Token.arm] {
            for number in DockerProfileTests.numbers + [UInt32](4000..<4600) {
                let data = CallData(architecture: architecture, number: number)
                if own.run(data).action != oracle.result(data) { wrong.append("\(data)") }
            }
        }
        #expect(wrong == [])
    }

    @Test("SC-40: no call of Docker's profile runs through more than 20 instructions, arguments left out")
    func steps() throws {
        let own = try Interpreter(SeccompFilter.compile(DockerProfile.wide, for: .wide, log: Log()))
        for architecture in [Token.wide, Token.x86] {
            for number in DockerProfileTests.numbers {
                let steps = own.run(CallData(architecture: architecture, number: number)).steps
                #expect(steps <= 20, "\(architecture) \(number)")
            }
        }
    }

    /// Counts the calls' results that one wrong instruction changes.
    @Test("a planted bug is noticed")
    func mutants() throws {
        let program = try SeccompFilter.compile(DockerProfile.wide, for: .wide, log: Log())
        let right = try Interpreter(program)
        let calls = [Token.wide, Token.x86].flatMap { architecture in
            DockerProfileTests.numbers.flatMap { number in
                [0, 38, 39, 0x20000, 0x7E02_0000].map { value in
                    CallData(architecture: architecture, number: number, arguments: [value, 0, 0, 0, 0, 0])
                }
            }
        }
        let expected = calls.map { right.run($0).action }
        var missed = 0
        let places = Array(stride(from: 0, to: program.count, by: 5))
        for place in places {
            var wrong = program
            let old = wrong[place]
            wrong[place] = ClassicBPFInstruction(old.code, old.constant ^ 1, ifTrue: old.ifTrue, ifFalse: old.ifFalse)
            guard let mutant = try? Interpreter(wrong) else { continue }
            let isSame = zip(calls, expected).allSatisfy { mutant.run($0).action == $1 }
            if isSame { missed += 1 }
        }
        // The high halves of arguments are beyond these calls.
        #expect(missed * 5 < places.count, "\(missed) of \(places.count)")
    }

    @Test("SC-8: --debug shows the flags and the names that are left out")
    func log() throws {
        let file = try BorrowedDescriptor.currentDirectory.open("/tmp", OpenFlags(rawValue: 0o20_200_002), mode: 0o600)
        var profile = SeccompProfile(defaultAction: "SCMP_ACT_ALLOW")
        profile.flags = ["SECCOMP_FILTER_FLAG_LOG"]
        profile.syscalls = [SeccompProfile.Rule(names: ["no_such_call", "mkdir"], action: "SCMP_ACT_ERRNO")]
        _ = try SeccompFilter.compile(profile, log: Log(to: file.borrowed, debugging: true))
        let text = try BorrowedDescriptor.currentDirectory.open(file.procPath, .read).readAll()
        let lines = String(decoding: text, as: UTF8.self)
        #expect(lines.contains("msg=\"seccomp filter flags: 2\""))
        #expect(lines.contains("unknown seccomp syscall \\\"no_such_call\\\" ignored"))
        #expect(!lines.contains("mkdir"))
    }

    @Test("SC-11: the kernel takes the program, and it holds")
    func loads() async {
        await #expect(processExitsWith: .exitCode(0)) {
            var profile = DockerProfile.wide
            profile.flags = nil
            for index in profile.syscalls.indices { profile.syscalls[index].names.removeAll { $0 == "mkdirat" } }
            var rule = SeccompProfile.Rule(names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO")
            rule.errnoRet = 100
            profile.syscalls.insert(rule, at: 0)
            let filter = try #require(try SeccompFilter.compile(profile, log: Log()))
            // Without root a filter needs no_new_privs, which libseccomp's own loading sets.
            let context = try #require(seccomp_init(0x7FFF_0000))
            #expect(seccomp_load(context) == 0)
            try filter.load()
            #expect(throws: Errno(100)) {
                try BorrowedDescriptor.currentDirectory.makeDirectory("/tmp/no-such-folder", mode: 0o700)
            }
        }
    }
}
