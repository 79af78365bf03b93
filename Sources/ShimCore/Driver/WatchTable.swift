/// What epoll is told to call each descriptor: a place in the table, and how often the place was given away before. So an
/// event of a descriptor that was closed in the same round is never taken for one of the place's next owner.
struct WatchTable<Source> {
    private struct Slot {
        var generation: UInt32
        var source: Source?
    }

    private var slots: [Slot] = []
    private var free: [Int] = []

    /// Entries in use.
    var count: Int { slots.count - free.count }

    mutating func insert(_ source: Source) -> UInt64 {
        guard let index = free.popLast() else {
            slots.append(Slot(generation: 0, source: source))
            return UInt64(slots.count - 1)
        }
        slots[index].source = source
        return UInt64(slots[index].generation) << 32 | UInt64(index)
    }

    /// nil for a token that was removed.
    func source(of token: UInt64) -> Source? { place(of: token).flatMap { slots[$0].source } }

    mutating func remove(_ token: UInt64) {
        guard let index = place(of: token), slots[index].source != nil else { return }
        slots[index].source = nil
        slots[index].generation &+= 1
        free.append(index)
    }

    private func place(of token: UInt64) -> Int? {
        let index = Int(token & 0xffff_ffff)
        guard slots.indices.contains(index), slots[index].generation == UInt32(token >> 32) else { return nil }
        return index
    }
}
