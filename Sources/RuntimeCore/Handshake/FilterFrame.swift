internal import Linux
internal import Seccomp

/// A compiled filter in a handshake message: flags, then the program, both in the machine's byte order.
extension SeccompFilter {
    var encoded: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(4 + program.count * 8)
        append(UInt64(flags), width: 4, to: &bytes)
        for instruction in program { append(instruction.rawValue, width: 8, to: &bytes) }
        return bytes
    }

    /// nil for an empty frame: a profile that filters nothing.
    init?(frame: [UInt8]) {
        guard frame.count >= 12, frame.count % 8 == 4 else { return nil }
        let program = stride(from: 4, to: frame.count, by: 8).map { start in
            ClassicBPFInstruction(rawValue: number(frame[start..<(start + 8)]))
        }
        self.init(program: program, flags: UInt32(truncatingIfNeeded: number(frame[..<4])))
    }
}

private func append(_ value: UInt64, width: Int, to bytes: inout [UInt8]) {
    for index in 0..<width { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * index))) }
}

private func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
}
