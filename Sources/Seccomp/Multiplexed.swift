/// i386's socketcall(2) and ipc(2): one number, and the call that is meant in the first argument. A rule about socket(2)
/// has to hold for both ways.
struct Multiplexed {
    /// One call behind one of the two.
    struct Call: Equatable {
        /// 102: socketcall, 117: ipc.
        let number: UInt32
        /// What the first argument holds (`<linux/net.h>`, `<linux/ipc.h>`).
        let code: Int

        /// libseccomp's pseudo numbers: -100 and below for socketcall, -200 and below for ipc.
        init?(pseudoNumber: CInt) {
            switch pseudoNumber {
            case -120 ... -101: (number, code) = (Multiplexed.socketcall, Int(-100 - pseudoNumber))
            case -224 ... -201: (number, code) = (Multiplexed.ipc, Int(-200 - pseudoNumber))
            default: return nil
            }
        }

        /// i386's own number for the call, or -1.
        var directNumber: CInt {
            CInt(number == Multiplexed.socketcall ? Multiplexed.sockets[code] : Multiplexed.messages[code])
        }

        fileprivate var slot: Int { number == Multiplexed.socketcall ? code : code + 32 }
    }

    static let socketcall: UInt32 = 102
    static let ipc: UInt32 = 117

    /// `arch/x86/entry/syscalls/syscall_32.tbl`, by socketcall's code.
    private static let sockets: [Int16] = [
        -1, 359, 361, 362, 363, -1, 367, 368, 360, -1, -1, 369, 371, 373, 366, 365, 370, 372, 364, 337, 345,
    ]
    /// The same by ipc's code.
    private static let messages: [Int16] = [
        -1, -1, 393, 394, -1, -1, -1, -1, -1, -1, -1, 400, 401, 399, 402, -1, -1, -1, -1, -1, -1, 397, 398, 395, 396,
    ]

    /// What one of the calls gets when it comes the indirect way.
    struct Outcome: Equatable {
        let call: Call
        let action: UInt32
    }

    private var always: [(slot: Int, outcome: Outcome)] = []
    private var tested: [Outcome] = []
    private(set) var outcomes: [Outcome] = []

    mutating func add(_ call: Call, _ rule: CheckedRule) {
        let outcome = Outcome(call: call, action: rule.action)
        if rule.alternatives.isEmpty {
            if !always.contains(where: { $0.slot == call.slot }) { always.append((call.slot, outcome)) }
        } else {
            tested.append(outcome)
        }
    }

    /// Settles what each call gets, and tells the numbers it is about.
    ///
    /// The arguments lie in memory, where a filter can't look. So a rule that tests them says nothing here, unless it is
    /// stricter than the default: then the way around it is closed.
    mutating func finish(defaultAction: UInt32) -> [UInt32] {
        outcomes = always.map { $0.outcome }
        var decided: UInt64 = always.reduce(0) { $0 | 1 << UInt64($1.slot) }
        for outcome in tested where Return.strictness(outcome.action) < Return.strictness(defaultAction) {
            if decided & 1 << UInt64(outcome.call.slot) != 0 { continue }
            decided |= 1 << UInt64(outcome.call.slot)
            outcomes.append(outcome)
        }
        return outcomes.map { $0.call.number }
    }

    /// What the two numbers get, told by the first argument; none for any other.
    func cases(_ number: UInt32) -> [Assembler.Case] {
        guard number == Self.socketcall || number == Self.ipc else { return [] }
        return outcomes.filter { $0.call.number == number }.map { outcome in
            let code = UInt64(outcome.call.code)
            let test = ArgumentTest(index: 0, comparison: .equal, mask: .max, value: code)
            return Assembler.Case(tests: [test], action: outcome.action)
        }
    }
}
