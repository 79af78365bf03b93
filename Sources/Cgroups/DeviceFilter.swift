internal import Linux

/// A `DeviceAccess` as an eBPF program for cgroup v2 (`BPF_PROG_TYPE_CGROUP_DEVICE`): 1 lets an access pass, 0 refuses.
///
///     r2 = ctx->access_type             type in the low half, access in the high one
///     r3 = r2 >> 16, r2 &= 0xffff
///     r4 = ctx->major, r5 = ctx->minor
///     r6 = r4 << 20 | r5
///     r0 = an exception's answer
///     if there is one for part of rwm and every device of both types:
///         if r3 is covered              exit
///     for each chunk of exceptions of one type:
///         if r2 != type                 to the next chunk
///         for each exception:
///             if r6 == device           to the exit, or to a test of r3 where the exception is not for all of rwm
///         to the next chunk
///         exit
///     r0 = default
///     exit
///
/// The kernel's verifier takes most of the time of a load, and it follows every branch: one comparison an exception,
/// of major and minor in one word, loads in a quarter of the time of one after the other.
struct DeviceFilter {
    private(set) var instructions: [BPFInstruction] = []

    /// Exceptions in a chunk: a jump spans at most 32767 instructions, and an exception has at most 4.
    private static let chunk = 4096
    /// The kernel's dev_t (include/linux/kdev_t.h): what does not fit into it is no device.
    private static let minorBits: UInt32 = 20
    private static let majorBits: UInt32 = 12

    /// Opcodes: class | size or operation | source (instruction-set.rst). All of 32 bits.
    enum Opcode {
        static let loadWord: UInt8 = 0x61
        static let move: UInt8 = 0xb4
        static let moveRegister: UInt8 = 0xbc
        static let and: UInt8 = 0x54
        static let orRegister: UInt8 = 0x4c
        static let shiftLeft: UInt8 = 0x64
        static let shiftRight: UInt8 = 0x74
        static let jump: UInt8 = 0x05
        static let jumpEqual: UInt8 = 0x16
        static let jumpNotEqual: UInt8 = 0x56
        static let exit: UInt8 = 0x95
    }

    init(_ access: DeviceAccess) {
        add(Opcode.loadWord, 2, source: 1, offset: 0)
        add(Opcode.moveRegister, 3, source: 2)
        add(Opcode.shiftRight, 3, immediate: 16)
        add(Opcode.and, 2, immediate: 0xffff)
        add(Opcode.loadWord, 4, source: 1, offset: 4)
        add(Opcode.loadWord, 5, source: 1, offset: 8)
        add(Opcode.moveRegister, 6, source: 4)
        add(Opcode.shiftLeft, 6, immediate: Int32(DeviceFilter.minorBits))
        add(Opcode.orRegister, 6, source: 5)
        add(Opcode.move, 0, immediate: access.allowsByDefault ? 0 : 1)
        let common = DeviceFilter.commonMode(access)
        if let common {
            addModeTest(common, otherwise: 1, whereAllowed: !access.allowsByDefault)
            add(Opcode.exit, 0)
        }
        for isBlock in [false, true] { addExceptions(access, isBlock, common) }
        add(Opcode.move, 0, immediate: access.allowsByDefault ? 1 : 0)
        add(Opcode.exit, 0)
    }

    /// The exceptions for devices of one kind, but for those that the test of the common mode has answered.
    private mutating func addExceptions(_ access: DeviceAccess, _ isBlock: Bool, _ common: DeviceAccess.Mode?) {
        var rest = access.exceptions.filter { (exception) in
            exception.target.isBlock == isBlock && DeviceFilter.exists(exception.target)
                && !(exception.target.isEverything && exception.mode == common)
        }[...]
        if rest.contains(where: { $0.target.isEverything && $0.mode == .all }) {
            // The others change nothing, and the verifier refuses instructions that are never reached.
            add(Opcode.jumpNotEqual, 2, offset: 1, immediate: DeviceFilter.type(isBlock))
            return add(Opcode.exit, 0)
        }
        while !rest.isEmpty {
            addChunk(rest.prefix(DeviceFilter.chunk), isBlock: isBlock, whereAllowed: !access.allowsByDefault)
            rest = rest.dropFirst(DeviceFilter.chunk)
        }
    }

