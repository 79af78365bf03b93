internal import CLinux

/// One eBPF instruction (the kernel's Documentation/bpf/standardization/instruction-set.rst).
package struct BPFInstruction: Equatable, Sendable {
    package var opcode: UInt8
    /// Register number, 0...10.
    package var destination: UInt8
    package var source: UInt8
    /// Of a jump: instructions to skip. Of a load: bytes.
    package var offset: Int16
    package var immediate: Int32

    package init(
        opcode: UInt8,
        destination: UInt8 = 0,
        source: UInt8 = 0,
        offset: Int16 = 0,
        immediate: Int32 = 0
    ) {
        self.opcode = opcode
        self.destination = destination
        self.source = source
        self.offset = offset
        self.immediate = immediate
    }

    /// `struct bpf_insn` on a little-endian machine.
    package var encoded: UInt64 {
        UInt64(opcode)
            | UInt64(destination | source << 4) << 8
            | UInt64(UInt16(bitPattern: offset)) << 16
            | UInt64(UInt32(bitPattern: immediate)) << 32
    }
}

/// eBPF programs that decide on device access in a cgroup v2 (`bpf(2)`, `BPF_PROG_TYPE_CGROUP_DEVICE`).
package enum DeviceProgram {
    /// `BPF_PROG_LOAD`. Before Linux 5.11 this counted against `RLIMIT_MEMLOCK`, which is left as it is.
    package static func load(_ instructions: [BPFInstruction]) throws(Errno) -> FileDescriptor {
        let words = instructions.map { $0.encoded }
        let result = try check {
            unsafe words.withUnsafeBufferPointer { (buffer) in
                unsafe clinux_bpf_load_device(buffer.baseAddress, buffer.count)
            }
        }
        return FileDescriptor(owning: result)
    }

    /// `BPF_PROG_GET_FD_BY_ID`.
    package static func open(id: UInt32) throws(Errno) -> FileDescriptor {
        FileDescriptor(owning: try check { clinux_bpf_program(id) })
    }
}

extension Descriptor where Self: ~Copyable {
    /// Attaches a device program to this cgroup (`BPF_F_ALLOW_MULTI`), in the place of `replaced` if there is one
    /// (`BPF_F_REPLACE`, Linux 5.6; `EINVAL` before).
    package borrowing func attachDeviceProgram(
        _ program: borrowing FileDescriptor,
        replacing replaced: BorrowedDescriptor? = nil
    ) throws(Errno) {
        _ = try check { clinux_bpf_attach_device(rawValue, program.rawValue, replaced?.rawValue ?? -1) }
    }

    package borrowing func detachDeviceProgram(_ program: borrowing FileDescriptor) throws(Errno) {
        _ = try check { clinux_bpf_detach_device(rawValue, program.rawValue) }
    }

    /// The ids of the device programs attached to this cgroup; the kernel allows 64.
    package borrowing func devicePrograms() throws(Errno) -> [UInt32] {
        var ids = [UInt32](repeating: 0, count: 64)
        let count = try check {
            unsafe ids.withUnsafeMutableBufferPointer { (buffer) in
                unsafe clinux_bpf_query_device(rawValue, buffer.baseAddress, 64)
            }
        }
        return Array(ids.prefix(Int(count)))
    }
}
