import Linux
import OCI
import Testing

@testable import Cgroups

/// One access to a device, as the kernel asks a cgroup about it.
struct Access: CustomStringConvertible {
    let isBlock: Bool
    let major: UInt32
    let minor: UInt32
    let mode: UInt8
    var description: String { "\(isBlock ? "b" : "c") \(major):\(minor) \(mode)" }
}

/// What the kernel's v1 devices controller does with a list of rules (security/device_cgroup.c), written down here a
/// second time and straightforwardly: a behaviour, and a list of exceptions that are searched.
struct ReferenceDevices {
    var allows = false
    var list: [(block: Bool, major: Int64, minor: Int64, mode: UInt8)] = []

    /// False for a rule that would be a hole in a wider exception.
    mutating func apply(_ rule: Resources.DeviceRule, isStrict: Bool = true) -> Bool {
        if rule.type == "a" {
            (allows, list) = (rule.allow, [])
            return true
        }
        let (block, major, minor) = (rule.type == "b", rule.major ?? -1, rule.minor ?? -1)
        let letters: [Character: UInt8] = ["m": 1, "r": 2, "w": 4]
        let mode = rule.access.reduce(UInt8(0)) { $0 | letters[$1, default: 0] }
        let same = list.firstIndex { $0.block == block && $0.major == major && $0.minor == minor }
        if rule.allow != allows {
            if let same { list[same].mode |= mode } else { list.append((block, major, minor, mode)) }
            return true
        }
        let isHole = list.contains { other in
            other.block == block && other.mode & mode != 0 && (other.major != major || other.minor != minor)
                && (other.major == -1 || other.major == major) && (other.minor == -1 || other.minor == minor)
        }
        if isHole && isStrict { return false }
        if let same {
            list[same].mode &= ~mode
            if list[same].mode == 0 { list.remove(at: same) }
        }
        return true
    }

    /// The kernel itself removes an exception also when a wider one covers it.
    mutating func applyInAnyCase(_ rule: Resources.DeviceRule) { _ = apply(rule, isStrict: false) }

    init() {}

    init(_ access: DeviceAccess) {
        allows = access.allowsByDefault
        for exception in access.exceptions {
            let verb = access.allowsByDefault ? "deny" : "allow"
            applyInAnyCase(Resources.DeviceRule("\(verb) \(exception.text)"))
        }
    }

    func permits(_ access: Access) -> Bool {
        let matches = list.contains { other in
            other.block == access.isBlock && (other.major == -1 || other.major == Int64(access.major))
                && (other.minor == -1 || other.minor == Int64(access.minor))
                && (allows ? access.mode & other.mode != 0 : access.mode & ~other.mode == 0)
        }
        return matches != allows
    }
}

/// Runs the instructions that a device filter consists of; nil when the kernel's verifier would not have it.
func interpret(_ program: [BPFInstruction], _ access: Access) -> Bool? {
    var registers = [UInt32](repeating: 0, count: 11)
    var counter = 0
    while counter < program.count {
        let instruction = program[counter]
        let (destination, source) = (Int(instruction.destination), Int(instruction.source))
        let immediate = UInt32(bitPattern: instruction.immediate)
        counter += 1
        switch instruction.opcode {
        case 0x61:
            guard source == 1 else { return nil }
            let words = [UInt32(access.mode) << 16 | (access.isBlock ? 1 : 2), access.major, access.minor]
            registers[destination] = words[Int(instruction.offset) / 4]
        case 0xb4: registers[destination] = immediate
        case 0xbc: registers[destination] = registers[source]
        case 0x54: registers[destination] &= immediate
        case 0x4c: registers[destination] |= registers[source]
        case 0x64: registers[destination] <<= immediate
        case 0x74: registers[destination] >>= immediate
        case 0x05: counter += Int(instruction.offset)
        case 0x16: counter += registers[destination] == immediate ? Int(instruction.offset) : 0
        case 0x56: counter += registers[destination] != immediate ? Int(instruction.offset) : 0
        case 0x95: return registers[0] == 1
        default: return nil
        }
    }
    return nil
}