    /// The mode of the exceptions for every block and every character device, where it is one and not `rwm`: the rules
    /// that let every container make nodes need no look at the type, and often no chunk of block devices.
    private static func commonMode(_ access: DeviceAccess) -> DeviceAccess.Mode? {
        let modes = [false, true].map { (isBlock) in
            access.exceptions.mode(of: DeviceAccess.Target(isBlock: isBlock, major: nil, minor: nil))
        }
        return modes[0] == modes[1] && !modes[0].isEmpty && modes[0] != .all ? modes[0] : nil
    }

    /// BPF_DEVCG_DEV_BLOCK, BPF_DEVCG_DEV_CHAR
    private static func type(_ isBlock: Bool) -> Int32 { isBlock ? 1 : 2 }

    private static func exists(_ target: DeviceAccess.Target) -> Bool {
        target.major ?? 0 < 1 << majorBits && target.minor ?? 0 < 1 << minorBits
    }

    private mutating func addChunk(
        _ exceptions: ArraySlice<DeviceAccess.Exception>,
        isBlock: Bool,
        whereAllowed isAllowed: Bool
    ) {
        let lengths = exceptions.map { DeviceFilter.length($0) }
        // The last two are the jump over the exit, and the exit.
        let exit = instructions.count + 1 + lengths.reduce(0, +) + 1
        add(Opcode.jumpNotEqual, 2, offset: distance(to: exit + 1), immediate: DeviceFilter.type(isBlock))
        for exception in exceptions { add(exception, exit: exit, whereAllowed: isAllowed) }
        add(Opcode.jump, 0, offset: 1)
        add(Opcode.exit, 0)
    }

    /// Of an exception's test, in instructions.
    private static func length(_ exception: DeviceAccess.Exception) -> Int {
        if exception.mode == .all { return 1 }
        return exception.target.isEverything ? 3 : 4
    }

    private mutating func add(_ exception: DeviceAccess.Exception, exit: Int, whereAllowed isAllowed: Bool) {
        let (register, value) = DeviceFilter.comparison(exception.target)
        if exception.mode == .all {
            add(Opcode.jumpEqual, register, offset: distance(to: exit), immediate: value)
            return
        }
        if !exception.target.isEverything { add(Opcode.jumpNotEqual, register, offset: 3, immediate: value) }
        addModeTest(exception.mode, covered: distance(to: exit) - 2, whereAllowed: isAllowed)
    }

    /// Three instructions: on to `covered` when the access is the exception's business, else over `otherwise`. An allowed
    /// exception must hold all that is asked for; of a denied one, any part refuses the whole (match_exception and
    /// match_exception_partial in the kernel's security/device_cgroup.c).
    private mutating func addModeTest(
        _ mode: DeviceAccess.Mode,
        covered: Int16? = nil,
        otherwise: Int16 = 0,
        whereAllowed isAllowed: Bool
    ) {
        let mask = isAllowed ? DeviceAccess.Mode.all.subtracting(mode) : mode
        add(Opcode.moveRegister, 1, source: 3)
        add(Opcode.and, 1, immediate: Int32(mask.rawValue))
        let isEqual = isAllowed == (covered != nil)
        add(isEqual ? Opcode.jumpEqual : Opcode.jumpNotEqual, 1, offset: covered ?? otherwise, immediate: 0)
    }

    /// The register to compare, and the value for this target.
    private static func comparison(_ target: DeviceAccess.Target) -> (register: UInt8, value: Int32) {
        switch (target.major, target.minor) {
        case (let major?, let minor?): (6, Int32(bitPattern: major << minorBits | minor))
        case (let major?, nil): (4, Int32(bitPattern: major))
        case (nil, let minor): (5, Int32(bitPattern: minor ?? 0))
        }
    }

    /// From the instruction that is added next.
    private func distance(to index: Int) -> Int16 { Int16(index - instructions.count - 1) }

    private mutating func add(
        _ opcode: UInt8,
        _ destination: UInt8,
        source: UInt8 = 0,
        offset: Int16 = 0,
        immediate: Int32 = 0
    ) {
        instructions.append(
            BPFInstruction(
                opcode: opcode,
                destination: destination,
                source: source,
                offset: offset,
                immediate: immediate
            )
        )
    }
}
