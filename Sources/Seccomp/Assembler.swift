internal import Linux

/// Writes a program from its last instruction to its first: BPF jumps only forward, so every target is known when a jump
/// to it is written, and so is the distance.
struct Assembler {
    /// Where a jump goes: to an action, wherever one is in reach, or to an instruction that is already written.
    enum Target: Equatable {
        case action(UInt32)
        case instruction(Int)
    }

    /// The last instruction comes first.
    private var reversed: [ClassicBPFInstruction]
    /// Where the latest returns are, most recent use first; a few suffice, since a profile has few actions.
    private var returns: [(action: UInt32, index: Int)] = []
    private static let remembered = 8
    /// Conditional jumps count in eight bits.
    private static let reach = 255

    /// Begins in front of `rest`.
    init(before rest: [ClassicBPFInstruction] = []) {
        reversed = rest.reversed()
        reversed.reserveCapacity(1024)
    }

    /// The program that begins with `start`, or an action alone.
    mutating func program(startingAt start: Target) -> [ClassicBPFInstruction] {
        switch start {
        case .action(let action): return [ClassicBPFInstruction(Code.result, action)]
        case .instruction(let index):
            fallInto(index)
            return reversed.reversed()
        }
    }

    /// The instruction that was written last, which runs first.
    var first: Target { .instruction(reversed.count - 1) }

    /// Puts an instruction in front that goes on to `next`; an action looks at nothing, so it needs none.
    mutating func load(offset: UInt32, then next: Target) -> Target {
        guard case .instruction(let index) = next else { return next }
        fallInto(index)
        return append(ClassicBPFInstruction(Code.load, offset))
    }

    mutating func and(_ mask: UInt32, then next: Target) -> Target {
        guard case .instruction(let index) = next else { return next }
        fallInto(index)
        return append(ClassicBPFInstruction(Code.and, mask))
    }

    /// Puts a conditional jump in front.
    mutating func jump(_ code: UInt16, _ constant: UInt32, ifTrue: Target, ifFalse: Target) -> Target {
        if ifTrue == ifFalse { return ifTrue }
        // Each may need an instruction of its own, which moves the other one away by that much.
        let near = place(ifFalse, slack: 1)
        let far = place(ifTrue, slack: 0)
        let here = reversed.count
        return append(
            ClassicBPFInstruction(code, constant, ifTrue: UInt8(here - far - 1), ifFalse: UInt8(here - near - 1))
        )
    }

    private mutating func append(_ instruction: ClassicBPFInstruction) -> Target {
        reversed.append(instruction)
        return .instruction(reversed.count - 1)
    }

    /// Makes the instruction at `index` run after the one to be written next.
    private mutating func fallInto(_ index: Int) {
        if index != reversed.count - 1 { appendAlways(to: index) }
    }

    /// An index that a conditional jump reaches, with `slack` more instructions in between.
    private mutating func place(_ target: Target, slack: Int) -> Int {
        switch target {
        case .instruction(let index):
            if isNear(index, slack) { return index }
            appendAlways(to: index)
        case .action(let action):
            if let known = returns.firstIndex(where: { $0.action == action }) {
                if isNear(returns[known].index, slack) { return returns[known].index }
                returns.remove(at: known)
            }
            reversed.append(ClassicBPFInstruction(Code.result, action))
            returns.insert((action, reversed.count - 1), at: 0)
            if returns.count > Self.remembered { returns.removeLast() }
        }
        return reversed.count - 1
    }

    private func isNear(_ index: Int, _ slack: Int) -> Bool { reversed.count + slack - index - 1 <= Self.reach }

    private mutating func appendAlways(to index: Int) {
        reversed.append(ClassicBPFInstruction(Code.always, UInt32(reversed.count - index - 1)))
    }
}

/// The instructions of `<linux/bpf_common.h>` that a filter is made of.
enum Code {
    /// `A = *(u32 *)(seccomp_data + constant)`
    static let load: UInt16 = 0x20
    /// `A &= constant`
    static let and: UInt16 = 0x54
    static let always: UInt16 = 0x05
    static let ifEqual: UInt16 = 0x15
    static let ifAny: UInt16 = 0x45
    static let ifGreater: UInt16 = 0x25
    static let ifGreaterOrEqual: UInt16 = 0x35
    static let result: UInt16 = 0x06
}

/// Offsets in `struct seccomp_data`.
enum DataOffset {
    static let number: UInt32 = 0
    static let architecture: UInt32 = 4
    /// Both supported machines are little endian: the low half comes first.
    static func low(_ argument: UInt32) -> UInt32 { 16 + 8 * argument }
    static func high(_ argument: UInt32) -> UInt32 { 20 + 8 * argument }
}
