import Linux

/// `struct seccomp_data`, but for the instruction pointer.
struct CallData: CustomStringConvertible {
    var architecture: UInt32
    var number: UInt32
    var arguments: [UInt64] = [0, 0, 0, 0, 0, 0]

    func word(at offset: UInt32) -> UInt32 {
        switch offset {
        case 0: return number
        case 4: return architecture
        case 8, 12: return 0
        default:
            let argument = arguments[Int(offset - 16) / 8]
            return UInt32(truncatingIfNeeded: offset % 8 == 0 ? argument : argument >> 32)
        }
    }

    var description: String {
        let words = arguments.map { String($0, radix: 16) }.joined(separator: ",")
        return "arch \(String(architecture, radix: 16)) nr \(String(number, radix: 16)) (\(words))"
    }
}

/// Classic BPF as the kernel checks and runs it for seccomp.
struct Interpreter {
    enum Fault: Error, Equatable {
        case length(Int), code(UInt16, at: Int), jump(at: Int), offset(UInt32, at: Int), noReturn
    }

    private let program: [ClassicBPFInstruction]

    /// The kernel's check: no loop is possible, since every jump goes forward.
    init(_ program: [ClassicBPFInstruction]) throws {
        guard (1...4096).contains(program.count) else { throw Fault.length(program.count) }
        for (index, instruction) in program.enumerated() {
            try Self.check(instruction, at: index, of: program.count)
        }
        guard program[program.count - 1].code == 0x06 else { throw Fault.noReturn }
        self.program = program
    }

    private static func check(_ instruction: ClassicBPFInstruction, at index: Int, of count: Int) throws {
        switch instruction.code {
        case 0x20:
            let offset = instruction.constant
            if offset % 4 != 0 || offset >= 64 { throw Fault.offset(offset, at: index) }
        case 0x05:
            if Int(instruction.constant) >= count - index - 1 { throw Fault.jump(at: index) }
        case 0x15, 0x25, 0x35, 0x45:
            let furthest = max(Int(instruction.ifTrue), Int(instruction.ifFalse))
            if furthest >= count - index - 1 { throw Fault.jump(at: index) }
        case 0x06, 0x54: break
        default: throw Fault.code(instruction.code, at: index)
        }
    }

    /// What the kernel is told to do, and how many instructions that took.
    func run(_ data: CallData) -> (action: UInt32, steps: Int) {
        var accumulator: UInt32 = 0
        var position = 0
        var steps = 0
        while true {
            let instruction = program[position]
            let constant = instruction.constant
            position += 1
            steps += 1
            let holds: Bool
            switch instruction.code {
            case 0x20:
                accumulator = data.word(at: constant)
                continue
            case 0x54:
                accumulator &= constant
                continue
            case 0x05:
                position += Int(constant)
                continue
            case 0x15: holds = accumulator == constant
            case 0x25: holds = accumulator > constant
            case 0x35: holds = accumulator >= constant
            case 0x45: holds = accumulator & constant != 0
            default: return (constant, steps)
            }
            position += Int(holds ? instruction.ifTrue : instruction.ifFalse)
        }
    }
}