/// The kernel refuses a program with instructions that no path leads to.
func allReachable(_ program: [BPFInstruction]) -> Bool {
    var seen = Set<Int>()
    var open = [0]
    while let next = open.popLast() {
        guard next < program.count, seen.insert(next).inserted else { continue }
        let target = next + 1 + Int(program[next].offset)
        switch program[next].opcode {
        case 0x95: break
        case 0x05: open.append(target)
        case 0x16, 0x56: open += [next + 1, target]
        default: open.append(next + 1)
        }
    }
    return seen.count == program.count
}

@Suite struct DeviceTests {
    private static func rule(_ generator: inout some RandomNumberGenerator) -> Resources.DeviceRule {
        var rule = Resources.DeviceRule(allow: Bool.random(using: &generator))
        rule.type = ["a", "b", "c", "b", "c", "b", "c", "c"].randomElement(using: &generator) ?? "a"
        rule.major = [nil, -1, 0, 1, 5, 4095].randomElement(using: &generator) ?? nil
        rule.minor = [nil, -1, 0, 3, 7, 1_048_575, 2_000_000].randomElement(using: &generator) ?? nil
        rule.access = ["r", "w", "m", "rw", "rm", "wm", "rwm", "rwm"].randomElement(using: &generator) ?? "r"
        return rule
    }

    private static let samples: [Access] = [true, false].flatMap { block in
        [UInt32(0), 1, 5, 6, 4095].flatMap { major in
            [UInt32(0), 3, 7, 8, 1_048_575].flatMap { minor in
                (1...7).map { Access(isBlock: block, major: major, minor: minor, mode: $0) }
            }
        }
    }

    @Test("CG-7: the program decides as v1's devices controller does, over random rules", arguments: 0..<40)
    func programAgrees(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        for _ in 0..<25 {
            var reference = ReferenceDevices()
            var accepted: [Resources.DeviceRule] = []
            for _ in 0..<Int.random(in: 0...9, using: &generator) {
                let rule = Self.rule(&generator)
                var next = reference
                if next.apply(rule) {
                    reference = next
                    accepted.append(rule)
                } else {
                    #expect(failure { _ = try DeviceAccess(accepted + [rule]) }.contains("cannot punch hole"))
                }
            }
            let program = DeviceFilter(try DeviceAccess(accepted)).instructions
            #expect(allReachable(program))
            for access in Self.samples where interpret(program, access) != reference.permits(access) {
                Issue.record("\(access) with \(accepted)")
            }
        }
    }

    @Test("CG-7: the lines for v1 lead from what devices.list tells to what is wanted, over random rules")
    func transitionsArrive() throws {
        var generator = SeededGenerator(seed: 7)
        var compared = 0
        for _ in 0..<300 {
            guard let old = try? DeviceAccess((0..<5).map { _ in Self.rule(&generator) }),
                let new = try? DeviceAccess((0..<5).map { _ in Self.rule(&generator) })
            else { continue }
            // What a reader of devices.list can know of the old rules.
            let known = try DeviceAccess(list: old.allowsByDefault ? "a *:* rwm\n" : old.list)
            var kernel = ReferenceDevices(old)
            for step in new.transition(from: known) {
                for line in step.lines {
                    let text = "\(step.isAllowed ? "allow" : "deny") \(line == "a" ? "a *:* rwm" : line)"
                    kernel.applyInAnyCase(Resources.DeviceRule(text))
                }
            }
            let wanted = ReferenceDevices(new)
            for access in Self.samples where kernel.permits(access) != wanted.permits(access) {
                Issue.record("\(access): \(old) to \(new)")
            }
            compared += 1
        }
        #expect(compared > 50)
    }

    @Test("CG-7: an update that adds a device denies nothing meanwhile")
    func noWindow() throws {
        let old = try DeviceAccess(Cgroup.deviceRules([]))
        let new = try DeviceAccess(Cgroup.deviceRules([Resources.DeviceRule("allow c 10:229 rwm")]))
        let steps = new.transition(from: try DeviceAccess(list: old.list))
        #expect(steps.map(\.isAllowed) == [true])
        #expect(steps.map(\.lines) == [["c 10:229 rwm"]])
        #expect(old.transition(from: old).isEmpty)
    }

