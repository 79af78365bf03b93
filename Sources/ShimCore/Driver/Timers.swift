internal import Linux

/// The moments that the loop wakes for. Without one it waits for ever: a quiet shim never wakes.
struct Timers {
    private var deadlines: [(deadline: Deadline, time: UInt64)] = []
    /// When memory goes back; armed by activity only, so that a quiet shim does it once.
    private(set) var quiet: UInt64?

    /// After the last activity.
    static let quietTime: UInt64 = 200_000_000

    /// `nanoseconds` may be for ever.
    mutating func arm(_ deadline: Deadline, after nanoseconds: UInt64, now: UInt64) {
        let (time, isNever) = now.addingReportingOverflow(nanoseconds)
        disarm(deadline)
        deadlines.append((deadline, isNever ? .max : time))
    }

    mutating func disarm(_ deadline: Deadline) { deadlines.removeAll { $0.deadline == deadline } }

    /// Something has happened.
    mutating func touch(_ now: UInt64) { quiet = now + Timers.quietTime }

    /// The earliest of the machine's deadlines that is over; it is disarmed.
    mutating func takeOverdue(_ now: UInt64) -> Deadline? {
        guard let first = deadlines.min(by: { $0.time < $1.time }), first.time <= now else { return nil }
        disarm(first.deadline)
        return first.deadline
    }

    /// Whether it is time to give memory back; then no more until `touch`.
    mutating func takeQuiet(_ now: UInt64) -> Bool {
        guard let quiet, quiet <= now else { return false }
        self.quiet = nil
        return true
    }

    var next: UInt64? {
        var result = quiet
        for entry in deadlines { result = earlier(result, entry.time) }
        return result
    }

    /// For epoll_wait(2): rounded up, so that the moment is over when it returns; -1 without one.
    func milliseconds(until time: UInt64?, now: UInt64) -> Int32 {
        guard let time else { return -1 }
        return time <= now ? 0 : Int32(clamping: (time - now - 1) / 1_000_000 + 1)
    }
}

/// The earlier of two moments, of which there may be none.
func earlier(_ first: UInt64?, _ second: UInt64?) -> UInt64? {
    guard let first else { return second }
    guard let second else { return first }
    return min(first, second)
}
