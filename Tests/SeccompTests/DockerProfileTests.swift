import Linux
import OCI
import Testing

@testable import Seccomp

/// Every system call number of every convention, with arguments on both sides of every test.
@Suite("Docker's default profile")
struct DockerProfileTests {
    static let numbers: [UInt32] = {
        let low = (0..<700).map { UInt32($0) }
        let edges: [UInt32] = [
            0x000F_0000, 0x000F_0001, 0x000F_0002, 0x000F_0005, 0x000F_0006, 0x3FFF_FFFF, 0x7FFF_FFFF, 0x8000_0000,
            0x8000_0001, 0xBFFF_FFFF, 0xC000_0000, 0xC000_0001, 0xFFFF_FFFE, 0xFFFF_FFFF,
        ]
        return low + low.map { $0 | 0x4000_0000 } + edges
    }()

    static let values: [UInt64] = [
        0, 1, 8, 37, 38, 39, 40, 41, 0x20000, 0x20008, 0x7E02_0000, 0x0200_0000, 0x10000, 0xFFFF_FFFF, 1 << 32,
        1 << 32 | 8, 1 << 32 | 38, 0x7E02_0000 << 32, .max,
    ]

    /// The differences between both filters that no listed clause explains.
    static func differences(
        _ profile: SeccompProfile,
        native: Architecture,
        values: [UInt64] = values,
        except isListed: (CallData) -> Bool = { _ in false }
    ) throws -> [String] {
        let own = try Interpreter(SeccompFilter.compile(profile, for: native, log: Log()))
        let oracle = try Oracle(profile, native: native.token)
        var differences: [String] = []
        for architecture in [Token.wide, Token.x86, Token.aarch64, Token.arm, 0x4000_0014] {
            for number in numbers {
                for value in values {
                    let arguments = [value, value >> 1, 0, 0, 0, value]
                    let data = CallData(architecture: architecture, number: number, arguments: arguments)
                    let (mine, theirs) = (own.run(data).action, oracle.result(data))
                    if mine == theirs || isListed(data) { continue }
                    differences.append("\(data): \(String(mine, radix: 16)), not \(String(theirs, radix: 16))")
                }
            }
        }
        return differences
    }

    @Test("SC-20: x86_64, i386 and x32 answer as runc's filter does")
    func wide() throws {
        #expect(try Self.differences(DockerProfile.wide, native: .wide) == [])
    }

    @Test("SC-20: aarch64 and arm answer as runc's filter does")
    func arm() throws {
        #expect(try Self.differences(DockerProfile.arm, native: .aarch64) == [])
    }

    @Test("SC-20: x86_64 alone refuses i386 and x32 as runc's filter does")
    func alone() throws {
        var profile = DockerProfile.wide
        profile.architectures = []
        #expect(try Self.differences(profile, native: .wide) == [])
    }

    @Test("SC-31: without socketcall and ipc only socket's indirect call differs")
    func multiplexed() throws {
        let profile = DockerProfile.withoutMultiplexers(DockerProfile.wide)
        let differences = try Self.differences(profile, native: .wide) { data in
            data.architecture == Token.x86 && data.number == 102 && data.arguments[0] & 0xFFFF_FFFF == 1
        }
        #expect(differences == [])
    }

    @Test("SC-40: the program is short")
    func size() throws {
        let three = try SeccompFilter.compile(DockerProfile.wide, for: .wide, log: Log())
        let arm = try SeccompFilter.compile(DockerProfile.arm, for: .aarch64, log: Log())
        #expect(three.count <= 300)
        #expect(arm.count <= 230)
    }
}

extension Architecture {
    static let wide = Architecture("SCMP_ARCH_X86_64", token: Token.wide, .bits64)
    static let aarch64 = Architecture("SCMP_ARCH_AARCH64", token: Token.aarch64, .bits64)
}