    @Test("CG-7: many rules are more than one chunk, and every jump still arrives")
    func chunks() throws {
        var rules: [Resources.DeviceRule] = []
        for number in 0..<9000 {
            rules.append(Resources.DeviceRule("allow c \(number % 4000):\(number) \(number % 3 == 0 ? "rw" : "rwm")"))
        }
        let program = DeviceFilter(try DeviceAccess(rules)).instructions
        #expect(allReachable(program))
        for number: UInt32 in [0, 1, 4095, 4096, 8999] {
            let access = Access(isBlock: false, major: number % 4000, minor: number, mode: 6)
            #expect(interpret(program, access) == true)
            #expect(interpret(program, Access(isBlock: true, major: access.major, minor: number, mode: 6)) == false)
        }
        #expect(interpret(program, Access(isBlock: false, major: 1, minor: 9001, mode: 2)) == false)
    }

    @Test(
        "CG-6: every container may use the default devices, and make any node",
        arguments: [
            ("c", 1, 3, 7, true), ("c", 1, 5, 7, true), ("c", 1, 7, 7, true), ("c", 1, 8, 7, true),
            ("c", 1, 9, 7, true), ("c", 5, 0, 7, true), ("c", 5, 2, 7, true), ("c", 136, 4, 7, true),
            ("c", 10, 200, 7, true), ("c", 1, 11, 1, true), ("b", 8, 0, 1, true), ("c", 1, 11, 2, false),
            ("b", 8, 0, 2, false), ("c", 1, 1, 4, false), ("c", 10, 229, 2, false),
        ] as [(String, UInt32, UInt32, UInt8, Bool)]
    )
    func defaults(type: String, major: UInt32, minor: UInt32, mode: UInt8, allowed: Bool) throws {
        let denyAll = Resources.DeviceRule("deny a *:* rwm")
        let program = DeviceFilter(try DeviceAccess(Cgroup.deviceRules([denyAll]))).instructions
        let access = Access(isBlock: type == "b", major: major, minor: minor, mode: mode)
        #expect(interpret(program, access) == allowed)
    }

    @Test("CG-6: a node that config.json describes itself has no default rule")
    func ownNode() throws {
        let rules = Cgroup.deviceRules([], nodes: ["/dev/null"])
        #expect(rules.count == Cgroup.defaultDeviceRules.count - 1)
        #expect(!rules.contains { $0.major == 1 && $0.minor == 3 })
    }

    @Test("CG-7: a denied part refuses an access to the whole")
    func partlyDenied() throws {
        let rules = [Resources.DeviceRule("allow a *:* rwm"), Resources.DeviceRule("deny c 1:3 w")]
        let program = DeviceFilter(try DeviceAccess(rules)).instructions
        #expect(interpret(program, Access(isBlock: false, major: 1, minor: 3, mode: 6)) == false)
        #expect(interpret(program, Access(isBlock: false, major: 1, minor: 3, mode: 2)) == true)
    }

    @Test(
        "CG-7: rules that mean nothing are refused",
        arguments: [
            ("p", 1, "r", "invalid cgroup device type \"p\""), ("c", 1, "", "device access field cannot be empty"),
            ("c", 1, "x", "device access field cannot be empty"),
            ("c", 1 << 32, "r", "invalid device major number 4294967296"),
        ] as [(String, Int64, String, String)]
    )
    func badRules(type: String, major: Int64, access: String, text: String) {
        var rule = Resources.DeviceRule(allow: true)
        (rule.type, rule.major, rule.access) = (type, major, access)
        #expect(failure { _ = try DeviceAccess([rule]) } == text)
    }

    @Test("CG-6: letters of an access that are not known count for nothing")
    func unknownLetters() throws {
        let rules = [Resources.DeviceRule("allow c 1:3 rx")]
        #expect(try DeviceAccess(rules).exceptions.map(\.text) == ["c 1:3 r"])
    }

    @Test("CG-7: an instruction is laid out as the kernel's struct bpf_insn")
    func encoding() {
        let instruction = BPFInstruction(opcode: 0x61, destination: 2, source: 1, offset: -2, immediate: -1)
        #expect(instruction.encoded == 0xffff_ffff_fffe_1261)
    }
}

extension DeviceAccess {
    /// As the kernel shows an allow list.
    var list: String { exceptions.map { $0.text + "\n" }.joined() }
}

/// SplitMix64: the same numbers for the same seed.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
