internal import CLinux

/// Moments, written by a parent and its cloned child into memory that both see: a child that has run
/// execve(2) leaves its part behind. Writing one costs a clock read and two stores: names are for the reader to find.
@safe package final class SharedTrace {
    /// Whose moment it was.
    package enum Side: Int, CaseIterable, Sendable { case parent, child }

    package struct Mark: Equatable, Sendable {
        /// CLOCK_MONOTONIC, nanoseconds.
        package let time: UInt64
        /// What the writer calls the phase that begins here.
        package let phase: UInt32
    }

    /// A slot: time (8 bytes), phase (4), padding.
    private static let slotSize = 16
    private static let slotsPerSide = 512
    private static let size = slotSize * slotsPerSide * Side.allCases.count

    private let memory: UnsafeMutableRawPointer
    private var side = Side.parent
    private var next = 0

    /// nil when the kernel has no memory for it.
    package init?() {
        guard let memory = unsafe clinux_shared_memory(SharedTrace.size) else { return nil }
        unsafe self.memory = memory
    }

    deinit { unsafe clinux_unmap(memory, SharedTrace.size) }

    /// In the child, after the clone: its marks go to its own half.
    package func becomeChild() {
        side = .child
        next = 0
    }

    /// Notes that `phase` begins now. Beyond the last slot nothing is kept.
    package func mark(_ phase: UInt32) {
        guard next < SharedTrace.slotsPerSide else { return }
        let slot = unsafe slot(next, of: side)
        next += 1
        unsafe slot.storeBytes(of: Clock.monotonic(), as: UInt64.self)
        unsafe slot.storeBytes(of: phase, toByteOffset: 8, as: UInt32.self)
    }

    /// What one side has noted so far, in order.
    package func marks(of side: Side) -> [Mark] {
        var result: [Mark] = []
        for index in 0..<SharedTrace.slotsPerSide {
            let slot = unsafe slot(index, of: side)
            let time = unsafe slot.load(as: UInt64.self)
            if time == 0 { break }
            result.append(Mark(time: time, phase: unsafe slot.load(fromByteOffset: 8, as: UInt32.self)))
        }
        return result
    }

    private func slot(_ index: Int, of side: Side) -> UnsafeMutableRawPointer {
        unsafe memory + (side.rawValue * SharedTrace.slotsPerSide + index) * SharedTrace.slotSize
    }
}
