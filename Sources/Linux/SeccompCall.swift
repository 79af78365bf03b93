internal import CLinux

/// One instruction of classic BPF: the eight bytes of `struct sock_filter`, little endian.
package struct ClassicBPFInstruction: Equatable, Sendable {
    package let rawValue: UInt64

    @inline(__always)
    package init(rawValue: UInt64) { self.rawValue = rawValue }

    /// `ifTrue` and `ifFalse` count the instructions that a conditional jump leaves out.
    @inline(__always)
    package init(_ code: UInt16, _ constant: UInt32, ifTrue: UInt8 = 0, ifFalse: UInt8 = 0) {
        rawValue =
            UInt64(code) | UInt64(ifTrue) << 16 | UInt64(ifFalse) << 24 | UInt64(constant) << 32
    }

    package var code: UInt16 { UInt16(truncatingIfNeeded: rawValue) }
    package var ifTrue: UInt8 { UInt8(truncatingIfNeeded: rawValue >> 16) }
    package var ifFalse: UInt8 { UInt8(truncatingIfNeeded: rawValue >> 24) }
    package var constant: UInt32 { UInt32(truncatingIfNeeded: rawValue >> 32) }

    /// The longest program that the kernel takes (`BPF_MAXINSNS`).
    package static let limit = 4096
}

/// `seccomp(2)`.
package enum SeccompCall {
    /// Puts the calling thread under `program`; without `no_new_privs` this needs CAP_SYS_ADMIN (`EACCES`).
    package static func load(_ program: [ClassicBPFInstruction], flags: UInt32) throws(Errno) {
        let result = unsafe program.withUnsafeBytes { (bytes) in
            unsafe clinux_seccomp_load(flags, bytes.baseAddress, program.count)
        }
        if result < 0 { throw Errno(-result) }
    }

    /// True where the kernel knows each of the `SECCOMP_FILTER_FLAG_*` bits; one system call.
    package static func supports(flags: UInt32) -> Bool { clinux_seccomp_probe_flags(flags) == 0 }

    /// True where the kernel knows the `SECCOMP_RET_*` action.
    package static func supports(action: UInt32) -> Bool { clinux_seccomp_action_available(action) == 0 }

    /// The program that `export` writes to an open file.
    package static func program(
        exportedBy export: (BorrowedDescriptor) throws(Errno) -> Void
    ) throws(Errno) -> [ClassicBPFInstruction] {
        let file = FileDescriptor(owning: try check { clinux_seccomp_scratch() })
        try export(file.borrowed)
        _ = try checkSize { clinux_lseek(file.rawValue, 0, 0) }
        let bytes = try file.readAll()
        return stride(from: 0, to: bytes.count - 7, by: 8).map { start in
            ClassicBPFInstruction(rawValue: (0..<8).reduce(0) { $0 | UInt64(bytes[start + $1]) << (8 * $1) })
        }
    }
}
